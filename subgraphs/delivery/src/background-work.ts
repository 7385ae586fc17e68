import type { EventBus } from '@swiftcart/events';
import { createId } from '@swiftcart/graphql';
import { announceAgain } from './commands/announce-again.ts';
import { autoAssignRiders } from './commands/auto-assign-riders.ts';
import type { CommandTools } from './commands/command-context.ts';
import { reconcileClaims } from './commands/reconcile-claims.ts';
import { refreshEstimates } from './commands/refresh-estimates.ts';
import { repeat } from './repeat.ts';

/** What nobody asks for but must be done; every part may run in several processes at once. */
export function startBackgroundWork(tools: CommandTools, bus: EventBus): AsyncDisposable[] {
  const { settings, logger } = tools;
  const onError = (error: unknown) => logger.warn({ err: error }, 'background work failed; it is tried again');
  const startedAt = tools.now();
  let hasAnnounced = !settings.announceAgainOnStart;
  const asSystem = () => ({ ...tools, correlationId: createId('sys', tools.now()) });

  const housekeeping = repeat({
    everyMs: settings.housekeepingMs,
    onError,
    run: async () => {
      // In the first round and not at once: within one process the other subgraphs must be listening by then.
      if (!hasAnnounced) await announceAgain(asSystem(), bus, startedAt);
      hasAnnounced = true;
      const released = await reconcileClaims(tools);
      if (released > 0) logger.info({ released }, 'stale rider claims given back');
      await refreshEstimates(asSystem());
    },
  });
  if (!settings.autoAssignRiders) return [housekeeping];
  const assigning = repeat({ everyMs: settings.autoAssignMs, onError, run: () => autoAssignRiders(asSystem()) });
  return [housekeeping, assigning];
}
