/**
 * What a piece of text means, and which attributes of the terminal show it. Only the terminal's own 16 colours on its
 * own background, so that the user's palette holds; "bright black" is never used, since many palettes make it
 * invisible. Meaning never rests on colour alone: every state also has a glyph or a word.
 */
import type { ColourUse } from "../terminal/terminal-abilities.ts";

export type Tone =
  | "plain"
  | "dim"
  | "strong"
  | "title"
  | "key"
  | "ok"
  | "look"
  | "broken"
  | "alarm"
  | "down"
  | "up"
  | "accent"
  | "field"
  | "selected";

/** SGR parameters that set the tone, and those that end it. */
interface Attributes {
  readonly open: readonly number[];
  readonly close: readonly number[];
}

export interface Theme {
  readonly name: string;
  readonly tones: Readonly<Record<Tone, Attributes>>;
}

const BOLD: Attributes = { open: [1], close: [22] };
const DIM: Attributes = { open: [2], close: [22] };
const INVERSE: Attributes = { open: [7], close: [27] };
const UNDERLINE: Attributes = { open: [4], close: [24] };
const NONE: Attributes = { open: [], close: [] };

const colour = (code: number): Attributes => ({ open: [code], close: [39] });
const both = (one: Attributes, other: Attributes): Attributes => ({
  open: [...one.open, ...other.open],
  close: [...other.close, ...one.close],
});

interface Palette {
  readonly ok: number;
  readonly look: number;
  readonly broken: number;
  readonly down: number;
  readonly up: number;
  readonly accent: number;
}

function coloured(name: string, palette: Palette): Theme {
  return {
    name,
    tones: {
      plain: NONE,
      dim: DIM,
      strong: BOLD,
      title: both(BOLD, colour(palette.accent)),
      key: both(BOLD, colour(palette.accent)),
      ok: colour(palette.ok),
      look: colour(palette.look),
      broken: both(BOLD, colour(palette.broken)),
      alarm: both(INVERSE, colour(palette.broken)),
      down: colour(palette.down),
      up: colour(palette.up),
      accent: colour(palette.accent),
      field: UNDERLINE,
      selected: INVERSE,
    },
  };
}

const MONO: Theme = {
  name: "mono",
  tones: {
    plain: NONE,
    dim: DIM,
    strong: BOLD,
    title: BOLD,
    key: BOLD,
    ok: NONE,
    look: BOLD,
    broken: BOLD,
    alarm: INVERSE,
    down: NONE,
    up: NONE,
    accent: BOLD,
    field: UNDERLINE,
    selected: INVERSE,
  },
};

/** Foreground codes: 31 red, 32 green, 33 yellow, 34 blue, 35 magenta, 36 cyan; 9x are their bright forms. */
const COLOURED: readonly Theme[] = [
  coloured("auto", { ok: 32, look: 33, broken: 31, down: 36, up: 35, accent: 36 }),
  coloured("dark", { ok: 92, look: 93, broken: 91, down: 96, up: 95, accent: 96 }),
  coloured("light", { ok: 32, look: 35, broken: 31, down: 34, up: 35, accent: 34 }),
  coloured("colour-blind", { ok: 34, look: 33, broken: 33, down: 36, up: 34, accent: 36 }),
  MONO,
];

/** The themes to choose from, the default first. Without colour there is one. */
export function themesFor(colourUse: ColourUse): readonly Theme[] {
  return colourUse === "none" ? [MONO] : COLOURED;
}

/** A run of text of one meaning. */
export interface Segment {
  readonly text: string;
  readonly tone: Tone;
}

/** `segments` with the theme's attribute sequences; all of it inverse if `isSelected`, whose tones then rest. */
export function paintSegments(segments: readonly Segment[], theme: Theme, isSelected = false): string {
  if (isSelected) return attribute(both(INVERSE, BOLD), segments.map((segment) => segment.text).join(""));
  let painted = "";
  for (const segment of segments) painted += attribute(theme.tones[segment.tone], segment.text);
  return painted;
}

function attribute({ open, close }: Attributes, text: string): string {
  if (open.length === 0 || text === "") return text;
  return `${sequence(open)}${text}${sequence(close)}`;
}

/** One sequence per parameter: the form that Ink's own tokenizer pairs up. */
function sequence(parameters: readonly number[]): string {
  return parameters.map((parameter) => `\x1b[${parameter}m`).join("");
}
