/** The `ip` command of Linux, for tests that make network namespaces of their own. For root. */
import { execFileSync } from "node:child_process";

/** Answers what it printed; throws with its complaint where it failed. */
export function ip(...args: readonly string[]): string {
  return execFileSync("ip", args, { encoding: "utf8" });
}

/** An empty namespace, of which only loopback is up. */
export function addNamespace(name: string): void {
  ip("netns", "add", name);
  ip("-n", name, "link", "set", "lo", "up");
}
