/** The completion script for zsh: one function a command, each with the specifications that `_arguments` takes. */
import type { CommandWords, OptionWords, ValueKind } from "./program-words.ts";

export function zshScript(commands: readonly CommandWords[]): string {
  return `#compdef starling
# starling completions zsh
${commands.map(functionFor).join("\n")}
_starling_torrents() {
  local -a names
  names=("\${(@f)$(starling completions --torrents 2>/dev/null)}")
  compadd -- $names
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _starling "$@"; else compdef _starling starling; fi
`;
}

function functionFor(command: CommandWords): string {
  const specifications = command.options.map(optionSpecification);
  const isGroup = command.commands.length > 0;
  if (isGroup) {
    const names = command.commands.map(({ name, summary }) => `${name}\\:${doubleQuoted(summary)}`);
    specifications.push(quoted(`1:command:((${names.join(" ")}))`), quoted("*::argument:->argument"));
  } else {
    command.operands.forEach((kind, i) => {
      const isLast = i === command.operands.length - 1;
      const position = isLast && command.isVariadic ? "*" : String(i + 1);
      specifications.push(quoted(`${position}:operand:${actionOf(kind)}`));
    });
  }
  const name = nameOf(command.path);
  return `${name}() {
  local context state line
  typeset -A opt_args
  _arguments -S ${isGroup ? "-C " : ""}\\
    ${specifications.join(" \\\n    ")}
${isGroup ? `  case $line[1] in\n${command.commands.map((sub) => `    ${sub.name}) ${nameOf([...command.path, sub.name])} ;;`).join("\n")}\n  esac\n` : ""}}`;
}

function nameOf(path: readonly string[]): string {
  return ["_starling", ...path].join("_");
}

function optionSpecification({ short, long, description, value }: OptionWords): string {
  const what = description.replace(/[[\]\\:]/g, "\\$&");
  const argument = value === undefined ? "" : `:value:${actionOf(value)}`;
  if (short === undefined) return quoted(`${long}[${what}]${argument}`);
  return `${quoted(`(${short} ${long})`)}{${short},${long}}${quoted(`[${what}]${argument}`)}`;
}

function actionOf(kind: ValueKind): string {
  if (typeof kind === "object") return `(${kind.choices.join(" ")})`;
  switch (kind) {
    case "torrent":
      return "_starling_torrents";
    case "file":
      return "_files";
    case "folder":
      return "_files -/";
    case "text":
      return " ";
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function doubleQuoted(text: string): string {
  return `"${text.replace(/["$`\\]/g, "\\$&")}"`;
}
