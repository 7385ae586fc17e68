import type { ShopConfig } from './shop-config.ts';
import type { Shop } from './start-shop.ts';

/** What a newcomer reads once the shop is up: where it is, who may sign in, and two examples that work as printed. */
export function renderBanner({ gateway, subgraphUrls, developerHeader }: Shop, { demoPassword }: ShopConfig): string {
  const url = `${gateway.url}/graphql`;
  const subgraphs = Object.entries(subgraphUrls).flatMap(([name, subgraphUrl]) => [
    `  ${name.padEnd(10)} ${subgraphUrl}`,
    `             x-swiftcart-identity: ${developerHeader(name)}`,
  ]);
  const accounts = ['customer', 'rider', 'operator', 'admin'].map((role) => `  ${role}@swiftcart.test`);
  return [
    '',
    `  gateway    ${url}   (open it in a browser: Apollo Sandbox)`,
    ...(subgraphs.length > 0
      ? [
          '',
          'Each subgraph by itself, with a header that identifies you for a minute (press Enter for new ones):',
          ...subgraphs,
        ]
      : []),
    ...(demoPassword
      ? [
          '',
          `Demo accounts, password ${demoPassword === 'swiftcart-demo-1' ? demoPassword : 'as set in DEMO_PASSWORD'}:`,
          ...accounts,
        ]
      : []),
    '',
    'A query:',
    `  curl -s ${url} -H 'content-type: application/json' \\`,
    `    -d '{"query":"{ products(search: \\"milk\\", first: 3) { nodes { name price { formatted } } } }"}'`,
    '',
    'A live stream (every change of every order, as the store floor sees it; leave it open, then place an order):',
    `  npm run watch -- ${url}`,
    '',
    'Swiftcart is ready. Ctrl-C stops it.',
  ].join('\n');
}
