/** Who is blamed for bad pieces, and who never is. Cases WI05 and WI06 are those of the threat catalogue. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SeededRandom } from "../../../src/sim/index.ts";
import { BLOCK_BYTES, PieceMap } from "../../../src/torrent/piece-map.ts";
import { Blame, type BlameFinding } from "../../../src/wire/swarm/blame.ts";
import { fewerFuzzRuns } from "../../support/fuzz-runs.ts";

const BLOCKS = 4;
const A = 0;
const B = 1;
const C = 2;

function blameOf(pieces = 100): Blame {
  const blame = new Blame(new PieceMap(pieces * BLOCKS * BLOCK_BYTES, BLOCKS * BLOCK_BYTES));
  for (const slot of [A, B, C, 3, 4]) blame.peerJoined(slot, party(slot));
  return blame;
}

function party(slot: number): string {
  return `peer ${slot}`;
}

/** Digests of a piece whose blocks have the given contents; 0 = a block of which storage gives no digest. */
function digests(...contents: number[]): Uint8Array {
  return Uint8Array.from(contents.flatMap((content) => new Array<number>(20).fill(content)));
}

function receive(blame: Blame, piece: number, ...slots: number[]): void {
  slots.forEach((slot, block) => {
    blame.blockReceived(slot, piece, block);
  });
}

function bad(blame: Blame, piece: number, contents?: Uint8Array): readonly BlameFinding[] {
  const isAsked = blame.wantsDigests(piece);
  return blame.pieceChecked(piece, {
    kind: "bad",
    ...(contents === undefined || !isAsked ? {} : { blockDigests: contents }),
  });
}

function good(blame: Blame, piece: number, contents = digests(1, 1, 1, 1)): readonly BlameFinding[] {
  const isAsked = blame.wantsDigests(piece);
  return blame.pieceChecked(piece, { kind: "good", ...(isAsked ? { blockDigests: contents } : {}) });
}

function partiesOf(findings: readonly BlameFinding[], kind: BlameFinding["kind"]): string[] {
  return findings.flatMap((finding) => (finding.kind === kind && "party" in finding ? finding.party : []));
}

describe("a bad piece of one peer", () => {
  test("bans it at once", () => {
    const blame = blameOf();
    receive(blame, 7, A, A, A, A);
    expect(bad(blame, 7)).toEqual([{ kind: "ban", party: party(A), slot: A, reason: "sole-source" }]);
  });

  test("bans it by name when it has left", () => {
    const blame = blameOf();
    receive(blame, 7, A, A, A, A);
    blame.peerLeft(A);
    blame.peerJoined(A, "somebody else");
    expect(bad(blame, 7)).toEqual([{ kind: "ban", party: party(A), slot: -1, reason: "sole-source" }]);
  });

  test("bans nobody when the sender of a block is not known", () => {
    const blame = blameOf();
    blame.blockReceived(A, 7, 0);
    expect(partiesOf(bad(blame, 7), "ban")).toEqual([]);
  });

  test("bans nobody when the disk failed", () => {
    const blame = blameOf();
    receive(blame, 7, A, A, A, A);
    expect(blame.pieceChecked(7, { kind: "failed", code: "ENOSPC" })).toEqual([]);
    receive(blame, 7, B, B, B, B);
    expect(partiesOf(bad(blame, 7), "ban")).toEqual([party(B)]);
  });

  test("is not held against those whose blocks were abandoned before", () => {
    const blame = blameOf();
    receive(blame, 7, A, A, A, A);
    blame.pieceAbandoned(7);
    expect(blame.contributors(7)).toEqual([]);
    receive(blame, 7, B, B, B, B);
    expect(partiesOf(bad(blame, 7), "ban")).toEqual([party(B)]);
  });
});

describe("a bad piece of several peers", () => {
  test("names those who contributed and are connected", () => {
    const blame = blameOf();
    receive(blame, 7, A, B, C, A);
    blame.peerLeft(C);
    expect(blame.contributors(7)).toEqual([A, B]);
  });

  test("bans nobody, and puts all of them on parole once", () => {
    const blame = blameOf();
    receive(blame, 7, A, B, A, A);
    const findings = bad(blame, 7);
    expect(partiesOf(findings, "ban")).toEqual([]);
    expect(partiesOf(findings, "parole")).toEqual([party(A), party(B)]);
    receive(blame, 8, A, B, C, A);
    expect(partiesOf(bad(blame, 8), "parole")).toEqual([party(C)]);
    expect([A, B, C, 3].map((slot) => blame.isOnParole(slot))).toEqual([true, true, true, false]);
  });

  test("is remembered of a peer that leaves and returns under another slot", () => {
    const blame = blameOf();
    receive(blame, 7, A, B, A, A);
    bad(blame, 7);
    blame.peerLeft(A);
    blame.peerJoined(9, party(A));
    expect(blame.isOnParole(9)).toBe(true);
    expect(blame.isOnParole(A)).toBe(false);
  });

  test("is forgiven by a good piece of its own, not by one that others helped with", () => {
    const blame = blameOf();
    receive(blame, 7, A, B, A, A);
    bad(blame, 7);
    receive(blame, 8, A, C, A, A);
    expect(good(blame, 8)).toEqual([]);
    receive(blame, 9, A, A, A, A);
    expect(good(blame, 9)).toEqual([{ kind: "cleared", party: party(A), slot: A }]);
    expect(blame.isOnParole(A)).toBe(false);
    expect(blame.isOnParole(B)).toBe(true);
  });

  test("bans whoever sent a block that differs from the right one, and nobody else", () => {
    const blame = blameOf();
    receive(blame, 7, A, B, C, 3);
    bad(blame, 7);
    receive(blame, 7, A, B, C, 3);
    bad(blame, 7, digests(1, 66, 1, 1));
    receive(blame, 7, 4, 4, 4, 4);
    expect(partiesOf(good(blame, 7), "ban")).toEqual([party(B)]);
  });

  test("convicts nobody by blocks that have no digest", () => {
    const blame = blameOf();
    receive(blame, 7, A, B, A, B);
    bad(blame, 7);
    receive(blame, 7, A, B, A, B);
    bad(blame, 7, digests(0, 0, 1, 66));
    receive(blame, 7, C, C, C, C);
    expect(partiesOf(good(blame, 7), "ban")).toEqual([party(B)]);
  });

  test("bans at once whoever sends two versions of a block", () => {
    const blame = blameOf();
    receive(blame, 7, A, B, A, C);
    bad(blame, 7);
    receive(blame, 7, A, B, A, C);
    bad(blame, 7, digests(1, 66, 1, 1));
    receive(blame, 7, A, B, A, C);
    expect(bad(blame, 7, digests(1, 67, 1, 1))).toEqual([
      { kind: "ban", party: party(B), slot: B, reason: "two-versions" },
    ]);
    receive(blame, 7, A, A, A, A);
    expect(partiesOf(good(blame, 7), "ban")).toEqual([]);
  });

  test("WI06 who spoils a block now and then is found by the second one", () => {
    const blame = blameOf();
    receive(blame, 1, A, B, C, A);
    bad(blame, 1);
    receive(blame, 1, C, C, C, C);
    good(blame, 1);
    for (const [piece, slot] of [A, B].entries()) {
      receive(blame, 10 + piece, slot, slot, slot, slot);
      expect(partiesOf(good(blame, 10 + piece), "cleared")).toEqual([party(slot)]);
    }
    receive(blame, 2, A, B, C, 3);
    expect(blame.wantsDigests(2)).toBe(true);
    bad(blame, 2, digests(1, 66, 1, 1));
    receive(blame, 2, 4, 4, 4, 4);
    expect(partiesOf(good(blame, 2), "ban")).toEqual([party(B)]);
  });

  test("costs no digests where nothing ever failed", () => {
    const blame = blameOf();
    receive(blame, 1, A, B, C, A);
    expect(blame.wantsDigests(1)).toBe(false);
    bad(blame, 1);
    expect(blame.wantsDigests(1)).toBe(true);
    receive(blame, 2, 3, 4, 3, 4);
    expect(blame.wantsDigests(2)).toBe(false);
  });
});

describe("a piece that several peers fail alone", () => {
  test("is unobtainable after three, and nobody stays banned for it", () => {
    const blame = blameOf();
    const findings = [A, B, C].map((slot) => {
      receive(blame, 7, slot, slot, slot, slot);
      return bad(blame, 7, digests(5, 5, 5, 5));
    });
    expect(findings.map((all) => all.map((finding) => finding.kind))).toEqual([
      ["ban"],
      ["ban"],
      ["pardon", "pardon", "piece-unobtainable"],
    ]);
    expect(partiesOf(findings.flat(), "pardon")).toEqual([party(A), party(B)]);
    receive(blame, 7, 3, 3, 3, 3);
    expect(bad(blame, 7, digests(5, 5, 5, 5))).toEqual([{ kind: "piece-unobtainable", pieceIndex: 7 }]);
  });

  test("is not counted twice for one party", () => {
    const blame = blameOf();
    for (let i = 0; i < 5; i++) {
      receive(blame, 7, A, A, A, A);
      expect(partiesOf(bad(blame, 7), "ban")).toEqual([party(A)]);
    }
  });

  test("is not excused when each of them sent something else", () => {
    const blame = blameOf();
    for (const slot of [A, B, C, 3]) {
      receive(blame, 7, slot, slot, slot, slot);
      expect(partiesOf(bad(blame, 7, digests(1, 1, 1, 100 + slot)), "ban")).toEqual([party(slot)]);
    }
  });

  test("bans them after all when somebody has it right", () => {
    const blame = blameOf();
    for (const slot of [A, B, C]) {
      receive(blame, 7, slot, slot, slot, slot);
      bad(blame, 7, digests(5, 5, 5, 5));
    }
    receive(blame, 7, 3, 3, 3, 3);
    expect(partiesOf(good(blame, 7), "ban")).toEqual([party(A), party(B), party(C)]);
  });

  test("pardons nobody who failed another piece as well", () => {
    const blame = blameOf();
    receive(blame, 6, A, A, A, A);
    bad(blame, 6);
    for (const slot of [A, B, C]) receive(blame, 7, slot, slot, slot, slot);
    const findings = [A, B, C].flatMap((slot) => {
      receive(blame, 7, slot, slot, slot, slot);
      return bad(blame, 7, digests(5, 5, 5, 5));
    });
    expect(partiesOf(findings, "pardon")).toEqual([party(B)]);
  });
});

describe("a swarm in which half of the peers lie", () => {
  const PEERS = 12;

  /** Downloads every piece with random peers until all are right; answers who was banned and the bad pieces of each. */
  function download(seed: number): {
    banned: Set<string>;
    liars: Set<string>;
    isDone: boolean;
    wasted: number;
  } {
    const random = new SeededRandom(seed);
    const pieces = 40;
    const blame = new Blame(new PieceMap(pieces * BLOCKS * BLOCK_BYTES, BLOCKS * BLOCK_BYTES));
    const isLiar = (slot: number): boolean => slot % 2 === 1;
    for (let slot = 0; slot < PEERS; slot++) blame.peerJoined(slot, party(slot));
    const banned = new Set<string>();
    const sharing = (slot: number): boolean => !blame.isOnParole(slot);
    let wasted = 0;
    let version = 0;
    for (let piece = 0; piece < pieces; piece++) {
      for (let attempt = 0; ; attempt++) {
        if (attempt > 100) return { banned, liars: new Set(), isDone: false, wasted };
        const present = [...Array(PEERS).keys()].filter((slot) => !banned.has(party(slot)));
        const first = present[random.integer(present.length)] as number;
        const helpers = sharing(first) ? present.filter(sharing) : [first];
        const senders = [...Array(BLOCKS).keys()].map(
          () => helpers[random.integer(helpers.length)] as number,
        );
        // Half of the blocks of a liar are wrong, each in its own way.
        const contents = senders.map((slot) =>
          isLiar(slot) && random.integer(2) === 0 ? 2 + (version++ % 250) : 1,
        );
        receive(blame, piece, ...senders);
        const isGood = contents.every((content) => content === 1);
        const given = digests(...contents);
        const findings = isGood ? good(blame, piece, given) : bad(blame, piece, given);
        if (!isGood) wasted++;
        for (const finding of findings) {
          if (finding.kind === "ban") banned.add(finding.party);
          if (finding.kind === "pardon") banned.delete(finding.party);
        }
        if (isGood) break;
      }
    }
    const liars = new Set([...Array(PEERS).keys()].filter(isLiar).map(party));
    return { banned, liars, isDone: true, wasted };
  }

  test("WI05 gets everything, bans only liars, and wastes at most four pieces a liar", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0 }), (seed) => {
        const { banned, liars, isDone, wasted } = download(seed);
        expect(isDone).toBe(true);
        expect([...banned].filter((name) => !liars.has(name))).toEqual([]);
        expect(wasted).toBeLessThanOrEqual(4 * liars.size);
      }),
      { numRuns: fewerFuzzRuns(50) },
    );
  });

  test("WI05 finds nearly every liar", () => {
    let found = 0;
    let all = 0;
    for (let seed = 0; seed < 50; seed++) {
      const { banned, liars } = download(seed);
      all += liars.size;
      found += [...liars].filter((name) => banned.has(name)).length;
    }
    expect(found / all).toBeGreaterThan(0.9);
  });
});
