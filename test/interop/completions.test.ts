/** The completion scripts in the shells they are for. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { spawn } from "@lydell/node-pty";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Lab } from "./support/lab.ts";
import { requireInstalled, STARLING_PROGRAM } from "./support/prerequisites.ts";

let lab: Lab;
let folder: string;
let environment: Record<string, string>;

beforeAll(() => {
  requireInstalled("starling", "zsh", "fish");
  lab = new Lab();
  folder = lab.newFolder("home");
  // stands in for the program on the path: completes torrents without an engine
  writeFileSync(join(folder, "starling"), "#!/bin/sh\nprintf 'two words\\n$(touch oops)\\nlecture\\n'\n", {
    mode: 0o755,
  });
  environment = { PATH: `${folder}:${process.env["PATH"]}`, HOME: folder, TERM: "dumb", LANG: "C.UTF-8" };
  for (const shell of ["bash", "zsh", "fish"])
    writeFileSync(
      join(folder, `starling.${shell}`),
      execFileSync(process.execPath, [STARLING_PROGRAM, "completions", shell], { env: environment }),
    );
});

afterAll(() => lab?.close());

function bash(...words: readonly string[]): readonly string[] {
  const script =
    `source "$1"; shift; compopt() { :; }; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _starling; ` +
    `printf '%s\\n' "\${COMPREPLY[@]}"`;
  const args = ["--norc", "-c", script, "bash", join(folder, "starling.bash"), "starling", ...words];
  return execFileSync("bash", args, { env: environment, cwd: folder, encoding: "utf8" }).trim().split("\n");
}

function fish(line: string): readonly string[] {
  const script = `source ${join(folder, "starling.fish")}; complete -C '${line}'`;
  const text = execFileSync("fish", ["--no-config", "-c", script], {
    env: environment,
    cwd: folder,
    encoding: "utf8",
  });
  return text
    .trim()
    .split("\n")
    .map((entry) => entry.split("\t")[0] as string);
}

/** What zsh makes of a line when TAB is pressed once. */
async function zsh(line: string): Promise<string> {
  const shell = spawn("zsh", ["-f", "-i"], { env: environment, cwd: folder, cols: 200, rows: 50 });
  let seen = "";
  const shows = (pattern: RegExp): Promise<string> =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = pattern.exec(seen);
        if (found !== null) resolve(found[1] as string);
      };
      shell.onData(look);
      look();
    });
  shell.onData((text) => {
    seen += text;
  });
  shell.write(
    `PS1=; unsetopt zle_bracketed_paste; autoload -Uz compinit && compinit -u; source starling.zsh; echo read''y\r`,
  );
  await shows(/(ready)\r?\n/);
  // a widget that completes the line and prints it, so that nothing depends on how zsh draws
  shell.write(
    `show() { BUFFER='${line}'; CURSOR=$#BUFFER; zle complete-word; print -r -- "<$BUFFER>"; BUFFER=; }; zle -N show; bindkey '^T' show; echo bou''nd\r`,
  );
  await shows(/(bound)\r?\n/);
  shell.write("\x14");
  const answer = await shows(/<(starling [^>]*)>/);
  shell.kill();
  return answer;
}

test("bash completes commands, options, values and torrents", () => {
  expect(bash("ge")).toEqual(["get"]);
  expect(bash("dht", "")).toEqual(expect.arrayContaining(["serve", "ping"]));
  expect(bash("get", "--stall")).toEqual(["--stall-timeout"]);
  expect(bash("completions", "")).toEqual(["bash", "zsh", "fish"]);
  expect(bash("pause", "")).toEqual(["two\\ words", "\\$\\(touch\\ oops\\)", "lecture"]);
  expect(bash("info", "starling.b")).toEqual(["starling.bash"]);
});

test("fish completes commands, options, values and torrents", () => {
  expect(fish("starling ge")).toEqual(["get"]);
  expect(fish("starling dht ")).toEqual(expect.arrayContaining(["serve", "ping"]));
  expect(fish("starling get --stall")).toEqual(["--stall-timeout"]);
  expect(fish("starling completions ")).toEqual(["bash", "fish", "zsh"]);
  expect(fish("starling pause lec")).toEqual(["lecture"]);
});

test("zsh completes commands, options and torrents", async () => {
  expect(await zsh("starling ge")).toBe("starling get ");
  expect(await zsh("starling dht ser")).toBe("starling dht serve ");
  expect(await zsh("starling get --stall")).toBe("starling get --stall-timeout ");
  expect(await zsh("starling pause two")).toBe("starling pause two\\ words ");
});
