/**
 * The leaves of every screen: lines of text at fixed places. A leaf is a one-cell node whose real content is put in
 * after Ink has laid out the frame (`LeafSheet`), for three measured reasons: Ink 6.8 remembers the size of every text
 * that it ever laid out in a map without a bound (3.9 kB a frame at 80x24, 0.7 GB a day at two frames a second), and
 * measuring text on which no layout depends, and taking it apart into cells, costs most of each frame. Widths are
 * decided by the plans, not by the texts.
 */
import { Box, Transform } from "ink";
import { memo, type ReactNode } from "react";
import { paintSegments, type Segment } from "../theme/themes.ts";
import { useLook } from "./look.ts";

/** Laid out in place of the text; never seen. */
const PLACEHOLDER = ".";

interface LineProps {
  readonly segments: readonly Segment[];
  /** The line of the cursor: inverse over its whole width. */
  readonly isSelected?: boolean;
}

export const Line = memo(function Line({ segments, isSelected = false }: LineProps): ReactNode {
  const { theme, sheet } = useLook();
  const painted = paintSegments(segments, theme, isSelected);
  return <Transform transform={() => sheet.place(painted)}>{PLACEHOLDER}</Transform>;
});

interface LinesProps {
  readonly lines: readonly (readonly Segment[])[];
  readonly height: number;
  readonly width?: number;
  /** Index of the line of the cursor. */
  readonly selected?: number;
}

/**
 * Exactly `height` lines: cut or filled up with empty ones. All of them are one node, so that going to another
 * screen makes and removes a few nodes and not one for each line.
 */
export const Lines = memo(function Lines({ lines, height, width, selected = -1 }: LinesProps): ReactNode {
  const { theme, sheet } = useLook();
  const painted = lines
    .slice(0, height)
    .map((segments, slot) => paintSegments(segments, theme, slot === selected));
  return (
    <Box height={height} flexShrink={0} {...(width === undefined ? {} : { width })}>
      <Transform transform={(_, slot) => sheet.place(painted[slot] ?? "")}>{placeholders(height)}</Transform>
    </Box>
  );
});

function placeholders(height: number): string {
  return Array.from({ length: height }, () => PLACEHOLDER).join("\n");
}
