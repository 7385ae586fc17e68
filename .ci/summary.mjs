// Prints `N passed, N failed, N skipped` from vitest's JSON report; fails when a test failed or none ran.
import { readFileSync } from 'node:fs';

const [reportPath, status] = process.argv.slice(2);
let report = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, numFailedTestSuites: 0 };
try {
  report = JSON.parse(readFileSync(reportPath, 'utf8'));
} catch {
  console.error('The test run left no report.');
}
const skipped = report.numPendingTests + report.numTodoTests;
const isGood = status === '0' && report.numFailedTests === 0 && report.numPassedTests > 0;
if (!isGood) process.exitCode = 1;
if (report.numPassedTests === 0) console.error('No test ran.');
console.log(`${report.numPassedTests} passed, ${report.numFailedTests} failed, ${skipped} skipped`);
