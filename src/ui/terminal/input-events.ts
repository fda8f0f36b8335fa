/** What a user can do at a terminal, whatever bytes their terminal makes of it. */

/**
 * `key` is the name under which the key map lists it: `a`, `A`, `space`, `enter`, `up`, `ctrl+c`, `alt+x`, `shift+tab`,
 * `f1`. `text` is what the key would insert into a field; "" for keys that insert nothing.
 */
export interface KeyInput {
  readonly kind: "key";
  readonly key: string;
  readonly text: string;
}

interface PasteInput {
  readonly kind: "paste";
  /** Line ends are `\n`; not sanitised. */
  readonly text: string;
}

export interface MouseInput {
  readonly kind: "mouse";
  readonly action: "press" | "release" | "move" | "wheel-up" | "wheel-down";
  /** 0 left, 1 middle, 2 right; 0 for the wheel. */
  readonly button: number;
  /** From 0, left to right and top to bottom. */
  readonly column: number;
  readonly row: number;
}

interface FocusInput {
  readonly kind: "focus";
  readonly isFocused: boolean;
}

/** Answer to a mode query (DECRPM): 1 and 2 mean that the mode exists, 0 and 4 that it cannot be used. */
interface ModeReportInput {
  readonly kind: "mode-report";
  readonly mode: number;
  readonly setting: number;
}

export type InputEvent = KeyInput | PasteInput | MouseInput | FocusInput | ModeReportInput;
