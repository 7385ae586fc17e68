import { expect, it } from 'vitest';
import { startProcess } from '../support/start-process.ts';

it.skipIf(process.env['SWIFTCART_FAULTS'] !== '1')(
  'survives 30 s of faults (only with SWIFTCART_FAULTS=1: it takes two minutes and the whole machine)',
  { timeout: 300_000 },
  async () => {
    await using run = startProcess('e2e/faults/main.ts', {}, ['--seed', '1', '--seconds', '30']);
    try {
      await run.waitFor(/^(PASSED|FAILED|skipped|the run .* could not be finished)/m, 280_000);
      expect(run.output()).toMatch(/^(PASSED|skipped)/m);
    } finally {
      // Asked to stop, it ends the processes it started; killed, it could not.
      await run.stop('SIGTERM');
    }
  },
);
