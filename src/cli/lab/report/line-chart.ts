/** A chart of a few lines with names at their ends. SVG, no fonts or scripts of its own; the same data gives the same bytes. */

export interface ChartLine {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Bounds and other programs, as opposed to what was measured. */
  readonly isReference?: boolean;
}

export interface ChartAxis {
  readonly name: string;
  readonly scale: "linear" | "log";
  /** Where a number stands; the first and the last are the ends of the axis. */
  readonly ticks: readonly number[];
}

export interface LineChart {
  readonly title: string;
  readonly x: ChartAxis;
  readonly y: ChartAxis;
  readonly lines: readonly ChartLine[];
  /** Below the chart. */
  readonly caption: string;
}

const WIDTH = 760;
const HEIGHT = 480;
const PLOT = { left: 84, top: 52, width: 480, height: 340 } as const;
/** Told apart by their dashes and names too. */
const COLOURS = ["#0b6e99", "#b5541c", "#3d7a2a", "#7a3d8f", "#8a6d00", "#b3243f"] as const;
const REFERENCE_COLOUR = "#777777";
/** Names at the ends of lines are at least so far apart, pixels. */
const LABEL_GAP = 15;

export function lineChart({ title, x, y, lines, caption }: LineChart): string {
  const toX = scaleOf(x, PLOT.left, PLOT.left + PLOT.width);
  const toY = scaleOf(y, PLOT.top + PLOT.height, PLOT.top);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="13" role="img" aria-label="${escaped(title)}">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    text(PLOT.left, 28, title, 'font-size="16"'),
    ...grid(x, y, toX, toY),
    ...lines.flatMap((line, i) => drawn(line, colourOf(line, i), toX, toY)),
    ...labels(lines, toX, toY),
    text(PLOT.left, HEIGHT - 14, caption, 'font-size="12"'),
    "</svg>",
    "",
  ].join("\n");
}

type Scale = (value: number) => number;

function scaleOf({ scale, ticks }: ChartAxis, from: number, to: number): Scale {
  const place = scale === "log" ? Math.log : (value: number) => value;
  const [low, high] = [place(ticks[0] as number), place(ticks.at(-1) as number)];
  return (value) => Math.round((from + ((place(value) - low) / (high - low)) * (to - from)) * 10) / 10;
}

function grid(x: ChartAxis, y: ChartAxis, toX: Scale, toY: Scale): readonly string[] {
  const bottom = PLOT.top + PLOT.height;
  const right = PLOT.left + PLOT.width;
  return [
    ...x.ticks.flatMap((tick) => [
      `<line x1="${toX(tick)}" y1="${PLOT.top}" x2="${toX(tick)}" y2="${bottom}" stroke="#e4e4e4"/>`,
      text(toX(tick), bottom + 20, tick.toLocaleString("en"), 'text-anchor="middle"'),
    ]),
    ...y.ticks.flatMap((tick) => [
      `<line x1="${PLOT.left}" y1="${toY(tick)}" x2="${right}" y2="${toY(tick)}" stroke="#e4e4e4"/>`,
      text(PLOT.left - 8, toY(tick) + 4, tick.toLocaleString("en"), 'text-anchor="end"'),
    ]),
    text(PLOT.left + PLOT.width / 2, bottom + 42, x.name, 'text-anchor="middle"'),
    text(
      20,
      PLOT.top + PLOT.height / 2,
      y.name,
      `text-anchor="middle" transform="rotate(-90 20 ${PLOT.top + PLOT.height / 2})"`,
    ),
  ];
}

function colourOf(line: ChartLine, index: number): string {
  return line.isReference === true ? REFERENCE_COLOUR : (COLOURS[index % COLOURS.length] as string);
}

function drawn(line: ChartLine, colour: string, toX: Scale, toY: Scale): readonly string[] {
  const corners = line.points.map(([x, y]) => `${toX(x)},${toY(y)}`).join(" ");
  const dashes = line.isReference === true ? ' stroke-dasharray="6 4"' : "";
  return [
    `<polyline points="${corners}" fill="none" stroke="${colour}" stroke-width="2"${dashes}/>`,
    ...(line.isReference === true
      ? []
      : line.points.map(([x, y]) => `<circle cx="${toX(x)}" cy="${toY(y)}" r="3.5" fill="${colour}"/>`)),
  ];
}

/** At the height of each line's end, moved down where two would cover each other. */
function labels(lines: readonly ChartLine[], toX: Scale, toY: Scale): readonly string[] {
  const ends = lines
    .map((line, i) => ({ line, colour: colourOf(line, i), end: line.points.at(-1) }))
    .filter((one) => one.end !== undefined)
    .map((one) => ({ ...one, at: toY((one.end as readonly [number, number])[1]) }))
    .sort((a, b) => a.at - b.at);
  let lowest = Number.NEGATIVE_INFINITY;
  return ends.map(({ line, colour, end, at }) => {
    lowest = Math.max(at, lowest + LABEL_GAP);
    return text(toX((end as readonly [number, number])[0]) + 10, lowest + 4, line.name, `fill="${colour}"`);
  });
}

function text(x: number, y: number, content: string, attributes = ""): string {
  return `<text x="${x}" y="${y}"${attributes === "" ? "" : ` ${attributes}`}>${escaped(content)}</text>`;
}

function escaped(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
