// Prints one total over vitest's JSON reports, `N passed, N failed`, as its only line on standard output.
//   node scripts/test-total.mjs REPORT.json…
// A test that did not run because its file or its set-up broke counts as failed, and so do a broken file without
// tests and a report that is missing. Exits 1 when anything failed or nothing passed.
import { existsSync, readFileSync } from "node:fs";

let passed = 0;
let failed = 0;
for (const path of process.argv.slice(2)) {
  if (!existsSync(path)) {
    console.error(`no report: ${path}`);
    failed++;
    continue;
  }
  for (const file of JSON.parse(readFileSync(path, "utf8")).testResults) {
    const good = file.assertionResults.filter((test) => test.status === "passed").length;
    const bad = file.assertionResults.length - good;
    passed += good;
    failed += file.status !== "passed" && bad === 0 ? 1 : bad;
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
