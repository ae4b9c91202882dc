import { Ctx, Query, Resolver } from 'type-graphql';
import type { ApiContext } from './context';
import { userError } from './errors';
import { WebhookType } from './types/webhook-type';

@Resolver()
export class WebhookResolver {
  @Query(() => [WebhookType], {
    description:
      'Who is told of what happens by this process, and how that goes. It is not of the log, so an answer with it names no snapshot.',
  })
  webhooks(@Ctx() context: ApiContext): WebhookType[] {
    if (context.scope.isPinned)
      throw userError('webhooks are as they are now, and in no snapshot; expected a request without one');
    context.isOfNow = true;
    return context.webhooks().map((status) => Object.assign(new WebhookType(), status));
  }
}
