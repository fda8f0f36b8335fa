/**
 * The dashboard for a screen reader, and for terminals that can do nothing but print: a line when something worth
 * hearing happens, an answer to each line that is typed. No screen is taken, nothing is drawn again.
 */
import type { SessionSnapshot, SessionView } from "../../session/session-view.ts";
import type { DashboardHelpers } from "../run-effect.ts";
import type { LeaveReason } from "../state/ui-state.ts";
import { cellSafe } from "../terminal/cell-text.ts";
import { runLine } from "./line-commands.ts";
import { newsKey, statusSentence, torrentSentence } from "./sentences.ts";

/** A terminal in cooked mode: whole lines in, whole lines out. */
export interface LinePort {
  writeLine(text: string): void;
  /** Calls come from the event loop; the answer stops them. */
  listen(listener: { line(text: string): void; closed(): void }): () => void;
}

export interface LineModeOptions extends DashboardHelpers {
  readonly view: SessionView;
  readonly port: LinePort;
}

export interface LineMode {
  readonly done: Promise<{ readonly reason: LeaveReason }>;
  close(): void;
}

export function startLineMode({ view, port, ...helpers }: LineModeOptions): LineMode {
  let finish: (end: { readonly reason: LeaveReason }) => void = () => undefined;
  const done = new Promise<{ readonly reason: LeaveReason }>((resolve) => {
    finish = resolve;
  });
  // What others chose for names never steers the terminal.
  const say = (text: string): void => port.writeLine(cellSafe(text, "unicode"));
  const news = new News();
  const hear = (): void => news.in(view.getSnapshot()).forEach(say);
  const end = (reason: LeaveReason): void => {
    unsubscribe();
    stopListening();
    finish({ reason });
  };
  say(`Starling, line by line. ${statusSentence(view.getSnapshot())} Type help for what can be typed.`);
  const unsubscribe = view.subscribe(hear);
  const stopListening = port.listen({
    line: (text) => {
      const word = text.trim().toLowerCase();
      if (word === "quit" || word === "exit") end("quit");
      else if (word !== "") void runLine(text, { view, helpers }).then((answer) => answer.forEach(say));
    },
    closed: () => end("terminal-closed"),
  });
  hear();
  return { done, close: () => end("closed") };
}

/** Sentences about torrents of which something worth hearing changed. */
class News {
  #known = new Map<string, string>();

  in({ torrents }: SessionSnapshot): readonly string[] {
    const sentences: string[] = [];
    const known = new Map<string, string>();
    for (const torrent of torrents) {
      const key = newsKey(torrent);
      known.set(torrent.id, key);
      if (this.#known.get(torrent.id) !== key) sentences.push(torrentSentence(torrent));
    }
    this.#known = known;
    return sentences;
  }
}
