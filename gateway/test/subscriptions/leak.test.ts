import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compose, startSupergraph } from '../fixtures/start-supergraph.ts';
import { collectedHeapBytes } from './collected-heap.ts';
import { liveEvents } from './live-events.ts';
import { openRawSocket, type RawSocket } from './raw-socket.ts';

const cycles = Number(process.env['LEAK_TEST_CYCLES'] ?? 10_000);
const reloads = 20;
const deadlineMs = 1_000;

test(`${cycles} subscribe/unsubscribe cycles and ${reloads} reloads leave the heap within 5 MB of where it was`, {
  timeout: 300_000,
}, async () => {
  const live = liveEvents();
  const path = join(await mkdtemp(join(tmpdir(), 'leak-')), 'supergraph.graphql');
  const write = (version: number) =>
    writeFile(path, `${compose(live.subgraphs, () => 'http://local/graphql')}\n# ${version}\n`);
  await write(0);
  await using graph = await startSupergraph(live.subgraphs, {
    inProcess: true,
    supergraph: { path },
    rateLimits: { isOn: false },
    limits: { subgraphDeadlineMs: deadlineMs },
  });
  live.push('a');

  /** Subscribes, takes the first event, unsubscribes; some leave before anything came, some with their socket. */
  const cycle = async (raw: RawSocket, id: string, index: number) => {
    const query = `subscription { ticked(log: "a", afterPosition: ${index % 2 === 0 ? 0 : -index}) { item { id name } } }`;
    raw.send({ id, type: 'subscribe', payload: { query } });
    if (index % 5 !== 0) await raw.until((message) => message.id === id && message.type === 'next');
    raw.send({ id, type: 'complete' });
  };
  const run = async (count: number) => {
    for (let done = 0; done < count; done += 100) {
      await using raw = await openRawSocket(graph.gateway.url);
      for (let batch = 0; batch < 5; batch += 1) {
        await Promise.all(Array.from({ length: 20 }, (_, index) => cycle(raw, `${batch}-${index}`, index)));
        raw.messages.length = 0;
      }
    }
    live.joins.length = 0;
    live.opened.length = 0;
    graph.received.length = 0;
  };
  // A stream that lives through it all is moved from graph to graph.
  await using constant = await openRawSocket(graph.gateway.url);
  constant.send({ id: 'c', type: 'subscribe', payload: { query: 'subscription { pulsed(log: "b") { id name } }' } });

  // Caches fill and code is compiled before the first measure.
  for (let version = 1; version <= 8; version += 1) {
    await run(500);
    await write(version);
    await graph.gateway.reload();
  }
  await run(200);
  const before = await collectedHeapBytes(deadlineMs + 200);
  for (let round = 0; round < reloads; round += 1) {
    await run(cycles / reloads);
    await write(100 + round);
    await graph.gateway.reload();
  }
  await run(200);
  while (live.open() > 1) await new Promise((resolve) => setTimeout(resolve, 10));
  const grown = ((await collectedHeapBytes(deadlineMs + 200)) - before) / 1e6;
  live.push('b');
  await constant.until(({ type }) => type === 'next');
  process.stdout.write(`leak: ${cycles} cycles, ${reloads} reloads, heap ${grown.toFixed(2)} MB larger\n`);
  expect(grown).toBeLessThan(5);
});
