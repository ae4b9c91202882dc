import { Arg, ID, Resolver, Root, Subscription } from 'type-graphql';
import { pointOf } from '../event-cursors';
import { eventFilter } from '../event-filter';
import { EventObject } from '../types/event-type';
import type { FollowerContext } from './subscription';

/** The arguments of the subscription. */
interface EventsArgs {
  readonly after?: string | null;
  readonly types?: readonly string[] | null;
  readonly approach?: string | null;
}

@Resolver()
export class SubscriptionResolver {
  @Subscription(() => EventObject, {
    description:
      'The log as it grows: first what is there already behind `after`, then each event as it comes, in order, none missed and none twice. Go on with the `position` of the last one.',
    async subscribe({ args, context }: { args: EventsArgs; context: FollowerContext }) {
      const behind = pointOf(args.after, context.scope);
      const filter = eventFilter(args);
      if (args.after != null) await context.awaitCursor(args.after);
      return context.follow(behind, filter);
    },
  })
  events(
    @Root() event: EventObject,
    @Arg('after', () => String, {
      nullable: true,
      description: 'Behind the event with this `position`; from the first where left out.',
    })
    _after: string | null,
    @Arg('types', () => [String], {
      nullable: true,
      description:
        'Only these types of event, each such as `FindingRecorded` or `nl.toetsspoor.finding-recorded`.',
    })
    _types: string[] | null,
    @Arg('approach', () => ID, { nullable: true, description: 'Only this approach, by its id.' })
    _approach: string | null,
  ): EventObject {
    return event;
  }
}
