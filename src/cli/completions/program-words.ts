/** The words of the program's tree, as the shells' completion scripts need them. */
import type { Command, Option } from "commander";
import { pathOf } from "../settings/setting.ts";

/** What a value is completed with. */
export type ValueKind = "torrent" | "file" | "folder" | "text" | { readonly choices: readonly string[] };

export interface OptionWords {
  readonly short: string | undefined;
  readonly long: string;
  readonly description: string;
  /** Undefined when the option takes no value, or takes one after `=` only. */
  readonly value: ValueKind | undefined;
}

export interface CommandWords {
  /** Empty for the program itself. */
  readonly path: readonly string[];
  readonly commands: readonly { readonly name: string; readonly summary: string }[];
  readonly options: readonly OptionWords[];
  /** What stands behind the options; the last one may come again where `isVariadic`. */
  readonly operands: readonly ValueKind[];
  readonly isVariadic: boolean;
}

/** Placeholders of operands and options, by what they stand for. */
const KIND_BY_PLACEHOLDER: Readonly<Record<string, ValueKind>> = {
  dir: "folder",
  file: "file",
  folder: "folder",
  path: "file",
  source: "file",
  torrent: "torrent",
};

/** Every command of the tree, the program itself first. */
export function wordsOf(command: Command): readonly CommandWords[] {
  const arguments_ = command.registeredArguments;
  const own: CommandWords = {
    path: pathOf(command),
    commands: command.commands.map((sub) => ({ name: sub.name(), summary: summaryOf(sub) })),
    options: command.createHelp().visibleOptions(command).map(optionWords),
    operands: arguments_.map((argument) => kindOf(argument.name(), argument.argChoices)),
    isVariadic: arguments_.at(-1)?.variadic === true,
  };
  return [own, ...command.commands.flatMap((sub) => wordsOf(sub))];
}

export function summaryOf(command: Command): string {
  return command.summary() === "" ? command.description() : command.summary();
}

function optionWords(option: Option): OptionWords {
  const placeholder = /<([^>]+)>/.exec(option.flags)?.[1];
  return {
    short: option.short,
    long: option.long as string,
    description: option.description,
    value: placeholder === undefined ? undefined : kindOf(placeholder, option.argChoices),
  };
}

function kindOf(placeholder: string, choices: readonly string[] | undefined): ValueKind {
  return choices === undefined ? (KIND_BY_PLACEHOLDER[placeholder] ?? "text") : { choices };
}
