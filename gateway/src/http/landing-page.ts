import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
import type { Logger } from '@swiftcart/service';

/** Apollo Sandbox as Apollo Server shows it. Its embedded page is loaded from Apollo's CDN by the visitor's browser. */
export async function renderLandingPage(logger: Logger): Promise<string> {
  const plugin = ApolloServerPluginLandingPageLocalDefault({ embed: true, footer: false });
  const listener = await plugin.serverWillStart?.({
    logger: {
      debug: () => undefined,
      info: () => undefined,
      warn: (text) => logger.warn(text),
      error: (text) => logger.error(text),
    },
    cache: { get: async () => undefined, set: async () => undefined, delete: async () => undefined },
    apollo: {},
    startedInBackground: false,
    schema: undefined as never,
  });
  const page = await listener?.renderLandingPage?.();
  const html = page?.html;
  return typeof html === 'function' ? html() : (html ?? '');
}
