// Prints one total over vitest's JSON reports, `N passed, N failed`, as its last line on standard output; before it, with
// file and reason, what failed: a log of which only the end is kept still says that.
//   node scripts/test-total.mjs REPORT.json…
// A test that did not run because its file or its set-up broke counts as failed, and so do a broken file without
// tests and a report that is missing. Exits 1 when anything failed or nothing passed.
import { existsSync, readFileSync } from "node:fs";
import { relative } from "node:path";

/** Of a reason: enough for an assertion with the seed and counterexample of a property. */
const REASON_CHARACTERS = 2_000;
let passed = 0;
const failures = [];

function failedFile(file) {
  const path = relative(process.cwd(), file.name);
  const bad = file.assertionResults.filter((test) => test.status !== "passed");
  passed += file.assertionResults.length - bad.length;
  if (file.status !== "passed" && bad.length === 0) return [{ what: path, why: file.message ?? "" }];
  return bad.map((test) => ({
    what: `${path} > ${test.fullName}`,
    why: (test.failureMessages ?? []).join("\n") || `it did not run. ${file.message ?? ""}`,
  }));
}

for (const path of process.argv.slice(2)) {
  if (existsSync(path)) {
    failures.push(...JSON.parse(readFileSync(path, "utf8")).testResults.flatMap(failedFile));
  } else {
    failures.push({ what: `no report: ${path}`, why: "" });
  }
}
for (const { what, why } of failures) {
  console.log(`failed: ${what}`);
  if (why !== "") console.log(why.slice(0, REASON_CHARACTERS));
}
console.log(`${passed} passed, ${failures.length} failed`);
process.exit(failures.length > 0 || passed === 0 ? 1 : 0);
