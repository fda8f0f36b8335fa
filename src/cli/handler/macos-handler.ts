/**
 * Magnet links on macOS: a small application in `~/Applications`. Links arrive there as Apple events, which a shell
 * script cannot receive, so the application is a compiled AppleScript (`osacompile`), whose `Info.plist` then names the
 * scheme. Which application opens links by default is the system's own choice; it asks when there are several.
 */
import { access, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ClientError } from "../../core/errors.ts";
import type { Handler, HandlerStatus, LaunchCommand } from "./handler.ts";
import type { RunTool } from "./run-tool.ts";

const LAUNCH_SERVICES =
  "/System/Library/Frameworks/CoreServices.framework/Frameworks/LaunchServices.framework/Support/lsregister";

export class MacosHandler implements Handler {
  readonly #application: string;
  readonly #command: LaunchCommand;
  readonly #run: RunTool;

  /** `application` is the folder to write, ending in `.app`. */
  constructor(application: string, command: LaunchCommand, run: RunTool) {
    this.#application = application;
    this.#command = command;
    this.#run = run;
  }

  async install(): Promise<void> {
    await mkdir(dirname(this.#application), { recursive: true });
    await rm(this.#application, { recursive: true, force: true });
    const folder = await mkdtemp(join(tmpdir(), "starling-handler-"));
    try {
      const source = join(folder, "open-location.applescript");
      await writeFile(source, appleScript(this.#command));
      await this.#must("osacompile", ["-o", this.#application, source]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    const plist = join(this.#application, "Contents", "Info.plist");
    for (const entry of PLIST_ENTRIES) await this.#must("/usr/libexec/PlistBuddy", ["-c", entry, plist]);
    await this.#must(LAUNCH_SERVICES, ["-f", this.#application]);
  }

  async remove(): Promise<void> {
    await this.#run(LAUNCH_SERVICES, ["-u", this.#application]);
    await rm(this.#application, { recursive: true, force: true });
  }

  async status(): Promise<HandlerStatus> {
    const isInstalled = await access(join(this.#application, "Contents", "Info.plist")).then(
      () => true,
      () => false,
    );
    return {
      isInstalled,
      isDefault: isInstalled,
      opensMagnets: isInstalled ? this.#application : null,
      evidence: [`${this.#application} is ${isInstalled ? "there" : "not there"}`],
    };
  }

  async #must(program: string, args: readonly string[]): Promise<void> {
    const { exit } = await this.#run(program, args);
    if (exit !== 0)
      throw new ClientError("PATH_NOT_WRITABLE", `${program} could not make ${this.#application}`);
  }
}

/** `quoted form of` keeps the link one word of the command, whatever is in it. */
function appleScript(command: LaunchCommand): string {
  const words = [command.program, ...command.args].map((word) => `quoted form of ${textLiteral(word)}`);
  return `on open location link
  do shell script ${words.join(' & " " & ')} & " " & quoted form of link & " > /dev/null 2>&1 &"
end open location
`;
}

function textLiteral(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

const PLIST_ENTRIES: readonly string[] = [
  "Add :CFBundleIdentifier string org.starling.magnet-handler",
  "Add :LSUIElement bool true",
  "Add :CFBundleURLTypes array",
  "Add :CFBundleURLTypes:0 dict",
  "Add :CFBundleURLTypes:0:CFBundleURLName string Magnet link",
  "Add :CFBundleURLTypes:0:CFBundleURLSchemes array",
  "Add :CFBundleURLTypes:0:CFBundleURLSchemes:0 string magnet",
];
