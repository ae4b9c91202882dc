import { Field, ID, Int, ObjectType } from 'type-graphql';
import { DateTimeScalar } from '../scalars';
import type { WebhookStatus } from '../webhook-status';

@ObjectType('Webhook', {
  description: 'Somebody who is told of what happens, and how that goes.',
  simpleResolvers: true,
})
export class WebhookType implements WebhookStatus {
  @Field(() => ID, { description: 'Its id in the file of webhooks.' })
  readonly id!: string;

  @Field(() => String, { description: 'Where it is told; without a query, which may hold something secret.' })
  readonly url!: string;

  @Field(() => [String], { nullable: true, description: 'The types of event that it is told; null: all.' })
  readonly types!: WebhookStatus['types'];

  @Field(() => String, {
    nullable: true,
    description: 'The place in the log from which it is told what comes next; null: from the first event.',
  })
  readonly position!: string | null;

  @Field(() => Int, {
    description: 'How many events wait for it: those that it is still to be told. 0: it was told everything.',
  })
  readonly pending!: number;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When it took an event last; null where it never did.',
  })
  readonly lastTakenAt!: string | null;

  @Field(() => Int, { description: 'How often the next event was tried in vain.' })
  readonly attempts!: number;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When it is tried again; null where nothing failed, or where it is dead.',
  })
  readonly nextAttemptAt!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'What went wrong last; null where nothing did since it took an event.',
  })
  readonly lastError!: string | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'Since when it is dead: nothing is tried until an operator revives it. Null while it is alive.',
  })
  readonly deadSince!: string | null;
}
