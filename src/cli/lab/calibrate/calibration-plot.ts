/** The calibration as a picture: what was said across, what came true upwards; on the diagonal both agree. SVG, no fonts or scripts of its own. */
import type { Calibration, CalibrationPoint } from "./calibration.ts";

const WIDTH = 640;
const HEIGHT = 560;
/** The square that both axes span, in pixels. */
const PLOT = { left: 80, top: 56, side: 400 } as const;
/** Told apart by shape as well as by colour. */
const CLOSED = "#0b6e99";
const OPEN = "#b5541c";

export function calibrationPlot(calibration: Calibration): string {
  const { swarms, seed, eta } = calibration;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="13" role="img" aria-label="How often a finish came true, by how sure Starling was">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    text(
      PLOT.left,
      26,
      `How often a finish came true (${swarms} simulated swarms, seed ${seed})`,
      'font-size="16"',
    ),
    ...grid(),
    `<line x1="${x(0)}" y1="${y(0)}" x2="${x(1)}" y2="${y(1)}" stroke="#888888" stroke-dasharray="5 4"/>`,
    ...calibration.closed.flatMap((point) => mark(point, CLOSED, "circle")),
    ...calibration.open.flatMap((point) => mark(point, OPEN, "square")),
    ...legend(),
    text(
      PLOT.left,
      HEIGHT - 14,
      eta.ranges === 0
        ? "No range of the time to go was told."
        : `The range of the time to go held in ${percent(eta.held / eta.ranges)} of ${eta.ranges} cases (${percent(eta.early / eta.ranges)} earlier, ${percent(eta.late / eta.ranges)} later).`,
    ),
    "</svg>",
    "",
  ].join("\n");
}

function grid(): readonly string[] {
  const lines: string[] = [];
  for (let tenth = 0; tenth <= 10; tenth += 2) {
    const share = tenth / 10;
    lines.push(
      `<line x1="${x(share)}" y1="${y(0)}" x2="${x(share)}" y2="${y(1)}" stroke="#e4e4e4"/>`,
      `<line x1="${x(0)}" y1="${y(share)}" x2="${x(1)}" y2="${y(share)}" stroke="#e4e4e4"/>`,
      text(x(share), y(0) + 20, percent(share), 'text-anchor="middle"'),
      text(x(0) - 8, y(share) + 4, percent(share), 'text-anchor="end"'),
    );
  }
  return [
    ...lines,
    text(x(0.5), y(0) + 42, "said: sure to finish", 'text-anchor="middle"'),
    text(22, y(0.5), "came true", `text-anchor="middle" transform="rotate(-90 22 ${y(0.5)})"`),
  ];
}

/** A dot with the interval that the truth lies in, 95 of 100 times. */
function mark(point: CalibrationPoint, colour: string, shape: "circle" | "square"): readonly string[] {
  const { said, cameTrue, low, high } = point;
  if (said === null || cameTrue === null || low === null || high === null) return [];
  return [
    `<line x1="${x(said)}" y1="${y(low)}" x2="${x(said)}" y2="${y(high)}" stroke="${colour}" stroke-width="1.5"/>`,
    shapeAt(x(said), y(cameTrue), colour, shape),
    text(x(said) + 8, y(cameTrue) + 4, `${point.beliefs}`, `fill="${colour}" font-size="10"`),
  ];
}

function shapeAt(atX: number, atY: number, colour: string, shape: "circle" | "square"): string {
  return shape === "circle"
    ? `<circle cx="${atX}" cy="${atY}" r="5" fill="${colour}"/>`
    : `<rect x="${atX - 4.5}" y="${atY - 4.5}" width="9" height="9" fill="none" stroke="${colour}" stroke-width="2"/>`;
}

function legend(): readonly string[] {
  const left = PLOT.left + PLOT.side + 16;
  return [
    shapeAt(left, PLOT.top + 12, CLOSED, "circle"),
    text(left + 12, PLOT.top + 16, "nobody comes later"),
    shapeAt(left, PLOT.top + 36, OPEN, "square"),
    text(left + 12, PLOT.top + 40, "others come later"),
    text(left - 5, PLOT.top + 68, "bars: 95 % intervals", 'font-size="11"'),
    text(left - 5, PLOT.top + 84, "digits: statements", 'font-size="11"'),
  ];
}

function x(share: number): number {
  return Math.round((PLOT.left + share * PLOT.side) * 10) / 10;
}

function y(share: number): number {
  return Math.round((PLOT.top + (1 - share) * PLOT.side) * 10) / 10;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function text(atX: number, atY: number, content: string, attributes = ""): string {
  return `<text x="${atX}" y="${atY}"${attributes === "" ? "" : ` ${attributes}`}>${content}</text>`;
}
