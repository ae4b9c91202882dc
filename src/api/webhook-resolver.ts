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
  async webhooks(@Ctx() context: ApiContext): Promise<WebhookType[]> {
    if (context.scope.isPinned)
      throw userError('webhooks are as they are now, and in no snapshot; expected a request without one');
    context.isOfNow = true;
    return (await context.webhooks()).map((status) => Object.assign(new WebhookType(), status));
  }
}
