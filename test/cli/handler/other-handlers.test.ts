import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { MacosHandler } from "../../../src/cli/handler/macos-handler.ts";
import type { RunTool } from "../../../src/cli/handler/run-tool.ts";
import { WindowsHandler } from "../../../src/cli/handler/windows-handler.ts";
import { scratchFolder } from "../support.ts";

const COMMAND = "HKCU\\Software\\Classes\\magnet\\shell\\open\\command";

/** The part of `reg.exe` that the handler uses, over a map of `KEY|VALUE`. */
function registry(values: Map<string, string>): RunTool {
  return async (program, args) => {
    expect(program).toBe("reg.exe");
    const [verb, key] = args as [string, string];
    const name = args.includes("/ve") ? "" : args[args.indexOf("/v") + 1];
    if (verb === "query") {
      const text = values.get(`${key}|${name}`);
      return text === undefined
        ? { exit: 1, stdout: "" }
        : { exit: 0, stdout: `\r\n${key}\r\n    ${name || "(Default)"}    REG_SZ    ${text}\r\n\r\n` };
    }
    if (verb === "add") values.set(`${key}|${name}`, args[args.indexOf("/d") + 1] as string);
    else if (args.includes("/v")) values.delete(`${key}|${name}`);
    else for (const at of values.keys()) if (at.startsWith(key)) values.delete(at);
    return { exit: 0, stdout: "" };
  };
}

describe("the handler of Windows", () => {
  const command = { program: "C:\\Program Files\\node.exe", args: ["C:\\starling\\main.js", "open"] };
  const ours = '"C:\\Program Files\\node.exe" "C:\\starling\\main.js" "open" "%1"';

  test("writes the scheme for this user, and takes it away again", async () => {
    const values = new Map<string, string>();
    const handler = new WindowsHandler(command, registry(values));
    await handler.install();
    expect(values.get("HKCU\\Software\\Classes\\magnet|URL Protocol")).toBe("");
    expect(values.get(`${COMMAND}|`)).toBe(ours);
    expect(await handler.status()).toMatchObject({ isDefault: true, opensMagnets: ours });
    await handler.remove();
    expect(values.size).toBe(0);
  });

  test("restores what was there, however often it was installed", async () => {
    const former = '"C:\\other.exe" "%1"';
    const values = new Map([[`${COMMAND}|`, former]]);
    const handler = new WindowsHandler(command, registry(values));
    await handler.install();
    await handler.install();
    await handler.remove();
    expect(values.get(`${COMMAND}|`)).toBe(former);
    expect(await handler.status()).toMatchObject({ isDefault: false, opensMagnets: former });
  });

  test("does not undo what the user chose since", async () => {
    const values = new Map<string, string>();
    const handler = new WindowsHandler(command, registry(values));
    await handler.install();
    values.set(`${COMMAND}|`, "third.exe");
    await handler.remove();
    expect(values.get(`${COMMAND}|`)).toBe("third.exe");
  });
});

describe("the handler of macOS", () => {
  test("compiles an application that receives links, and names the scheme in it", async () => {
    const application = join(scratchFolder(), "Applications", "Starling.app");
    const ran: string[] = [];
    let script = "";
    const handler = new MacosHandler(
      application,
      { program: "/usr/bin/node", args: ["/opt/my starling/main.js", 'o"pen'] },
      async (program, args) => {
        ran.push([program.split("/").at(-1), ...args.slice(0, 2)].join(" "));
        if (program === "osacompile") {
          script = readFileSync(args.at(-1) as string, "utf8");
          mkdirSync(join(dirname(application), "Starling.app", "Contents"), { recursive: true });
        }
        return { exit: 0, stdout: "" };
      },
    );
    await handler.install();
    expect(script).toBe(
      'on open location link\n  do shell script quoted form of "/usr/bin/node" & " " & quoted form of ' +
        '"/opt/my starling/main.js" & " " & quoted form of "o\\"pen" & " " & quoted form of link & ' +
        '" > /dev/null 2>&1 &"\nend open location\n',
    );
    expect(ran[0]).toBe(`osacompile -o ${application}`);
    expect(ran).toContain("PlistBuddy -c Add :CFBundleURLTypes:0:CFBundleURLSchemes:0 string magnet");
    expect(ran.at(-1)).toBe(`lsregister -f ${application}`);
  });
});
