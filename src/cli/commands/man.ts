/** `starling man`: the manual, made from the same texts as `--help`. In a terminal it is shown by `man`. */
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { ClientError } from "../../core/errors.ts";
import { EXIT_OK } from "../exit-codes.ts";
import { manualPage, pageName, pagesOf } from "../manual/manual-page.ts";
import type { Output } from "../output/output.ts";
import { nearestWord } from "../settings/nearest-word.ts";
import { VERSION } from "../version.ts";

interface ManFlags {
  readonly output?: string;
}

export async function runMan(
  operands: readonly string[],
  flags: ManFlags,
  output: Output,
  program: Command,
): Promise<number> {
  if (flags.output !== undefined) return await writeAll(program, flags.output, output);
  const command = commandNamed(program, operands);
  const page = manualPage(command, VERSION);
  output.json({ ok: true, name: pageName(command), roff: page });
  if (process.stdout.isTTY === true && !output.isJson && (await showPage(page))) return EXIT_OK;
  output.result(page.trimEnd());
  return EXIT_OK;
}

async function writeAll(program: Command, folder: string, output: Output): Promise<number> {
  const pages = pagesOf(program);
  await mkdir(folder, { recursive: true });
  for (const command of pages)
    await writeFile(join(folder, `${pageName(command)}.1`), manualPage(command, VERSION));
  output.note(`${pages.length} pages are in ${folder}`);
  output.json({ ok: true, folder, pages: pages.map(pageName) });
  return EXIT_OK;
}

function commandNamed(program: Command, path: readonly string[]): Command {
  let command = program;
  for (const name of path) {
    const next = command.commands.find((sub) => sub.name() === name);
    if (next === undefined) {
      const names = command.commands.map((sub) => sub.name());
      const nearest = nearestWord(name, names);
      throw new ClientError("USAGE", `There is no command "${path.join(" ").slice(0, 60)}"`, {
        hint: nearest === undefined ? "starling --help lists the commands." : `Did you mean ${nearest}?`,
      });
    }
    command = next;
  }
  return command;
}

/** False where there is no `man` to show it. */
async function showPage(page: string): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), "starling-man-"));
  try {
    const path = join(folder, "starling.1");
    await writeFile(path, page);
    return await new Promise((resolve) => {
      const man = spawn("man", [path], { stdio: "inherit", shell: false });
      man.once("error", () => resolve(false));
      man.once("exit", (exit) => resolve(exit === 0));
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
