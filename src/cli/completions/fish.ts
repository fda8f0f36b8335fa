/** The completion script for fish. */
import type { CommandWords, OptionWords, ValueKind } from "./program-words.ts";

export function fishScript(commands: readonly CommandWords[]): string {
  const paths = commands.filter(({ path }) => path.length > 0).map(({ path }) => quoted(wordsOf(path)));
  return `# starling completions fish
function __starling_path
    set -l path starling
    for word in (commandline -opc)[2..-1]
        switch "$path $word"
            case ${paths.join(" ")}
                set path "$path $word"
        end
    end
    echo $path
end
complete -c starling -f
${commands.flatMap(linesFor).join("\n")}
`;
}

function linesFor(command: CommandWords): readonly string[] {
  const at = `complete -c starling -n ${quoted(`test (__starling_path) = '${wordsOf(command.path)}'`)}`;
  const operand = command.operands.at(-1);
  return [
    ...command.commands.map(({ name, summary }) => `${at} -a ${name} -d ${quoted(summary)}`),
    ...command.options.map((option) => `${at} ${optionWords(option)}`),
    ...(operand === undefined || operand === "text" ? [] : [`${at} ${valueWords(operand)}`]),
  ];
}

function optionWords({ short, long, description, value }: OptionWords): string {
  const name = `${short === undefined ? "" : `-s ${short.slice(1)} `}-l ${long.slice(2)}`;
  return `${name}${value === undefined ? "" : ` -r ${valueWords(value)}`} -d ${quoted(description)}`;
}

function valueWords(kind: ValueKind): string {
  if (typeof kind === "object") return `-a ${quoted(kind.choices.join(" "))}`;
  switch (kind) {
    case "torrent":
      return `-a ${quoted("(starling completions --torrents 2>/dev/null)")}`;
    case "file":
      return "-F";
    case "folder":
      return `-a ${quoted("(__fish_complete_directories)")}`;
    case "text":
      return "-f";
  }
}

function wordsOf(path: readonly string[]): string {
  return ["starling", ...path].join(" ");
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
