/** `starling handler install|remove|status`: what the desktop does with magnet links. */
import { homedir } from "node:os";
import { join } from "node:path";
import { ClientError } from "../../core/errors.ts";
import { safeText } from "../../core/safe-text.ts";
import { starlingPaths } from "../../platform/index.ts";
import { bundledFile } from "../engine/bundled-file.ts";
import { EXIT_OK } from "../exit-codes.ts";
import type { Handler, HandlerStatus, LaunchCommand } from "../handler/handler.ts";
import { LinuxHandler, type LinuxPlaces } from "../handler/linux-handler.ts";
import { MacosHandler } from "../handler/macos-handler.ts";
import { runTool } from "../handler/run-tool.ts";
import { WindowsHandler } from "../handler/windows-handler.ts";
import type { Output } from "../output/output.ts";

export async function runHandlerInstall(
  _operands: readonly string[],
  _flags: object,
  output: Output,
): Promise<number> {
  const handler = handlerOfThisSystem();
  await handler.install();
  return report(await handler.status(), output);
}

export async function runHandlerRemove(
  _operands: readonly string[],
  _flags: object,
  output: Output,
): Promise<number> {
  const handler = handlerOfThisSystem();
  await handler.remove();
  report(await handler.status(), output);
  return EXIT_OK;
}

/** Exit 1 when links are not opened with Starling. */
export async function runHandlerStatus(
  _operands: readonly string[],
  _flags: object,
  output: Output,
): Promise<number> {
  return report(await handlerOfThisSystem().status(), output);
}

function report(status: HandlerStatus, output: Output): number {
  output.result(
    status.isDefault
      ? "Magnet links are opened with Starling."
      : "Magnet links are not opened with Starling.",
  );
  for (const line of status.evidence) output.note(`  ${safeText(line)}`);
  output.json({ ok: status.isDefault, ...status });
  return status.isDefault ? EXIT_OK : 1;
}

function handlerOfThisSystem(): Handler {
  switch (process.platform) {
    case "darwin":
      return new MacosHandler(join(homedir(), "Applications", "Starling.app"), launchCommand(), runTool);
    case "win32":
      return new WindowsHandler(launchCommand(), runTool);
    case "linux":
    case "freebsd":
    case "openbsd":
      return new LinuxHandler(linuxPlaces(), launchCommand(), runTool);
    default:
      throw new ClientError("USAGE", `Starling does not know the desktops of ${process.platform}`);
  }
}

/** Adds to the Starling that runs, or to one that is started in the background: a desktop has no terminal to show. */
function launchCommand(): LaunchCommand {
  return { program: process.execPath, args: [bundledFile("main.js"), "open", "--detach"] };
}

function linuxPlaces(environment: NodeJS.ProcessEnv = process.env): LinuxPlaces {
  const data = environment["XDG_DATA_HOME"] ?? join(homedir(), ".local", "share");
  const config = environment["XDG_CONFIG_HOME"] ?? join(homedir(), ".config");
  return {
    applications: join(data, "applications"),
    mimeApps: join(config, "mimeapps.list"),
    memory: join(starlingPaths(environment).stateFolder, "handler.json"),
  };
}
