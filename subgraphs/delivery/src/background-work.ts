import { createId } from '@swiftcart/graphql';
import { autoAssignRiders } from './commands/auto-assign-riders.ts';
import type { CommandTools } from './commands/command-context.ts';
import { reconcileClaims } from './commands/reconcile-claims.ts';
import { refreshEstimates } from './commands/refresh-estimates.ts';
import { repeat } from './repeat.ts';

/** What nobody asks for but must be done; every part may run in several processes at once. */
export function startBackgroundWork(tools: CommandTools): AsyncDisposable[] {
  const { settings, logger } = tools;
  const onError = (error: unknown) => logger.warn({ err: error }, 'background work failed; it is tried again');
  const asSystem = () => ({ ...tools, correlationId: createId('sys', tools.now()) });

  const housekeeping = repeat({
    everyMs: settings.housekeepingMs,
    onError,
    run: async () => {
      const released = await reconcileClaims(tools);
      if (released > 0) logger.info({ released }, 'stale rider claims given back');
      await refreshEstimates(asSystem());
    },
  });
  if (!settings.autoAssignRiders) return [housekeeping];
  const assigning = repeat({ everyMs: settings.autoAssignMs, onError, run: () => autoAssignRiders(asSystem()) });
  return [housekeeping, assigning];
}
