/**
 * Who is to blame when a piece fails its hash. A piece that one peer sent alone condemns it. One that several sent is
 * remembered block by block with digests, its senders go on parole (whole pieces of their own only), and when the
 * piece is right at last, whoever sent a block that differs is banned: the method of libtorrent's smart ban.
 *
 * A piece that several peers fail on their own has a wrong hash in the torrent: that is said, and nobody is banned for it.
 */
import type { PieceMap } from "../../torrent/piece-map.ts";
import type { PieceVerdict } from "../../torrent/piece-verdict.ts";

export type BlameFinding =
  | {
      readonly kind: "ban";
      /** Party key as given to `peerJoined`. */
      readonly party: string;
      /** Its slot while it is connected, else -1. */
      readonly slot: number;
      readonly reason: "sole-source" | "wrong-block" | "two-versions";
    }
  /** From now on only whole pieces of its own (`only-whole`), until one of them is good. */
  | { readonly kind: "parole"; readonly party: string; readonly slot: number }
  | { readonly kind: "cleared"; readonly party: string; readonly slot: number }
  /** A ban that this piece caused was unjust: lift it. */
  | { readonly kind: "pardon"; readonly party: string }
  /** So many good peers failed to give this piece that its hash in the torrent must be wrong. */
  | { readonly kind: "piece-unobtainable"; readonly pieceIndex: number };

/** Distinct peers that failed a piece alone, after which the torrent is to blame. */
const SOLE_FAILURES = 3;
/** Failed versions of one piece that are remembered, and pieces with such memory; the oldest go first. */
const MAX_VERSIONS = 4;
const MAX_REMEMBERED_PIECES = 64;
const DIGEST_BYTES = 20;

/** One failed version of a piece: who sent each block, and its digest where storage gave one. */
interface FailedVersion {
  readonly senders: readonly (string | undefined)[];
  readonly digests: Uint8Array | undefined;
}

interface FailedPiece {
  readonly versions: FailedVersion[];
  readonly soleParties: Set<string>;
}

export class Blame {
  readonly #pieceMap: PieceMap;
  readonly #partyBySlot = new Map<number, string>();
  readonly #slotByParty = new Map<string, number>();
  /** Who sent each block of pieces that have no verdict yet. */
  readonly #senders = new Map<number, (string | undefined)[]>();
  readonly #failed = new Map<number, FailedPiece>();
  readonly #onParole = new Set<string>();

  constructor(pieceMap: PieceMap) {
    this.#pieceMap = pieceMap;
  }

  peerJoined(slot: number, party: string): void {
    this.#partyBySlot.set(slot, party);
    this.#slotByParty.set(party, slot);
  }

  peerLeft(slot: number): void {
    const party = this.#partyBySlot.get(slot);
    this.#partyBySlot.delete(slot);
    if (party !== undefined && this.#slotByParty.get(party) === slot) this.#slotByParty.delete(party);
  }

  isOnParole(slot: number): boolean {
    const party = this.#partyBySlot.get(slot);
    return party !== undefined && this.#onParole.has(party);
  }

  /** A block was accepted (not a duplicate). */
  blockReceived(slot: number, piece: number, block: number): void {
    let senders = this.#senders.get(piece);
    if (senders === undefined) {
      senders = new Array<string | undefined>(this.#pieceMap.blocksOf(piece)).fill(undefined);
      this.#senders.set(piece, senders);
    }
    senders[block] = this.#partyBySlot.get(slot);
  }

  /** Pass to `storeSegment`: whether the verdict should carry digests of the blocks. */
  wantsDigests(piece: number): boolean {
    return this.#failed.has(piece);
  }

  /** Storage's verdict. Act on the findings in order. */
  pieceChecked(piece: number, verdict: PieceVerdict): readonly BlameFinding[] {
    const senders = this.#senders.get(piece) ?? [];
    this.#senders.delete(piece);
    if (verdict.kind === "good") return this.#good(piece, senders, verdict.blockDigests);
    return verdict.kind === "bad" ? this.#bad(piece, senders, verdict.blockDigests) : [];
  }

  /** The piece was abandoned: forget who sent its blocks. */
  pieceAbandoned(piece: number): void {
    this.#senders.delete(piece);
  }

  /** Slots that sent blocks of the piece and are still connected; ask before `pieceChecked`. */
  contributors(piece: number): readonly number[] {
    return distinct(this.#senders.get(piece) ?? []).flatMap((party) => this.#slotByParty.get(party) ?? []);
  }

  #good(
    piece: number,
    senders: readonly (string | undefined)[],
    digests: Uint8Array | undefined,
  ): readonly BlameFinding[] {
    const findings: BlameFinding[] = [];
    const failed = this.#failed.get(piece);
    this.#failed.delete(piece);
    if (failed !== undefined && digests !== undefined) {
      for (const party of this.#whoDiffered(failed, digests)) findings.push(this.#ban(party, "wrong-block"));
    }
    const [sole, ...others] = distinct(senders);
    if (sole !== undefined && others.length === 0 && this.#onParole.delete(sole)) {
      findings.push({ kind: "cleared", party: sole, slot: this.#slotOf(sole) });
    }
    return findings;
  }

  #bad(
    piece: number,
    senders: readonly (string | undefined)[],
    digests: Uint8Array | undefined,
  ): readonly BlameFinding[] {
    const parties = distinct(senders);
    const failed = this.#remember(piece);
    const [sole] = parties;
    if (sole !== undefined && parties.length === 1) return this.#soleFailure(piece, failed, sole);
    const version: FailedVersion = { senders, digests };
    const findings = this.#whoSentTwoVersions(failed, version).map((party) =>
      this.#ban(party, "two-versions"),
    );
    failed.versions.push(version);
    if (failed.versions.length > MAX_VERSIONS) failed.versions.shift();
    const banned = new Set(findings.map((finding) => ("party" in finding ? finding.party : "")));
    for (const party of parties) {
      if (banned.has(party) || this.#onParole.has(party)) continue;
      this.#onParole.add(party);
      findings.push({ kind: "parole", party, slot: this.#slotOf(party) });
    }
    return findings;
  }

  #soleFailure(piece: number, failed: FailedPiece, party: string): readonly BlameFinding[] {
    failed.soleParties.add(party);
    if (failed.soleParties.size < SOLE_FAILURES) return [this.#ban(party, "sole-source")];
    const pardons = [...failed.soleParties].filter((other) => other !== party);
    return [
      ...pardons.map((other): BlameFinding => ({ kind: "pardon", party: other })),
      { kind: "piece-unobtainable", pieceIndex: piece },
    ];
  }

  #whoDiffered(failed: FailedPiece, right: Uint8Array): readonly string[] {
    const liars = new Set<string>();
    for (const { senders, digests } of failed.versions) {
      if (digests === undefined) continue;
      senders.forEach((party, block) => {
        if (party !== undefined && !sameDigest(digests, right, block)) liars.add(party);
      });
    }
    return [...liars];
  }

  #whoSentTwoVersions(failed: FailedPiece, version: FailedVersion): readonly string[] {
    const { senders, digests } = version;
    if (digests === undefined) return [];
    const liars = new Set<string>();
    for (const former of failed.versions) {
      if (former.digests === undefined) continue;
      const formerDigests = former.digests;
      senders.forEach((party, block) => {
        const isSameSender = party !== undefined && former.senders[block] === party;
        if (isSameSender && !sameDigest(formerDigests, digests, block)) liars.add(party);
      });
    }
    return [...liars];
  }

  #remember(piece: number): FailedPiece {
    const known = this.#failed.get(piece);
    if (known !== undefined) return known;
    const failed: FailedPiece = { versions: [], soleParties: new Set() };
    this.#failed.set(piece, failed);
    if (this.#failed.size > MAX_REMEMBERED_PIECES) {
      const [oldest] = this.#failed.keys();
      if (oldest !== undefined) this.#failed.delete(oldest);
    }
    return failed;
  }

  #ban(party: string, reason: "sole-source" | "wrong-block" | "two-versions"): BlameFinding {
    this.#onParole.delete(party);
    return { kind: "ban", party, slot: this.#slotOf(party), reason };
  }

  #slotOf(party: string): number {
    return this.#slotByParty.get(party) ?? -1;
  }
}

function distinct(senders: readonly (string | undefined)[]): string[] {
  return [...new Set(senders.filter((party) => party !== undefined))];
}

function sameDigest(a: Uint8Array, b: Uint8Array, block: number): boolean {
  for (let i = block * DIGEST_BYTES; i < (block + 1) * DIGEST_BYTES; i++) if (a[i] !== b[i]) return false;
  return true;
}
