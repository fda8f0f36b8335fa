/**
 * How a command is declared: its words and options for commander, and a loader for the file that runs it, so that the
 * commands that do not run cost nothing. Settings of the configuration file and the environment are put under what
 * was typed before the command sees its flags.
 */
import { type Command, Help, Option } from "commander";
import { ClientError } from "../../core/errors.ts";
import { Output } from "../output/output.ts";
import { reportError } from "../report-error.ts";
import { applySettings, originOf } from "../settings/apply-settings.ts";

/** What commander collected for a command; the command's own file gives it a meaning. */
export type Flags = Record<string, unknown>;
export type Run = (
  operands: readonly string[],
  flags: never,
  output: Output,
  /** The whole program, for commands that tell about it. */
  program: Command,
) => Promise<number>;

/** `usage` is the command's name and operands, as commander reads them; `load` is called when the command runs. */
export type Declare = (
  parent: Command,
  usage: string,
  description: string,
  load: () => Promise<Run>,
) => Command;

/**
 * The declaring function of one program; `setExit` hears the exit code of the command that ran, `whole` answers the
 * program with all its commands.
 */
export function commandDeclarer(setExit: (code: number) => void, whole: () => Command): Declare {
  return (parent, usage, description, load) => {
    const declared = withCommonOptions(parent.command(usage).summary(description).description(description));
    return declared.action(async (...parameters: unknown[]) => {
      const operands = parameters
        .slice(0, -2)
        .flat()
        .filter((operand) => operand !== undefined) as string[];
      const output = outputFor(declared.opts<Flags>());
      try {
        await applySettings(declared, whole);
        const run = await load();
        setExit(await run(operands, declared.opts<Flags>() as never, output, whole()));
      } catch (error) {
        setExit(reportError(withOrigin(error, declared), output));
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

const COMMON_OPTIONS: readonly (readonly [flags: string, description: string])[] = [
  ["--json", "print JSON instead of text"],
  ["-q, --quiet", "print results only"],
  ["--config <file>", "read settings from this file"],
];
const COMMON_HEADING = "Common options:";

function withCommonOptions(command: Command): Command {
  for (const [flags, description] of COMMON_OPTIONS)
    command.addOption(new Option(flags, description).helpGroup(COMMON_HEADING));
  return command.helpOption("-h, --help", "show this help").exitOverride().showSuggestionAfterError();
}

/** Help in which the options that every command has come last; inherited by the commands of `program`. */
export function withHelpOrder(program: Command): Command {
  const { visibleOptions, groupItems } = OrderedHelp.prototype;
  return program.configureHelp({ visibleOptions, groupItems });
}

class OrderedHelp extends Help {
  override visibleOptions(command: Command): Option[] {
    const options = super.visibleOptions(command);
    const isCommon = (option: Option): boolean => option.helpGroupHeading === COMMON_HEADING;
    return [...options.filter((option) => !isCommon(option)), ...options.filter(isCommon)];
  }

  /** Headings come in the order of what is shown, not of what was declared. */
  override groupItems<Item extends Command | Option>(
    _declared: Item[],
    shown: Item[],
    headingOf: (item: Item) => string,
  ): Map<string, Item[]> {
    return super.groupItems(shown, shown, headingOf);
  }
}

/** A refused value that nobody typed: says where it stands. */
function withOrigin(error: unknown, command: Command): unknown {
  if (!(error instanceof ClientError) || error.code !== "USAGE") return error;
  const flag = /^(--[a-z-]+):/.exec(error.message)?.[1];
  const origin = flag === undefined ? undefined : originOf(command, flag);
  if (origin === undefined) return error;
  const options = error.hint === undefined ? {} : { hint: error.hint };
  return new ClientError("USAGE", `${error.message} (set by ${origin})`, options);
}
