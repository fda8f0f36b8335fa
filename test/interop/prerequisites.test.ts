/**
 * The suite is nothing without its peers: one that is missing fails here, in one line that names the remedy. It is
 * never skipped.
 */
import { expect, test } from "vitest";
import { ALL_PREREQUISITES, whatIsMissing } from "./support/prerequisites.ts";

test.each(ALL_PREREQUISITES)("%s is installed", (name) => {
  expect(whatIsMissing(name) ?? "installed").toBe("installed");
});
