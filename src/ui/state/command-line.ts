/** Typing behind `:`: tab completes and goes through what fits, enter runs it, escape leaves it. */
import type { KeyInput } from "../terminal/input-events.ts";
import { completionsOf, runCommand } from "./commands.ts";
import { editField, textField } from "./text-field.ts";
import { stay } from "./transitions.ts";
import type { CommandLine, Transition, UiState, World } from "./ui-state.ts";

export function updateCommandLine(
  state: UiState,
  command: CommandLine,
  input: KeyInput,
  world: World,
): Transition {
  const { field } = command;
  switch (input.key) {
    case "esc":
      return stay({ ...state, command: null });
    case "enter":
      return runCommand({ ...state, command: null }, field.value, world);
    case "tab":
      return stay({ ...state, command: complete(command, 1, world) });
    case "shift+tab":
      return stay({ ...state, command: complete(command, -1, world) });
  }
  if (input.key === "backspace" && field.value === "") return stay({ ...state, command: null });
  const edited = editField(field, input);
  return stay(edited === undefined ? state : { ...state, command: { field: edited, completing: null } });
}

function complete({ field, completing }: CommandLine, step: 1 | -1, world: World): CommandLine {
  const typed = completing?.typed ?? field.value;
  const found = completionsOf(typed, world);
  const from = completing?.index ?? (step === 1 ? -1 : 0);
  const index = found.length === 0 ? 0 : (from + step + found.length) % found.length;
  const completion = found[index];
  if (completion === undefined) return { field, completing: null };
  // The only one: what comes next is its argument.
  if (found.length === 1) return { field: textField(`${completion} `), completing: null };
  return { field: textField(completion), completing: { typed, index } };
}
