/**
 * What is typed behind `/`: words that are looked for in names, and terms that compare a figure or a state.
 *
 *   lecture hd            every word, in the name, or as the beginning of the info-hash
 *   lshd                  letters that go on or begin a word of the name (lecture-series-hd)
 *   state:stuck           as the tab; also down, seed, done, paused, failed, checking, looking
 *   label:music           one of its labels
 *   copies<1  size>10G    copies, size, done (percent), health, down, up, peers, seeds, ratio, eta (seconds or 5m)
 *
 * A term that cannot be read is taken for a word.
 */
import type { TorrentSnapshot } from "../../session/session-view.ts";
import { FILTERS, type FilterId, matchesFilter } from "./torrent-filter.ts";

export interface TorrentQuery {
  /** 0: not listed; else the better the more: names that begin with the words before those that hold their letters. */
  score(torrent: TorrentSnapshot): number;
}

type Test = (torrent: TorrentSnapshot) => boolean;

const FIGURES: Readonly<Record<string, (torrent: TorrentSnapshot) => number | null>> = {
  copies: ({ copies }) => copies,
  size: ({ totalBytes }) => totalBytes,
  done: ({ progressRatio }) => 100 * progressRatio,
  health: ({ health }) => health,
  down: ({ downBytesPerSecond }) => downBytesPerSecond,
  up: ({ upBytesPerSecond }) => upBytesPerSecond,
  peers: ({ counts }) => counts.connectedPeers,
  seeds: ({ counts }) => counts.connectedSeeds,
  ratio: ({ totals }) =>
    totals.downloadedBytes === 0 ? null : totals.uploadedBytes / totals.downloadedBytes,
  eta: ({ etaSeconds }) => etaSeconds,
};

/** Names of figures and of states, for completion. */
export const QUERY_TERMS: readonly string[] = [
  ...["stuck", "down", "seed", "done", "paused", "failed"].map((state) => `state:${state}`),
  ...Object.keys(FIGURES).map((figure) => `${figure}<`),
];

const PHASES: Readonly<Record<string, TorrentSnapshot["phase"]>> = {
  paused: "paused",
  failed: "failed",
  checking: "checking",
  looking: "resolving",
  finished: "finished",
};

const LABEL = /^label:(.+)$/i;
const TERM = /^([a-z]+)(<=|>=|<|>|=)(\d+(?:\.\d+)?)([kmgtsh%]?)$/i;
const STATE = /^(?:state|is):([a-z]+)$/i;
const FACTORS: Readonly<Record<string, number>> = {
  "": 1,
  "%": 1,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
  t: 1024 ** 4,
  s: 1,
  h: 3600,
};
const MINUTE_SECONDS = 60;

export function parseQuery(text: string): TorrentQuery {
  const tests: Test[] = [];
  const words: string[] = [];
  for (const part of text.trim().split(/\s+/u)) {
    const test = stateTest(part) ?? labelTest(part) ?? figureTest(part);
    if (test !== undefined) tests.push(test);
    else if (part !== "") words.push(part.toLowerCase());
  }
  return {
    score: (torrent) => (tests.every((test) => test(torrent)) ? scoreOfWords(torrent, words) : 0),
  };
}

function stateTest(part: string): Test | undefined {
  const state = STATE.exec(part)?.[1]?.toLowerCase() ?? "";
  const phase = PHASES[state];
  if (phase !== undefined) return (torrent) => torrent.phase === phase;
  return isFilter(state) ? (torrent) => matchesFilter(torrent, state) : undefined;
}

function labelTest(part: string): Test | undefined {
  const sought = LABEL.exec(part)?.[1]?.toLowerCase();
  if (sought === undefined) return undefined;
  return ({ labels }) => labels.some((label) => label.toLowerCase() === sought);
}

function isFilter(word: string): word is FilterId {
  return (FILTERS as readonly string[]).includes(word);
}

function figureTest(part: string): Test | undefined {
  const [, name = "", sign = "", digits = "", unit = ""] = TERM.exec(part) ?? [];
  const figure = FIGURES[name.toLowerCase()];
  if (figure === undefined) return undefined;
  const isMinutes = name === "eta" && unit.toLowerCase() === "m";
  const factor = isMinutes ? MINUTE_SECONDS : (FACTORS[unit.toLowerCase()] ?? 1);
  const bound = Number(digits) * factor;
  return (torrent) => {
    const value = figure(torrent);
    return value !== null && compares(value, sign, bound);
  };
}

function compares(value: number, sign: string, bound: number): boolean {
  switch (sign) {
    case "<":
      return value < bound;
    case ">":
      return value > bound;
    case "<=":
      return value <= bound;
    case ">=":
      return value >= bound;
    default:
      return value === bound;
  }
}

const BEGINS = 4;
const BEGINS_WORD = 3;
const WITHIN = 2;
const BY_LETTERS = 1;

/** The score of the word that fits worst; all words must fit. */
function scoreOfWords({ name, id }: TorrentSnapshot, words: readonly string[]): number {
  const lower = name.toLowerCase();
  let worst = BEGINS;
  for (const word of words) {
    const score = id.startsWith(word) ? BEGINS : scoreOfWord(lower, word);
    worst = Math.min(worst, score);
  }
  return worst;
}

function scoreOfWord(name: string, word: string): number {
  const at = name.indexOf(word);
  if (at === 0) return BEGINS;
  if (at > 0) return isWordStart(name, at) ? BEGINS_WORD : WITHIN;
  return hasLetters(name, word) ? BY_LETTERS : 0;
}

/**
 * Whether the letters of `word` follow one another in `name`, each next to the former or at the start of a later word.
 * Keeps every place where the letters so far can end: names are chosen by others, so the cost is their product.
 */
function hasLetters(name: string, word: string): boolean {
  let ends: readonly number[] = [-1];
  for (const letter of word) {
    const first = ends[0];
    if (first === undefined) return false;
    const former = new Set(first === -1 ? [] : ends);
    const next: number[] = [];
    for (let at = first + 1; at < name.length; at++)
      if (name[at] === letter && (former.has(at - 1) || isWordStart(name, at))) next.push(at);
    ends = next;
  }
  return ends.length > 0;
}

const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;

function isWordStart(name: string, at: number): boolean {
  return at === 0 || !LETTER_OR_DIGIT.test(name[at - 1] ?? " ");
}
