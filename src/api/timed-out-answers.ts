import type { ApolloServerPlugin } from '@apollo/server';
import type { ApiContext } from './context';

/** Makes an answer of which a part took too long one that says so and nothing else. */
export function timedOutAnswers(): ApolloServerPlugin<ApiContext> {
  return {
    async requestDidStart() {
      return {
        async willSendResponse({ response: { body, http } }) {
          if (body.kind !== 'single') return;
          const timedOut = body.singleResult.errors?.find(({ extensions }) => extensions?.code === 'TIMEOUT');
          if (timedOut === undefined) return;
          const { message, extensions = {} } = timedOut;
          body.singleResult = { errors: [{ message, extensions }] };
          http.status = 503;
        },
      };
    },
  };
}
