import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allChecks } from './checks/all-checks.ts';
import { cleanEvidence } from './checks/evidence.test-data.ts';
import { markdownReport } from './markdown-report.ts';
import { outcomesOf, skippedOutcomes, writeReport } from './report-file.ts';
import type { FaultReport } from './run-faults.ts';

const results = allChecks.map((check) => check(cleanEvidence));
const clean: FaultReport = {
  options: { seed: 7, seconds: 60, shoppers: 20 },
  faults: new Map([
    ['kill -9 orders', 3],
    ['kill -9 database', 5],
    ['cut on a link', 4],
  ]),
  doubles: 2,
  lostReplies: 9,
  operations: cleanEvidence.operations,
  orders: { placed: 1_234, refused: 1 },
  results,
  sagasMs: 2_000,
  eventsMs: 2_100,
  surprises: [],
  keptIn: null,
};
const [first, ...others] = results;
const broken = { ...clean, results: [{ ...first, violations: ['product prd_1: a unit vanished'] }, ...others] };

describe('the outcome of a run', () => {
  it('has one entry for each invariant and for each of the two deadlines', () => {
    const outcomes = outcomesOf(clean);
    expect(outcomes).toHaveLength(allChecks.length + 2);
    expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(['passed']));
  });

  it('fails what was violated and what came too late, and calls an invariant that met nothing skipped', () => {
    const late = { ...(broken as FaultReport), sagasMs: 30_001, eventsMs: null };
    const failed = outcomesOf(late).filter(({ outcome }) => outcome === 'failed');
    expect(failed.map(({ name }) => name)).toEqual([
      'stock adds up in every product',
      'sagas come to rest within 30 s',
      'all events are taken in',
    ]);
    const empty = { ...clean, results: results.map((each) => ({ ...each, checked: 0 })) };
    expect(outcomesOf(empty).filter(({ outcome }) => outcome === 'skipped')).toHaveLength(allChecks.length);
  });

  it('reads as the tables of the page about fault runs', () => {
    const lines = markdownReport(broken as FaultReport);
    expect(lines).toContain('| kill -9: database 5, orders 3 | 8 |');
    expect(lines).toContain('| **all** | **12** |');
    expect(lines).toContain('| stock adds up in every product | 1 | **1** |');
    expect(lines).toContain('| one order per customer and key | 1 | 0 |');
  });
});

describe("continuous integration's closing line", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'swiftcart-summary-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const tests = { numPassedTests: 100, numFailedTests: 0, numPendingTests: 1, numTodoTests: 0 };
  const script = fileURLToPath(new URL('../../.ci/summary.mjs', import.meta.url));

  async function summarise(given: { tests?: object | null; testStatus?: number; faultStatus?: number }) {
    const testsFile = join(folder, 'tests.json');
    await rm(testsFile, { force: true });
    if (given.tests !== null) await writeFile(testsFile, JSON.stringify(given.tests ?? tests));
    const statuses = [String(given.testStatus ?? 0), String(given.faultStatus ?? 0)];
    const args = [script, testsFile, statuses[0] ?? '', join(folder, 'faults.json'), statuses[1] ?? ''];
    return new Promise<{ code: number; lines: string[] }>((resolve) => {
      const child = execFile(process.execPath, args, (_error, stdout) => {
        resolve({ code: child.exitCode ?? -1, lines: stdout.trim().split('\n') });
      });
    });
  }

  it('adds the invariants to the tests', async () => {
    await writeReport(join(folder, 'faults.json'), outcomesOf(clean));
    const { code, lines } = await summarise({});
    expect(lines).toEqual([`${100 + allChecks.length + 2} passed, 0 failed, 1 skipped`]);
    expect(code).toBe(0);
  });

  it('fails with a violated invariant and names it', async () => {
    await writeReport(join(folder, 'faults.json'), outcomesOf(broken as FaultReport));
    const { code, lines } = await summarise({ faultStatus: 1 });
    expect(lines).toEqual([
      'The fault run found a violation: stock adds up in every product.',
      `${100 + allChecks.length + 1} passed, 1 failed, 1 skipped`,
    ]);
    expect(code).toBe(1);
  });

  it('says why the fault run was skipped', async () => {
    await writeReport(join(folder, 'faults.json'), skippedOutcomes(), 'there is no redis-server');
    const { code, lines } = await summarise({});
    expect(lines).toEqual([
      'The fault run was skipped: there is no redis-server.',
      `100 passed, 0 failed, ${1 + allChecks.length} skipped`,
    ]);
    expect(code).toBe(0);
  });

  it('fails when a run broke down before it could say what failed', async () => {
    await rm(join(folder, 'faults.json'), { force: true });
    expect(await summarise({ faultStatus: 1 })).toMatchObject({ code: 1, lines: ['100 passed, 1 failed, 1 skipped'] });
    await writeReport(join(folder, 'faults.json'), outcomesOf(clean));
    expect((await summarise({ tests: null, testStatus: 1 })).code).toBe(1);
    expect((await summarise({ testStatus: 1 })).lines.at(-1)).toContain('1 failed');
  });
});
