import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { roomForConnections } from "../../src/platform/descriptor-limit.ts";

const ROOT = join(import.meta.dirname, "..", "..");

describe("the room for connections", () => {
  test("is what four fifths of the descriptors leave beside files and sockets of our own (W3)", () => {
    expect(roomForConnections(1_024)).toBe(763);
    expect(roomForConnections(200)).toBe(104);
  });

  test("is a handful where descriptors are few, and as many as wanted where no limit is known", () => {
    expect(roomForConnections(48)).toBe(8);
    expect(roomForConnections(0)).toBe(8);
    expect(roomForConnections(undefined)).toBeUndefined();
  });

  test.runIf(process.platform === "linux")("follows the limit that the process was started with", () => {
    const script = `import { descriptorLimit } from "./src/platform/descriptor-limit.ts"; console.log(await descriptorLimit())`;
    const child = `ulimit -n 345 && exec "$0" --import ./scripts/typescript.mjs --input-type=module -e '${script}'`;

    expect(execFileSync("sh", ["-c", child, process.execPath], { cwd: ROOT, encoding: "utf8" }).trim()).toBe(
      "345",
    );
  });
});
