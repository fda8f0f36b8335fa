/**
 * A manual page in roff (`man` macros, understood by groff and mandoc), made from the program's tree: the texts are
 * those of `--help`.
 */
import type { Command } from "commander";
import { summaryOf } from "../completions/program-words.ts";
import { EXIT_MEANINGS } from "../exit-codes.ts";
import { pathOf, settableOptions, variableOf } from "../settings/setting.ts";
import { examplesOf } from "./examples.ts";

/** Name of the page and of its file: `starling`, `starling-dht-serve`. */
export function pageName(command: Command): string {
  return ["starling", ...pathOf(command)].join("-");
}

/** Every command that gets a page, the program itself first. */
export function pagesOf(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(pagesOf)];
}

export function manualPage(command: Command, version: string): string {
  const name = pageName(command);
  return [
    `.TH ${text(name.toUpperCase())} 1 "" ${quoted(`starling ${version}`)} ${quoted("Starling Manual")}`,
    ".SH NAME",
    `${text(name)} \\- ${text(summaryOf(command))}`,
    ".SH SYNOPSIS",
    `.B ${text(["starling", ...pathOf(command)].join(" "))}`,
    text(command.usage()),
    ".SH DESCRIPTION",
    ...paragraphs(command.description()),
    ...commandSection(command),
    ...optionSections(command),
    ...exampleSection(command),
    ...environmentSection(command),
    ...exitSection(),
    ...seeAlso(command),
    "",
  ].join("\n");
}

function commandSection(command: Command): readonly string[] {
  if (command.commands.length === 0) return [];
  const entries = command.commands.flatMap((sub) => [
    ".TP",
    `.B ${text(`${sub.name()} ${sub.usage().replace("[options]", "").trim()}`.trim())}`,
    text(summaryOf(sub)),
  ]);
  return [".SH COMMANDS", ...entries];
}

function optionSections(command: Command): readonly string[] {
  const entries = command
    .createHelp()
    .visibleOptions(command)
    .flatMap((option) => {
      const usual = typeof option.defaultValue === "string" ? `\nDefault: ${option.defaultValue}` : "";
      return [".TP", `.B ${text(option.flags)}`, `${sentence(option.description)}${text(usual)}`];
    });
  return [".SH OPTIONS", ...entries];
}

function exampleSection(command: Command): readonly string[] {
  const entries = examplesOf(command).flatMap(({ line, does }) => [
    ".TP",
    `.B ${text(line)}`,
    sentence(does),
  ]);
  return entries.length === 0 ? [] : [".SH EXAMPLES", ...entries];
}

function environmentSection(command: Command): readonly string[] {
  const names = settableOptions(command).map((option) => (option.long as string).slice(2));
  if (names.length === 0) return [];
  const entries = names.flatMap((name) => {
    const special = pathOf(command).concat(name).join(".");
    return [
      ".TP",
      `.B ${text(`${variableOf(special)}, ${special}`)}`,
      `As ${text(`--${name}`)}, for this command.`,
    ];
  });
  return [
    ".SH SETTINGS",
    "What stands above can be set for good: in the environment, or in the file that",
    ".B starling config path",
    "names. What is typed counts most, then the environment, then the file.",
    ...entries,
  ];
}

function exitSection(): readonly string[] {
  return [
    ".SH EXIT STATUS",
    ...EXIT_MEANINGS.flatMap(({ exit, meaning }) => [".TP", `.B ${exit}`, sentence(meaning)]),
  ];
}

function seeAlso(command: Command): readonly string[] {
  const related = [...(command.parent === null ? [] : [command.parent]), ...command.commands];
  if (related.length === 0) return [];
  return [".SH SEE ALSO", related.map((page) => `.BR ${text(pageName(page))} (1)`).join(",\n")];
}

function paragraphs(description: string): readonly string[] {
  return description
    .split("\n\n")
    .flatMap((paragraph, i) => [...(i === 0 ? [] : [".PP"]), sentence(paragraph.replaceAll("\n", " "))]);
}

/** Help has phrases, a manual has sentences. */
function sentence(phrase: string): string {
  const ended = /[.!?)]$/.test(phrase) ? phrase : `${phrase}.`;
  return text(ended.charAt(0).toUpperCase() + ended.slice(1));
}

/** Text as roff takes it literally: backslashes, hyphens as typed, no line that looks like a request. */
function text(plain: string): string {
  return plain
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replace(/^([.'])/gm, "\\&$1");
}

function quoted(plain: string): string {
  return `"${text(plain).replaceAll('"', '""')}"`;
}
