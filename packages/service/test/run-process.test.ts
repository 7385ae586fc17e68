import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { launchFixture as launch } from './launch-fixture.ts';

describe('a process', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'finishes the running request on %s, prints stopped and exits 0',
    async (signal) => {
      using run = launch();
      const url = await run.url();
      const answer = fetch(`${url}/slow`).then((response) => response.json());
      await run.saw('slow begun');
      run.child.kill(signal);
      expect(await answer).toEqual({ done: true });
      expect(await run.exit).toMatchObject({ code: 0, signal: null, out: `${url}\nslow begun\nstopped\n`, err: '' });
    },
  );

  it('is not held up by idle keep-alive connections', async () => {
    using run = launch();
    const url = await run.url();
    await (await fetch(`${url}/health/live`)).text();
    const begun = Date.now();
    run.child.kill('SIGTERM');
    expect((await run.exit).code).toBe(0);
    expect(Date.now() - begun).toBeLessThan(1_500);
  });

  it('names every malformed variable in one line each, without values, and exits 1', async () => {
    using run = launch({ FIXTURE_PORT: '70000', FIXTURE_MODE: 'secret-value' });
    expect(await run.exit).toMatchObject({
      code: 1,
      out: '',
      err: 'fixture: FIXTURE_PORT must be at most 65535\nfixture: FIXTURE_MODE must be one of good, hangs, crashes\n',
    });
  });

  it('says which port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    using run = launch({ FIXTURE_PORT: String(port) });
    expect(await run.exit).toMatchObject({
      code: 1,
      err: `fixture: cannot start: port ${port} is taken (PORT chooses another)\n`,
    });
    other.close();
  });

  it('exits 1 without saying stopped when it cannot stop cleanly', async () => {
    using run = launch({ FIXTURE_MODE: 'crashes' });
    await run.url();
    run.child.kill('SIGTERM');
    const { code, out } = await run.exit;
    expect(code).toBe(1);
    expect(out).not.toContain('stopped');
  });

  it('does not hang for ever on a part that will not stop', async () => {
    using run = launch({ FIXTURE_MODE: 'hangs' });
    await run.url();
    run.child.kill('SIGTERM');
    expect((await run.exit).code).toBe(1);
  });

  it('ends at once on a second signal', async () => {
    using run = launch({ FIXTURE_MODE: 'hangs' });
    const url = await run.url();
    run.child.kill('SIGTERM');
    // Still draining, hence still there to answer.
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    run.child.kill('SIGINT');
    expect((await run.exit).code).toBe(1);
  });

  it('exits 1 after an exception nobody caught, for its supervisor to start it afresh', async () => {
    using run = launch();
    const url = await run.url();
    await fetch(`${url}/crash`).catch(() => undefined);
    expect((await run.exit).code).toBe(1);
  });
});
