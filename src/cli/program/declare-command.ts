/**
 * How a command is declared: its words and options for commander, and a loader for the file that runs it, so that the
 * commands that do not run cost nothing.
 */
import type { Command } from "commander";
import { Output } from "../output/output.ts";
import { reportError } from "../report-error.ts";

/** What commander collected for a command; the command's own file gives it a meaning. */
export type Flags = Record<string, unknown>;
export type Run = (operands: readonly string[], flags: never, output: Output) => Promise<number>;

/** `usage` is the command's name and operands, as commander reads them; `load` is called when the command runs. */
export type Declare = (
  parent: Command,
  usage: string,
  description: string,
  load: () => Promise<Run>,
) => Command;

/** The declaring function of one program; `setExit` hears the exit code of the command that ran. */
export function commandDeclarer(setExit: (code: number) => void): Declare {
  return (parent, usage, description, load) => {
    const declared = withCommonOptions(parent.command(usage).description(description));
    return declared.action(async (...parameters: unknown[]) => {
      const operands = parameters
        .slice(0, -2)
        .flat()
        .filter((operand) => operand !== undefined) as string[];
      const output = outputFor(declared.opts<Flags>());
      try {
        const run = await load();
        setExit(await run(operands, declared.opts<Flags>() as never, output));
      } catch (error) {
        setExit(reportError(error, output));
      }
    });
  };
}

/** A command that only holds others, such as `dht`. */
export function declareGroup(parent: Command, name: string, description: string): Command {
  return parent.command(name).description(description).exitOverride().showSuggestionAfterError();
}

export function outputFor(flags: Flags): Output {
  return new Output({ quiet: flags["quiet"] === true, json: flags["json"] === true });
}

function withCommonOptions(command: Command): Command {
  return command
    .option("--json", "print JSON instead of text")
    .option("-q, --quiet", "print results only")
    .exitOverride()
    .showSuggestionAfterError();
}
