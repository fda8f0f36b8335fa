/** The process's own terminal line by line, in cooked mode: editing and echo are the terminal's, so a screen reader follows. */
import { createInterface } from "node:readline";
import type { LinePort } from "../../ui/index.ts";

export class NodeLines implements LinePort {
  writeLine(text: string): void {
    process.stdout.write(`${text}\n`);
  }

  listen(listener: Parameters<LinePort["listen"]>[0]): () => void {
    const lines = createInterface({ input: process.stdin, terminal: false });
    const onGone = (): void => listener.closed();
    lines.on("line", (text) => listener.line(text)).on("close", onGone);
    process.stdout.on("error", onGone);
    return () => {
      lines.off("close", onGone);
      lines.close();
      process.stdin.pause();
    };
  }
}

/** Somebody listens instead of looking, or the terminal can do nothing but print. */
export function usesLines(flags: { readonly screenReader?: boolean }, env: NodeJS.ProcessEnv): boolean {
  if (flags.screenReader === true || env["TERM"] === "dumb") return true;
  return [env["STARLING_SCREEN_READER"], env["INK_SCREEN_READER"]].some(
    (value) => value !== undefined && value !== "" && value !== "0" && value !== "false",
  );
}
