/** The whole screen: header, one body, notice, hints; at the places that the plan gives them. */
import { Box } from "ink";
import { memo, type ReactNode, useMemo } from "react";
import { ModelContext, type ModelStore, useModel } from "../hooks/use-model.ts";
import type { ScreenPlan } from "../layout/screen-plan.ts";
import type { BodyModel, ListBody } from "../model/screen-model.ts";
import type { Charset } from "../terminal/cell-text.ts";
import type { LeafSheet } from "../terminal/leaf-sheet.ts";
import type { ColourUse } from "../terminal/terminal-abilities.ts";
import { glyphsFor } from "../theme/glyphs.ts";
import { type Theme, themesFor } from "../theme/themes.ts";
import { CommandLine, HintLine, ListTabs, NoticeLine, ruleLine, tabRule } from "./bars.tsx";
import { DetailBlock } from "./detail-block.tsx";
import { DetailsScreen } from "./details-screen.tsx";
import { DhtScreen } from "./dht-screen.tsx";
import { DialogScreen, dialogTitle } from "./dialog-screen.tsx";
import { EmptyState } from "./empty-state.tsx";
import { ErrorBoundary, failureLines } from "./error-boundary.tsx";
import { Header } from "./header.tsx";
import { writeHelpSearch } from "./help-lines.ts";
import { LineWriter, spread } from "./line-writer.ts";
import { Lines } from "./lines.tsx";
import { LookContext, useLook } from "./look.ts";
import { EventList, PeerTable } from "./tables.tsx";
import { TorrentList } from "./torrent-list.tsx";

interface AppProps {
  readonly store: ModelStore;
  readonly charset: Charset;
  readonly colour: ColourUse;
  readonly sheet: LeafSheet;
}

export function App({ store, ...drawing }: AppProps): ReactNode {
  return (
    <ModelContext value={store}>
      <Screen {...drawing} />
    </ModelContext>
  );
}

function Screen({ charset, colour, sheet }: Omit<AppProps, "store">): ReactNode {
  const plan = useModel(({ plan }) => plan);
  const themeIndex = useModel(({ themeIndex }) => themeIndex);
  const chart = useModel(({ chart }) => chart);
  const look = useMemo(() => {
    const themes = themesFor(colour);
    return { glyphs: glyphsFor(charset, chart), theme: themes[themeIndex % themes.length] as Theme, sheet };
  }, [charset, colour, sheet, themeIndex, chart]);
  const { columns, rows } = plan;
  return (
    <LookContext value={look}>
      <Box flexDirection="column" width={columns} height={rows} overflow="hidden">
        <HeaderSlot columns={columns} />
        <BodySlot plan={plan} />
        {plan.hints.height > 0 ? <HintSlot plan={plan} /> : null}
      </Box>
    </LookContext>
  );
}

function HeaderSlot({ columns }: { readonly columns: number }): ReactNode {
  return <Header header={useModel(({ header }) => header)} columns={columns} />;
}

/** Where there is no line for notices, what is typed takes the place of the hints. */
function HintSlot({ plan }: { readonly plan: ScreenPlan }): ReactNode {
  const hints = useModel((model) => model.hints);
  const command = useModel((model) => model.command);
  if (command !== null && plan.notice.height === 0) {
    return <CommandLine command={command} columns={plan.columns} />;
  }
  return <HintLine hints={hints} columns={plan.columns} />;
}

function NoticeSlot({ plan }: { readonly plan: ScreenPlan }): ReactNode {
  const notice = useModel((model) => model.notice);
  const command = useModel((model) => model.command);
  if (plan.notice.height === 0) return null;
  if (command !== null) return <CommandLine command={command} columns={plan.columns} />;
  return <NoticeLine notice={notice} columns={plan.columns} />;
}

function BodySlot({ plan }: { readonly plan: ScreenPlan }): ReactNode {
  const body = useModel((model) => model.body);
  const height = Math.max(0, plan.rows - 1 - plan.hints.height);
  return (
    <ErrorBoundary attempt={body.kind} height={height}>
      {body.kind === "list" ? (
        <ListScreen body={body} plan={plan} />
      ) : (
        <TitledScreen body={body} plan={plan} />
      )}
    </ErrorBoundary>
  );
}

interface ListScreenProps {
  readonly body: ListBody;
  readonly plan: ScreenPlan;
}

const ListScreen = memo(function ListScreen({ body, plan }: ListScreenProps): ReactNode {
  const { glyphs } = useLook();
  const { columns, heads, list, detail, peers } = plan;
  const isEmpty = body.torrents.total === 0;
  const middle = heads.height + list.height + detail.height + peers.height;
  return (
    <Box flexDirection="column" flexShrink={0}>
      {plan.tabs.height > 0 ? <ListTabs body={body} columns={columns} /> : null}
      {plan.rule.height > 0 ? <Lines lines={[ruleLine(columns, glyphs)]} height={1} /> : null}
      {isEmpty ? (
        <EmptyState body={body} columns={columns} height={middle} />
      ) : (
        <>
          <TorrentList torrents={body.torrents} columns={columns} heads={heads} list={list} />
          {detail.height === 0 ? null : <SelectedTorrent body={body} plan={plan} />}
          {peers.height === 0 ? null : <SelectedPeers body={body} plan={plan} />}
        </>
      )}
      <NoticeSlot plan={plan} />
    </Box>
  );
});

const SelectedTorrent = memo(function SelectedTorrent({ body, plan }: ListScreenProps): ReactNode {
  const { detail, detailKind, columns } = plan;
  if (body.detail === null) return <Lines lines={[]} height={detail.height} />;
  return <DetailBlock detail={body.detail} kind={detailKind} height={detail.height} columns={columns} />;
});

const SelectedPeers = memo(function SelectedPeers({ body, plan }: ListScreenProps): ReactNode {
  const { glyphs } = useLook();
  const { columns, peers } = plan;
  if (body.peers === null) return <Lines lines={[]} height={peers.height} />;
  const title = new LineWriter(columns, glyphs)
    .text(glyphs.rule.repeat(4), "dim")
    .text(" PEERS ", "strong")
    .rule();
  return (
    <Box flexDirection="column" height={peers.height} flexShrink={0}>
      <Lines lines={[title.segments]} height={1} />
      <PeerTable
        table={body.peers}
        columns={columns}
        height={peers.height - 1}
        placeholder="No peers. w says why."
      />
    </Box>
  );
});

interface TitledScreenProps {
  readonly body: Exclude<BodyModel, ListBody>;
  readonly plan: ScreenPlan;
}

/** Every screen but the list: a title, a rule, the body, the notice. */
const TitledScreen = memo(function TitledScreen({ body, plan }: TitledScreenProps): ReactNode {
  const { glyphs } = useLook();
  const { columns, titleBar } = plan;
  const title = spread(
    columns,
    glyphs,
    (line) => writeTitle(line, body),
    (line) => {
      if (body.kind === "details") line.text(body.status.word, body.status.tone).gap(1);
      else if (body.kind === "dialog" && body.dialog.kind === "help")
        writeHelpSearch(line, body.dialog, glyphs);
    },
  );
  const hasTabs = body.kind === "details" || body.kind === "dht";
  const rule = hasTabs ? tabRule(body.tabs, columns, glyphs) : ruleLine(columns, glyphs);
  return (
    <Box flexDirection="column" flexShrink={0}>
      {titleBar.height > 0 ? <Lines lines={[title, rule]} height={titleBar.height} /> : null}
      <Body body={body} plan={plan} />
      {bodyHeight(body, plan) > plan.body.height ? null : <NoticeSlot plan={plan} />}
    </Box>
  );
});

/** The help needs every line there is. */
function bodyHeight(body: BodyModel, plan: ScreenPlan): number {
  const isHelp = body.kind === "dialog" && body.dialog.kind === "help";
  return plan.body.height + (isHelp ? plan.notice.height : 0);
}

function Body({ body, plan }: TitledScreenProps): ReactNode {
  const { columns } = plan;
  const height = bodyHeight(body, plan);
  switch (body.kind) {
    case "details":
      return <DetailsScreen body={body} columns={columns} height={height} />;
    case "dht":
      return <DhtScreen body={body} columns={columns} height={height} />;
    case "events":
      return <EventList rows={body.rows} columns={columns} height={height} />;
    case "dialog":
      return <DialogScreen dialog={body.dialog} columns={columns} height={height} />;
    case "failed":
      return <Lines lines={failureLines(body.message)} height={height} />;
  }
}

function writeTitle(line: LineWriter, body: TitledScreenProps["body"]): void {
  line.gap(1);
  switch (body.kind) {
    case "details":
      line.text(body.name, "strong");
      break;
    case "dht":
      line.text("DHT", "strong").text("  how peers are found without a tracker", "dim");
      break;
    case "events":
      line.text("Events", "strong").text(body.newer > 0 ? `  ${body.newer} newer below` : "", "dim");
      break;
    case "dialog":
      line.text(dialogTitle(body.dialog), "strong");
      break;
    case "failed":
      line.text("Something went wrong", "broken");
  }
}
