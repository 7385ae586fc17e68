import { createEnvReader, createLogger, runProcess } from '@swiftcart/service';
import { renderBanner } from './banner.ts';
import { readShopConfig } from './shop-config.ts';
import { startShop, type Wiring } from './start-shop.ts';

/** Runs the whole shop in this process until it is told to stop. `env` is the process's environment. */
export async function runShop(wiring: Wiring, env: Readonly<Record<string, string | undefined>>): Promise<void> {
  const reader = createEnvReader(env);
  const config = readShopConfig(reader);
  // People read this terminal: without a wish for logs they see progress lines and warnings only.
  const logger = createLogger({ name: 'swiftcart', level: env['LOG_LEVEL'] ? config.logLevel : 'warn' });
  const startedAt = performance.now();
  await runProcess({
    name: 'swiftcart',
    logger,
    async start() {
      const onProgress = (part: string, detail: string) =>
        console.log(
          `${((performance.now() - startedAt) / 1_000).toFixed(1).padStart(5)} s  ${part.padEnd(10)} ${detail}`,
        );
      const shop = await startShop({ wiring, config, env: reader, logger, onProgress });
      console.log(renderBanner(shop, config));
      return shop;
    },
  });
}
