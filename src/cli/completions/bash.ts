/** The completion script for bash. */
import type { CommandWords, ValueKind } from "./program-words.ts";

export function bashScript(commands: readonly CommandWords[]): string {
  const paths = commands.filter(({ path }) => path.length > 0).map(patternOf);
  return `# starling completions bash
_starling() {
  local word=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} path=starling i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$path \${COMP_WORDS[i]}" in
      ${paths.join("|")}) path="$path \${COMP_WORDS[i]}" ;;
    esac
  done
  case "$path $previous" in
${commands.flatMap(optionValueCases).join("\n")}
  esac
  case "$path" in
${commands.map(commandCase).join("\n")}
  esac
}
_starling_words() { COMPREPLY=($(compgen -W "$1" -- "$word")); }
_starling_paths() {
  compopt -o filenames
  mapfile -t COMPREPLY < <(compgen "$1" -- "$word")
}
_starling_torrents() {
  local name
  while IFS= read -r name; do
    [[ $name == "$word"* ]] && COMPREPLY+=("$(printf %q "$name")")
  done < <(starling completions --torrents 2>/dev/null)
}
complete -F _starling starling
`;
}

function patternOf({ path }: CommandWords): string {
  return `"${["starling", ...path].join(" ")}"`;
}

function optionValueCases(command: CommandWords): readonly string[] {
  const path = ["starling", ...command.path].join(" ");
  return command.options.flatMap(({ short, long, value }) => {
    if (value === undefined) return [];
    const patterns = [long, ...(short === undefined ? [] : [short])].map((flag) => `"${path} ${flag}"`);
    return [`    ${patterns.join("|")}) ${actionOf(value)}; return ;;`];
  });
}

function commandCase(command: CommandWords): string {
  const flags = command.options.flatMap(({ short, long }) => (short === undefined ? [long] : [long, short]));
  const names = command.commands.map(({ name }) => name).join(" ");
  const operand = names === "" ? actionOf(command.operands.at(-1) ?? "text") : `_starling_words "${names}"`;
  return `    ${patternOf(command)})
      if [[ $word == -* ]]; then _starling_words "${flags.join(" ")}"; else ${operand}; fi ;;`;
}

function actionOf(kind: ValueKind): string {
  if (typeof kind === "object") return `_starling_words "${kind.choices.join(" ")}"`;
  switch (kind) {
    case "torrent":
      return "_starling_torrents";
    case "file":
      return "_starling_paths -f";
    case "folder":
      return "_starling_paths -d";
    case "text":
      return ":";
  }
}
