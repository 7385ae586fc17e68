// Prints `N passed, N failed, N skipped` from vitest's JSON report and the fault run's; fails when anything failed or nothing ran.
import { readFileSync } from 'node:fs';

const [testReportPath, testStatus, faultReportPath, faultStatus] = process.argv.slice(2);

/** @returns {any} the report, or undefined when its run left none */
function read(path, what) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    console.error(`${what} left no report.`);
    return undefined;
  }
}

const tests = read(testReportPath, 'The test run');
const faults = read(faultReportPath, 'The fault run');
const count = (outcome) => (faults?.checks ?? []).filter((check) => check.outcome === outcome).length;
if (faults?.skipped) console.log(`The fault run was skipped: ${faults.skipped}.`);
for (const { name, outcome } of faults?.checks ?? []) {
  if (outcome === 'failed') console.log(`The fault run found a violation: ${name}.`);
  if (outcome === 'skipped' && !faults.skipped) console.log(`The fault run had nothing to check: ${name}.`);
}

const passed = (tests?.numPassedTests ?? 0) + count('passed');
// A run that broke down before it could say what failed is a failure by itself.
const broken = [
  tests === undefined || (testStatus !== '0' && tests.numFailedTests === 0),
  faults === undefined || (faultStatus !== '0' && count('failed') === 0),
].filter(Boolean).length;
const failed = (tests?.numFailedTests ?? 0) + count('failed') + broken;
const skipped = (tests?.numPendingTests ?? 0) + (tests?.numTodoTests ?? 0) + count('skipped');
if (!tests?.numPassedTests) console.error('No test ran.');
if (failed > 0 || !tests?.numPassedTests) process.exitCode = 1;
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
