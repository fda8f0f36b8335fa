/**
 * Magnet links on Windows: a class of ours and the `magnet` scheme under `HKEY_CURRENT_USER\Software\Classes`, written
 * by `reg.exe`. What stood there before is kept beside it under a name of ours.
 */
import { ClientError } from "../../core/errors.ts";
import type { Handler, HandlerStatus, LaunchCommand } from "./handler.ts";
import type { RunTool } from "./run-tool.ts";

const SCHEME = "HKCU\\Software\\Classes\\magnet";
const COMMAND = `${SCHEME}\\shell\\open\\command`;
/** Value beside the command that holds the command from before us. */
const FORMER = "StarlingFormerCommand";

export class WindowsHandler implements Handler {
  readonly #command: string;
  readonly #run: RunTool;

  constructor(command: LaunchCommand, run: RunTool) {
    this.#command = [...[command.program, ...command.args].map((word) => `"${word}"`), '"%1"'].join(" ");
    this.#run = run;
  }

  async install(): Promise<void> {
    const current = await this.#read(undefined);
    if (current === this.#command) return;
    const isOurs = (await this.#read(FORMER)) !== undefined;
    if (!isOurs) await this.#write(COMMAND, FORMER, current ?? "");
    await this.#write(SCHEME, undefined, "URL:Magnet link");
    await this.#write(SCHEME, "URL Protocol", "");
    await this.#write(COMMAND, undefined, this.#command);
  }

  async remove(): Promise<void> {
    const former = await this.#read(FORMER);
    if (former === undefined) return;
    const isStillOurs = (await this.#read(undefined)) === this.#command;
    if (isStillOurs && former === "") {
      await this.#run("reg.exe", ["delete", SCHEME, "/f"]);
      return;
    }
    if (isStillOurs) await this.#write(COMMAND, undefined, former);
    await this.#run("reg.exe", ["delete", COMMAND, "/v", FORMER, "/f"]);
  }

  async status(): Promise<HandlerStatus> {
    const current = await this.#read(undefined);
    const isDefault = current === this.#command;
    return {
      isInstalled: isDefault,
      isDefault,
      opensMagnets: current ?? null,
      evidence: [`${COMMAND} is ${current ?? "not there"}`],
    };
  }

  /** A value's text; undefined where there is none. `undefined` names the key's default value. */
  async #read(name: string | undefined): Promise<string | undefined> {
    const { exit, stdout } = await this.#run("reg.exe", ["query", COMMAND, ...valueName(name)]);
    return exit === 0 ? /REG_SZ[ \t]*(.*)/.exec(stdout)?.[1]?.trimEnd() : undefined;
  }

  async #write(key: string, name: string | undefined, text: string): Promise<void> {
    const args = ["add", key, ...valueName(name), "/t", "REG_SZ", "/d", text, "/f"];
    const { exit } = await this.#run("reg.exe", args);
    if (exit !== 0) throw new ClientError("PATH_NOT_WRITABLE", `reg.exe could not write ${key}`);
  }
}

function valueName(name: string | undefined): readonly string[] {
  return name === undefined ? ["/ve"] : ["/v", name];
}
