/** The lines that frame every screen: tabs, rules, titles, the notice and the key hints. */
import { memo, type ReactNode } from "react";
import type { Tab } from "../layout/bars.ts";
import type { CommandModel, HintModel, ListBody, NoticeModel } from "../model/screen-model.ts";
import type { Glyphs } from "../theme/glyphs.ts";
import type { Segment, Tone } from "../theme/themes.ts";
import { writeField } from "./field.ts";
import { LineWriter, spread } from "./line-writer.ts";
import { Lines } from "./lines.tsx";
import { useLook } from "./look.ts";

export function ruleLine(columns: number, glyphs: Glyphs): Segment[] {
  return new LineWriter(columns, glyphs).rule().segments;
}

/** Tabs in the rule below a title: ` 1 Overview | 2 Pieces | … ─────`. */
export function tabRule(tabs: readonly Tab[], columns: number, glyphs: Glyphs): Segment[] {
  const line = new LineWriter(columns, glyphs).gap(1);
  writeTabs(line, tabs, glyphs);
  return line.gap(1).rule().segments;
}

/** `1 All 12 | 2 Down 3 | …`; the chosen tab inverse. */
function writeTabs(line: LineWriter, tabs: readonly Tab[], glyphs: Glyphs): void {
  for (const [index, tab] of tabs.entries()) {
    if (index > 0) line.text(` ${glyphs.separator} `, "dim");
    line.text(tab.label, tab.isChosen ? "selected" : "plain");
  }
}

interface ListTabsProps {
  readonly body: ListBody;
  readonly columns: number;
}

/** Tabs of the list, and at the right how it is ordered and what is searched for. */
export const ListTabs = memo(function ListTabs({ body, columns }: ListTabsProps): ReactNode {
  const { glyphs } = useLook();
  const { tabs, sort, isReversed, query, search, marked } = body;
  const tabCells = tabs.at(-1)?.to ?? 0;
  const line = spread(
    columns,
    glyphs,
    (left) => writeTabs(left.gap(1), tabs, glyphs),
    (right) => {
      if (search !== null) {
        right.text("/ ", "key");
        writeField(right, search, Math.max(12, Math.floor(columns / 4)), true, glyphs);
      } else if (query !== "") {
        right.text("/ ", "key").text(query, "strong").text(" (esc shows all)", "dim");
      } else if (marked > 0) {
        right.text(`${glyphs.mark} ${marked} marked`, "strong").text(" (esc clears)", "dim");
      } else {
        const order = `order: ${sort}${isReversed ? " reversed" : ""} `;
        // Knowing the order is worth less than a tab.
        if (tabCells + order.length + 2 <= columns) right.text(order, "dim");
        return;
      }
      right.gap(1);
    },
  );
  return <Lines lines={[line]} height={1} />;
});

interface NoticeLineProps {
  readonly notice: NoticeModel | null;
  readonly columns: number;
}

const NOTICE_TONES: Readonly<Record<NoticeModel["tone"], Tone>> = {
  ok: "ok",
  look: "look",
  broken: "broken",
  plain: "plain",
};

function noticeSegments(notice: NoticeModel, columns: number, glyphs: Glyphs): Segment[] {
  const signs = { ok: glyphs.chain.ok, look: glyphs.warning, broken: glyphs.warning, plain: glyphs.bullet };
  const tone = NOTICE_TONES[notice.tone];
  return spread(
    columns,
    glyphs,
    (left) => left.gap(1).text(`${signs[notice.tone]} `, tone).text(notice.text, tone),
    (right) => {
      if (notice.key !== "") right.text(notice.key, "key").text(" goes there ", "dim");
    },
  );
}

export const NoticeLine = memo(function NoticeLine({ notice, columns }: NoticeLineProps): ReactNode {
  const { glyphs } = useLook();
  return <Lines lines={notice === null ? [] : [noticeSegments(notice, columns, glyphs)]} height={1} />;
});

interface CommandLineProps {
  readonly command: CommandModel;
  readonly columns: number;
}

/** What is typed, and behind it what it could become. */
export const CommandLine = memo(function CommandLine({ command, columns }: CommandLineProps): ReactNode {
  const { glyphs } = useLook();
  const line = new LineWriter(columns, glyphs).gap(1).text(":", "key");
  writeField(line, command.field, Math.max(16, Math.floor(columns / 3)), true, glyphs);
  line.gap(2);
  // The chosen one is always among those that fit.
  const first = Math.max(0, command.chosen - 2);
  for (const [index, completion] of command.completions.slice(first).entries()) {
    line.text(completion, first + index === command.chosen ? "selected" : "dim").gap(2);
  }
  return <Lines lines={[line.segments]} height={1} />;
});

interface HintLineProps {
  readonly hints: readonly HintModel[];
  readonly columns: number;
}

export const HintLine = memo(function HintLine({ hints, columns }: HintLineProps): ReactNode {
  const { glyphs } = useLook();
  const line = new LineWriter(columns, glyphs);
  for (const [index, { keyLabel, label }] of hints.entries()) {
    line
      .gap(index === 0 ? 1 : 2)
      .text(keyLabel, "key")
      .text(` ${label}`);
  }
  return <Lines lines={[line.segments]} height={1} />;
});
