/** Checks of this machine: Node, the clock, descriptors, the terminal. */
import { statSync } from "node:fs";
import { descriptorLimit } from "../../platform/index.ts";
import { bundledFile } from "../engine/bundled-file.ts";
import { VERSION } from "../version.ts";
import { broken, type Check, fine, warning } from "./check.ts";

const MIN_NODE: readonly [major: number, minor: number] = [20, 19];
/** A hundred connections, as many files, and what Node needs for itself. */
const WANTED_DESCRIPTORS = 1_024;
const NEEDED_DESCRIPTORS = 64;

export async function machineChecks(): Promise<readonly Check[]> {
  return [nodeCheck(), clockCheck(), descriptorCheck(await descriptorLimit()), terminalCheck()];
}

function nodeCheck(): Check {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const evidence = `starling ${VERSION}, Node ${process.versions.node}, ${process.platform} ${process.arch}`;
  const isNew = major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1]);
  return isNew
    ? fine("versions", evidence)
    : broken("versions", evidence, `Install Node ${MIN_NODE.join(".")} or newer.`);
}

/** A machine without a battery for its clock wakes up in the past: then announces and resume data make no sense. */
function clockCheck(): Check {
  const now = new Date();
  const built = statSync(bundledFile("main.js")).mtime;
  const evidence = `it is ${now.toISOString().slice(0, 19)}Z`;
  return now >= built
    ? fine("clock", evidence)
    : broken(
        "clock",
        `${evidence}, before this program was made (${built.toISOString().slice(0, 10)})`,
        "Set the clock.",
      );
}

function descriptorCheck(limit: number | undefined): Check {
  if (limit === undefined) return fine("descriptors", "no limit is known");
  const evidence = `${limit} files and connections may be open`;
  const next = `ulimit -n ${WANTED_DESCRIPTORS} allows more connections.`;
  if (limit < NEEDED_DESCRIPTORS) return broken("descriptors", evidence, next);
  return limit < WANTED_DESCRIPTORS ? warning("descriptors", evidence, next) : fine("descriptors", evidence);
}

function terminalCheck(): Check {
  const { TERM, LANG, LC_ALL, NO_COLOR } = process.env;
  const size = process.stdout.isTTY ? `${process.stdout.columns}×${process.stdout.rows}` : "no terminal";
  const isUnicode = process.platform === "win32" || /utf-?8/i.test(LC_ALL ?? LANG ?? "");
  const evidence = `${size}, TERM=${TERM ?? ""}, ${isUnicode ? "UTF-8" : "no UTF-8"}${NO_COLOR ? ", NO_COLOR" : ""}`;
  return isUnicode
    ? fine("terminal", evidence)
    : warning("terminal", evidence, "LANG=C.UTF-8 or starling --ascii shows the dashboard as it is meant.");
}
