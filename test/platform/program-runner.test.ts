import { promises as fs } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { NodeProgramRunner } from "../../src/platform/program-runner.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const RECORDER = `
import { writeFileSync } from "node:fs";
writeFileSync("recorded", JSON.stringify({ args: process.argv.slice(2), name: process.env.STARLING_NAME }));
process.exit(7);
`;

test.each(["-rf", "$(id)", "`id`", "a;b", "a\nb", "%0A", "--", "'\" &"])(
  "TU08: %j reaches a program as exactly one argument, and no shell",
  async (name) => {
    const folder = await temporaryFolder();
    const script = join(folder.path, "recorder.mjs");
    await fs.writeFile(script, RECORDER);
    const code = await new NodeProgramRunner().run([process.execPath, script, "$HOME"], {
      folder: folder.path,
      path: name,
      environment: { STARLING_NAME: name },
    });
    const recorded: unknown = JSON.parse(await fs.readFile(join(folder.path, "recorded"), "utf8"));
    await folder.remove();

    expect(code).toBe(7);
    expect(recorded).toEqual({ args: ["$HOME", join(folder.path, name)], name });
  },
);

test("a program that does not exist is an error that names it", async () => {
  const call = { folder: "/", path: "x", environment: {} };
  await expect(new NodeProgramRunner().run(["/no/such/program"], call)).rejects.toMatchObject({
    code: "PATH_NOT_FOUND",
    message: expect.stringContaining("/no/such/program"),
  });
});
