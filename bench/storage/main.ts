import { replaceSection } from '../support/replace-section.ts';
import { compareModes, lookUps, type ModeRates } from './compare-modes.ts';
import { type MemoryFigures, measureMemory } from './measure-memory.ts';
import type { Rate } from './operations.ts';

/**
 * `npm run bench:storage`: the storage modes beside each other, look-ups among more and more documents, and memory. `--write`
 * puts the figures into docs/performance.md; `BENCH_SECONDS` (2) is the length of a round, `BENCH_ROUNDS` (3) their number.
 */
const seconds = Number(process.env['BENCH_SECONDS'] ?? 2);
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3);

const sections = {
  'bench:storage:modes': modeTable(await compareModes(rounds, seconds)),
  'bench:storage:lookups': lookUpTable(await lookUps([1000, 10_000, 100_000, 300_000], seconds)),
  'bench:storage:memory': memoryTable(await measureMemory(200_000)),
};
for (const text of Object.values(sections)) console.log(`${text}\n`);
if (process.argv.includes('--write')) {
  const document = new URL('../../docs/performance.md', import.meta.url);
  for (const [name, text] of Object.entries(sections)) await replaceSection(document, name, text);
}

function modeTable(results: Readonly<Record<string, ModeRates>>): string {
  const rows = Object.entries(results).map(([name, { memory, log, synced }]) => {
    const ratio = (rate: Rate) => (rate.perSecond / memory.perSecond).toFixed(2);
    const cells = [name, memory.perSecond, log.perSecond, ratio(log), synced.perSecond, ratio(synced)];
    return `| ${[...cells, `${memory.serverMicros} / ${log.serverMicros} / ${synced.serverMicros} µs`].join(' | ')} |`;
  });
  return [
    '| operations a second | memory | log | to memory | log with fdatasync | to memory | server CPU for one |',
    '|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

function lookUpTable(rates: ReadonlyMap<number, Rate>): string {
  const rows = [...rates].map(
    ([size, { perSecond, serverMicros }]) => `| ${size} | ${perSecond} | ${serverMicros} µs |`,
  );
  return ['| documents | look-ups a second | server CPU for one |', '|---|---|---|', ...rows].join('\n');
}

function memoryTable(figures: MemoryFigures): string {
  const bytes = (value: number) => `${Math.round(value)} bytes`;
  return [
    `| ${figures.documents} documents of ${figures.documentBytes} bytes, two indexes beside \`_id\` | |`,
    '|---|---|',
    `| memory for one, just written | ${bytes(figures.writtenBytes)} |`,
    `| memory for one, read back and not used yet | ${bytes(figures.reopenedBytes)} |`,
    `| opening the directory | ${Math.round(figures.reopenMs)} ms, ${Math.round(figures.reopenCpuMs)} ms of CPU |`,
    `| opening an empty one and listening | ${Math.round(figures.openEmptyMs)} ms |`,
  ].join('\n');
}
