/**
 * The dashboard: joins a session's view to a terminal. Snapshots and keys go into pure functions, which give the next
 * screen as data; Ink renders it, the presenter puts the changed lines on the terminal. Nothing is painted unless
 * something visible changed.
 *
 *   SessionView ─snapshot─▶ buildScreen ─▶ shareStructure ─▶ ModelStore ─▶ Ink components ─frame─▶ InkSink ─▶ terminal
 *   terminal ─bytes─▶ InputReader ─events─▶ update ─▶ state, effects ─▶ SessionCommands
 */
import { type Instance, render } from "ink";
import type { ReactElement } from "react";
import { DHT_DETAILS, type SessionSnapshot, type SessionView } from "../session/session-view.ts";
import { App } from "./components/app.tsx";
import { ModelStore } from "./hooks/use-model.ts";
import { planScreen, type ScreenPlan } from "./layout/screen-plan.ts";
import { RateHistory, SAMPLE_INTERVAL_MS } from "./model/rate-history.ts";
import { buildScreen, type ScreenModel } from "./model/screen-model.ts";
import { shareStructure } from "./model/share-structure.ts";
import { type DashboardHelpers, runEffect, type SessionEffect } from "./run-effect.ts";
import { Alerts } from "./state/alerts.ts";
import { ListOrder } from "./state/list-order.ts";
import { type Preferences, preferencesOf, withPreferences } from "./state/preferences.ts";
import { effectOf, withoutRemoved } from "./state/removals.ts";
import {
  type Effect,
  INITIAL_STATE,
  type LeaveReason,
  type Outcome,
  type Transition,
  type UiState,
  type World,
} from "./state/ui-state.ts";
import {
  updateByInput,
  updateByOutcome,
  updateBySnapshot,
  updateByTime,
  updateByWorld,
} from "./state/update.ts";
import { FrameGovernor } from "./terminal/frame-governor.ts";
import { InkSink, terminalColumns, terminalRows } from "./terminal/ink-sink.ts";
import type { InputEvent } from "./terminal/input-events.ts";
import { InputReader } from "./terminal/input-reader.ts";
import { Presenter } from "./terminal/presenter.ts";
import type { TerminalAbilities } from "./terminal/terminal-abilities.ts";
import { notification, QUERY_SYNCHRONIZED, TerminalModes } from "./terminal/terminal-modes.ts";
import type { TerminalPort, UiClock } from "./terminal/terminal-port.ts";
import { TimerSlot } from "./terminal/timer-slot.ts";
import { themesFor } from "./theme/themes.ts";

export interface DashboardOptions extends DashboardHelpers {
  readonly view: SessionView;
  readonly terminal: TerminalPort;
  readonly clock: UiClock;
  /** As `decideAbilities` answers. */
  readonly abilities: TerminalAbilities;
  /** Report clicks and the wheel; true if absent. */
  readonly hasMouse?: boolean;
  /** Opens the add dialog with this text, as if it had been pasted. */
  readonly initialPaste?: string;
  /** What `savePreferences` was given by an earlier dashboard. */
  readonly preferences?: unknown;
  /** Keeps it for the next one; called once, at the end. */
  savePreferences?(preferences: Preferences): void;
  /** Wall-clock time; `Date.now` if absent. */
  readonly unixMs?: () => number;
  /** `14:02`, with seconds `14:02:31`; local time if absent. */
  readonly formatTime?: (unixMs: number, withSeconds: boolean) => string;
}

export interface Dashboard {
  /** Resolves once the terminal has been given back. The session goes on: stopping it is the caller's next step. */
  readonly done: Promise<{ readonly reason: LeaveReason }>;
  /** Gives the terminal back and ends the dashboard; any number of times. */
  close(): void;
  /**
   * Stops painting and answers what still has to be written to give the terminal back, "" if nothing: for a
   * synchronous write when the process ends in another way.
   */
  leaveBytes(): string;
  /** Frames that changed the screen so far. */
  readonly framesWritten: number;
}

/** Takes the terminal and shows the session until the user leaves, `close` is called or the terminal goes. */
export function mountDashboard(options: DashboardOptions): Dashboard {
  return new MountedDashboard(options);
}

const MINUTE_MS = 60_000;
/** Data that moved and has not been renewed for this long explains nothing any more. */
const STALE_AFTER_MS = 10_000;
const SYNCHRONIZED_MODE = 2026;

class MountedDashboard implements Dashboard {
  readonly done: Promise<{ readonly reason: LeaveReason }>;
  readonly #options: DashboardOptions;
  readonly #governor: FrameGovernor;
  readonly #reader: InputReader;
  readonly #modes: TerminalModes;
  readonly #presenter = new Presenter();
  readonly #sink: InkSink;
  readonly #order = new ListOrder();
  readonly #history = new RateHistory();
  readonly #alerts = new Alerts();
  readonly #store: ModelStore;
  readonly #ink: Instance;
  readonly #root: ReactElement;
  readonly #sampleTimer: TimerSlot;
  readonly #noticeTimer: TimerSlot;
  readonly #minuteTimer: TimerSlot;
  readonly #removalTimer: TimerSlot;
  readonly #themeNames: readonly string[];
  readonly #stopListening: () => void;
  readonly #unsubscribe: () => void;
  #state: UiState = INITIAL_STATE;
  #plan: ScreenPlan | undefined;
  #shown:
    | {
        readonly whole: SessionSnapshot;
        readonly removals: UiState["removals"];
        readonly rest: SessionSnapshot;
      }
    | undefined;
  #newest: { readonly snapshot: SessionSnapshot; readonly atMs: number };
  #watchedIds = "";
  #isRepaintDue = false;
  #isClosed = false;
  #resolveDone: (end: { readonly reason: LeaveReason }) => void = () => undefined;

  constructor(options: DashboardOptions) {
    const { clock, terminal, abilities, view } = options;
    this.#options = options;
    this.#newest = { snapshot: view.getSnapshot(), atMs: clock.nowMs() };
    this.done = new Promise((resolve) => {
      this.#resolveDone = resolve;
    });
    this.#themeNames = themesFor(abilities.colour).map(({ name }) => name);
    this.#state = withPreferences(INITIAL_STATE, options.preferences, this.#themeNames);
    this.#governor = new FrameGovernor(clock, () => this.#paint());
    this.#reader = new InputReader(clock, abilities.escapeTimeoutMs, (events) => this.#takeInput(events));
    this.#modes = new TerminalModes({ mouse: options.hasMouse ?? true });
    this.#presenter.isSynchronized = abilities.synchronized === "on";
    this.#sink = new InkSink(terminal, this.#presenter, () => this.#governor.block());
    this.#sampleTimer = new TimerSlot(clock);
    this.#noticeTimer = new TimerSlot(clock);
    this.#minuteTimer = new TimerSlot(clock);
    this.#removalTimer = new TimerSlot(clock);
    if (options.initialPaste !== undefined) {
      this.#apply(updateByInput(this.#state, { kind: "paste", text: options.initialPaste }, this.#world()));
    }
    this.#state = updateByWorld(this.#state, this.#world());
    this.#store = new ModelStore(this.#buildModel());
    const { charset, colour } = abilities;
    this.#root = <App store={this.#store} charset={charset} colour={colour} sheet={this.#sink.sheet} />;
    terminal.write(this.#modes.enter() + (abilities.synchronized === "query" ? QUERY_SYNCHRONIZED : ""));
    this.#ink = this.#renderFirst();
    this.#stopListening = terminal.listen({
      input: (bytes) => this.#reader.read(bytes),
      resized: () => this.#governor.request("key"),
      drained: () => this.#governor.unblock(),
      continued: () => this.#reenter(),
      closed: () => this.#end("terminal-closed"),
    });
    this.#unsubscribe = view.subscribe(() => this.#takeSnapshot());
    this.#takeSnapshot();
    this.#tickMinute();
    this.#watchDetails();
  }

  get framesWritten(): number {
    return this.#sink.framesWritten;
  }

  close(): void {
    this.#end("closed");
  }

  leaveBytes(): string {
    this.#sink.mute(true);
    this.#governor.close();
    return this.#modes.leave();
  }

  #renderFirst(): Instance {
    // The sink has what Ink uses of a stream in debug mode; input is read by us, not by Ink.
    const stdout = this.#sink as unknown as NodeJS.WriteStream;
    const stdin = { isTTY: false } as unknown as NodeJS.ReadStream;
    return render(this.#root, {
      stdout,
      stderr: stdout,
      stdin,
      debug: true,
      exitOnCtrlC: false,
      patchConsole: false,
      isScreenReaderEnabled: false,
    });
  }

  // Input

  #takeInput(events: readonly InputEvent[]): void {
    for (const event of events) {
      if (this.#isClosed) return;
      if (event.kind === "focus") this.#governor.setFocused(event.isFocused);
      else if (event.kind === "mode-report") this.#takeModeReport(event.mode, event.setting);
      else this.#takeUserEvent(event);
    }
    this.#governor.request("key");
  }

  #takeUserEvent(event: InputEvent): void {
    const before = this.#state;
    this.#apply(updateByInput(before, event, this.#world()));
    if (this.#state.cursorId !== before.cursorId) this.#order.moved(this.#options.clock.nowMs());
  }

  #takeModeReport(mode: number, setting: number): void {
    if (mode !== SYNCHRONIZED_MODE || this.#options.abilities.synchronized !== "query") return;
    this.#presenter.isSynchronized = setting === 1 || setting === 2;
  }

  #apply({ state, effects }: Transition): void {
    this.#state = state;
    this.#armNotice();
    this.#armRemoval();
    for (const effect of effects) this.#run(effect);
  }

  #run(effect: Effect): void {
    switch (effect.kind) {
      case "leave":
        this.#end(effect.reason);
        return;
      case "repaint":
        this.#repaint();
        return;
      case "suspend":
        void this.#suspend();
        return;
      case "mouse":
        this.#options.terminal.write(this.#modes.setMouse(effect.isOn));
        return;
      default: {
        void this.#tell(effect).then((outcome) => {
          if (outcome === undefined || this.#isClosed) return;
          this.#take(outcome);
          this.#governor.request("key");
        });
      }
    }
  }

  #tell(effect: SessionEffect): Promise<Outcome | undefined> {
    const { view, terminal } = this.#options;
    return runEffect(effect, { view, helpers: this.#options, write: (text) => void terminal.write(text) });
  }

  #take(outcome: Outcome): void {
    this.#apply(updateByOutcome(this.#state, outcome, this.#world()));
  }

  // Data

  #takeSnapshot(): void {
    const snapshot = this.#options.view.getSnapshot();
    const nowMs = this.#options.clock.nowMs();
    if (snapshot !== this.#newest.snapshot) this.#newest = { snapshot, atMs: nowMs };
    for (const { kind, text } of this.#alerts.update(snapshot, nowMs)) {
      if (kind === "complete") this.#take({ kind: "said", text, tone: "ok" });
      if (this.#state.notifies) this.#options.terminal.write(notification(text));
    }
    this.#apply(updateBySnapshot(this.#state, this.#world()));
    if (isMoving(snapshot) && !this.#sampleTimer.isSet) this.#sample();
    this.#governor.request("data");
  }

  /** One sample a second while anything moves or moved lately; then nothing wakes the process. */
  #sample(): void {
    this.#history.sample(this.#options.view.getSnapshot());
    this.#governor.request("data");
    if (this.#history.isMoving) this.#sampleTimer.set(SAMPLE_INTERVAL_MS, () => this.#sample());
  }

  #tickMinute(): void {
    const intoMinuteMs = this.#unixMs() % MINUTE_MS;
    this.#minuteTimer.set(MINUTE_MS - intoMinuteMs, () => {
      this.#governor.request("data");
      this.#tickMinute();
    });
  }

  #armNotice(): void {
    const { notice } = this.#state;
    if (notice === null) this.#noticeTimer.clear();
    else {
      this.#noticeTimer.set(notice.untilMs - this.#options.clock.nowMs(), () =>
        this.#governor.request("key"),
      );
    }
  }

  /** Wakes up when the next removal can no longer be taken back. */
  #armRemoval(): void {
    const nextAtMs = Math.min(...this.#state.removals.map(({ atMs }) => atMs));
    if (!Number.isFinite(nextAtMs)) {
      this.#removalTimer.clear();
      return;
    }
    this.#removalTimer.set(nextAtMs - this.#options.clock.nowMs(), () => {
      this.#apply(updateByTime(this.#state, this.#world()));
      this.#governor.request("key");
    });
  }

  /** Asks for the details of what is on the screen. */
  #watchDetails(): void {
    const ids = this.#idsInDetail();
    if (ids.join(" ") === this.#watchedIds) return;
    this.#watchedIds = ids.join(" ");
    // A session that cannot answer says so elsewhere.
    this.#options.view.commands.watchDetails(ids).catch(() => undefined);
  }

  #idsInDetail(): readonly string[] {
    const { view, cursorId, dialog } = this.#state;
    if (dialog?.kind === "pick") return [dialog.id];
    if (view.kind === "dht") return [DHT_DETAILS];
    if (view.kind === "details") return [view.id];
    const showsPeers = view.kind === "list" && (this.#plan?.peers.height ?? 0) > 0;
    return showsPeers && cursorId !== null ? [cursorId] : [];
  }

  // Frames

  #paint(): void {
    if (this.#isClosed) return;
    this.#state = updateByWorld(this.#state, this.#world());
    const model = this.#buildModel();
    this.#watchDetails();
    const isChanged = model !== this.#store.getModel();
    if (!isChanged && !this.#isRepaintDue) return;
    this.#isRepaintDue = false;
    if (isChanged) this.#store.publish(model);
    this.#ink.rerender(this.#root);
  }

  #buildModel(): ScreenModel {
    const former = this.#store?.getModel();
    const formatTime = this.#options.formatTime ?? localTime;
    const sources = {
      history: this.#history,
      clock: formatTime(this.#unixMs(), false),
      timeOfDay: (unixMs: number) => formatTime(unixMs, true),
    };
    const world = this.#world();
    try {
      return shareStructure(former, buildScreen(this.#state, world, sources));
    } catch (error) {
      if (former === undefined) throw error;
      const message = error instanceof Error ? error.message : String(error);
      return shareStructure(former, { ...former, plan: world.plan, body: { kind: "failed", message } });
    }
  }

  #world(): World {
    const { view, clock, terminal, sharePath } = this.#options;
    const snapshot = this.#shownSnapshot(view.getSnapshot());
    const nowMs = clock.nowMs();
    const plan = planScreen(terminalColumns(terminal), terminalRows(terminal), snapshot.torrents.length);
    this.#plan = shareStructure(this.#plan, plan);
    return {
      snapshot,
      visibleIds: this.#order.update(snapshot, this.#state, nowMs),
      plan: this.#plan,
      nowMs,
      canShare: sharePath !== undefined,
      canSuspend: terminal.suspend !== undefined,
      themeNames: this.#themeNames,
      isStale: isMoving(snapshot) && nowMs - this.#newest.atMs > STALE_AFTER_MS,
    };
  }

  /** The newest snapshot without what is being removed; the same object while neither changes. */
  #shownSnapshot(whole: SessionSnapshot): SessionSnapshot {
    const { removals } = this.#state;
    if (this.#shown?.whole !== whole || this.#shown.removals !== removals) {
      this.#shown = { whole, removals, rest: withoutRemoved(whole, removals) };
    }
    return this.#shown.rest;
  }

  // The terminal

  #repaint(): void {
    this.#presenter.invalidate();
    this.#isRepaintDue = true;
    this.#governor.request("now");
  }

  /** After the process was stopped: nothing of what we set can be relied on. */
  #reenter(): void {
    if (this.#isClosed) return;
    this.#modes.leave();
    this.#options.terminal.write(this.#modes.enter());
    this.#repaint();
  }

  async #suspend(): Promise<void> {
    const { terminal } = this.#options;
    if (terminal.suspend === undefined) return;
    this.#sink.mute(true);
    terminal.write(this.#modes.leave());
    // A system that refuses to stop us leaves us running: go on as after a stop.
    await terminal.suspend().catch(() => undefined);
    if (this.#isClosed) return;
    this.#sink.mute(false);
    terminal.write(this.#modes.enter());
    this.#repaint();
  }

  #end(reason: LeaveReason): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const leave = this.leaveBytes();
    for (const timer of [this.#sampleTimer, this.#noticeTimer, this.#minuteTimer, this.#removalTimer])
      timer.clear();
    this.#reader.close();
    this.#unsubscribe();
    this.#ink.unmount();
    if (reason !== "terminal-closed") this.#options.terminal.write(leave);
    this.#stopListening();
    this.#options.savePreferences?.(preferencesOf(this.#state, this.#themeNames));
    void this.#finishRemovals().then(() => this.#resolveDone({ reason }));
  }

  /** What was removed is removed, although the time to take it back is not over. */
  async #finishRemovals(): Promise<void> {
    await Promise.all(this.#state.removals.map((removal) => this.#tell(effectOf(removal))));
  }

  #unixMs(): number {
    return (this.#options.unixMs ?? Date.now)();
  }
}

/** While anything moves, a session that lives tells more at least once a second. */
function isMoving({ torrents }: SessionSnapshot): boolean {
  return torrents.some(
    ({ downBytesPerSecond, upBytesPerSecond }) => downBytesPerSecond + upBytesPerSecond > 0,
  );
}

function localTime(unixMs: number, withSeconds: boolean): string {
  const date = new Date(unixMs);
  const parts = [date.getHours(), date.getMinutes(), ...(withSeconds ? [date.getSeconds()] : [])];
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}
