import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { startGateway } from './fixtures/start-gateway.ts';

describe('a subgraph process', () => {
  const parts = 'type Query { part: Part } type Part @key(fields: "id") { id: ID! stock: Int }';
  const start = async (port = 0): Promise<{ child: ChildProcess; port: number }> => {
    const script = fileURLToPath(new URL('./fixtures/subgraph-process.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', script, String(port)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout as NonNullable<ChildProcess['stdout']>, 'data')) as [Buffer];
    return { child, port: Number(String(line)) };
  };
  const stop = async (child: ChildProcess) => {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  };

  test('may be killed and started again: queries fail with a code meanwhile, and work again after', async () => {
    const first = await start();
    await using graph = await startGateway(
      { parts: { typeDefs: parts, url: `http://127.0.0.1:${first.port}/graphql` } },
      { limits: { breakerOpenMs: 100 } },
    );
    const ask = () => graph.client.request('{ part { stock } }');
    expect((await ask()).data).toEqual({ part: { stock: 7 } });
    await stop(first.child);
    for (let index = 0; index < 12; index += 1) {
      expect((await ask()).errors).toMatchObject([{ path: ['part'], extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }]);
    }
    const second = await start(first.port);
    await sleep(200);
    expect((await ask()).data).toEqual({ part: { stock: 7 } });
    await stop(second.child);
  });

  test('may be stopped (SIGSTOP) and go on: its queries time out meanwhile', async () => {
    const { child, port } = await start();
    await using graph = await startGateway(
      { parts: { typeDefs: parts, url: `http://127.0.0.1:${port}/graphql` } },
      { limits: { subgraphDeadlineMs: 300, subgraphRetries: 0 } },
    );
    const ask = () => graph.client.request('{ part { stock } }');
    await ask();
    child.kill('SIGSTOP');
    const startedAt = Date.now();
    expect((await ask()).errors).toMatchObject([{ extensions: { code: 'SUBGRAPH_TIMEOUT' } }]);
    expect(Date.now() - startedAt).toBeLessThan(2_000);
    child.kill('SIGCONT');
    expect((await ask()).data).toEqual({ part: { stock: 7 } });
    await stop(child);
  });
});
