/**
 * Who is to blame when a piece fails its hash. A piece that one peer sent alone condemns it. One that several sent is
 * remembered block by block with digests, its senders go on parole (whole pieces of their own only), and when the
 * piece is right at last, whoever sent a block that differs is banned: the method of libtorrent's smart ban.
 *
 * Digests cost as much as the hash of the piece, so healthy pieces go without: they are taken where the piece failed
 * before, or where a party helped that helped a failed piece. Whoever spoils a block now and then is thus found by
 * the second one.
 *
 * A piece that several peers fail on their own, with the same data as far as that is known, may have a wrong hash in
 * the torrent: that is said, and nobody stays banned for it. If it is right in the end after all, they lied.
 */
import { toHex } from "../../core/bytes.ts";
import { sha1 } from "../../core/sha1.ts";
import type { PieceMap } from "../../torrent/piece-map.ts";
import type { PieceVerdict } from "../../torrent/piece-verdict.ts";

export type BanReason = "sole-source" | "wrong-block" | "two-versions";

export type BlameFinding =
  | {
      readonly kind: "ban";
      /** Party key as given to `peerJoined`. */
      readonly party: string;
      /** Its slot while it is connected, else -1. */
      readonly slot: number;
      readonly reason: BanReason;
    }
  /** From now on only whole pieces of its own (`only-whole`), until one of them is good. */
  | { readonly kind: "parole"; readonly party: string; readonly slot: number }
  | { readonly kind: "cleared"; readonly party: string; readonly slot: number }
  /** A ban that this piece caused was unjust: lift it. */
  | { readonly kind: "pardon"; readonly party: string }
  /** So many peers failed to give this piece, each on its own, that its hash in the torrent is probably wrong. */
  | { readonly kind: "piece-unobtainable"; readonly pieceIndex: number };

/** Distinct peers that failed a piece alone, after which the torrent is to blame. */
const SOLE_FAILURES = 3;
/** Such peers that are remembered of one piece. */
const MAX_SOLE_PARTIES = 16;
/** Failed versions of one piece that are remembered, and pieces with such memory; the oldest go first. */
const MAX_VERSIONS = 4;
const MAX_REMEMBERED_PIECES = 64;
/** Parties that are remembered, for each purpose; as many as may be banned at a time (threats W6). */
const MAX_PARTIES = 4_096;
const DIGEST_BYTES = 20;

/** One failed version of a piece: who sent each block, and its digest where storage gave one. */
interface FailedVersion {
  readonly senders: readonly (string | undefined)[];
  readonly digests: Uint8Array | undefined;
}

interface FailedPiece {
  readonly versions: FailedVersion[];
  /** Who failed it alone, and a digest of what it sent, "" where that is not known. */
  readonly soleParties: Map<string, string>;
  /** Three failed it alone: their bans were lifted. */
  isDoubtful: boolean;
}

export class Blame {
  readonly #pieceMap: PieceMap;
  readonly #partyBySlot = new Map<number, string>();
  readonly #slotByParty = new Map<string, number>();
  /** Who sent each block of pieces that have no verdict yet. */
  readonly #senders = new Map<number, (string | undefined)[]>();
  readonly #failed = new Map<number, FailedPiece>();
  readonly #onParole = new Set<string>();
  /** Helped a piece that failed, ever: digests are taken of what they send. */
  readonly #suspects = new Set<string>();
  /** Banned for what cannot be excused, and not back since. */
  readonly #convicted = new Set<string>();

  constructor(pieceMap: PieceMap) {
    this.#pieceMap = pieceMap;
  }

  peerJoined(slot: number, party: string): void {
    this.#partyBySlot.set(slot, party);
    this.#slotByParty.set(party, slot);
    this.#convicted.delete(party);
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
    if (this.#failed.has(piece)) return true;
    if (this.#suspects.size === 0) return false;
    return (
      this.#senders.get(piece)?.some((party) => party !== undefined && this.#suspects.has(party)) === true
    );
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
    const liars = new Set<string>();
    const failed = this.#failed.get(piece);
    this.#failed.delete(piece);
    if (failed !== undefined && digests !== undefined) this.#whoDiffered(failed, digests, liars);
    const findings = [...liars].flatMap((party) => this.#convict(party, "wrong-block"));
    if (failed?.isDoubtful === true) {
      for (const party of failed.soleParties.keys()) findings.push(...this.#convict(party, "sole-source"));
    }
    const sole = soleSender(senders);
    if (sole !== undefined && !this.#convicted.has(sole) && this.#onParole.delete(sole)) {
      findings.push({ kind: "cleared", party: sole, slot: this.#slotOf(sole) });
    }
    return findings;
  }

  #bad(
    piece: number,
    senders: readonly (string | undefined)[],
    digests: Uint8Array | undefined,
  ): readonly BlameFinding[] {
    const failed = this.#remember(piece);
    const sole = soleSender(senders);
    if (sole !== undefined) return this.#soleFailure(piece, failed, sole, fingerprint(digests));
    const version: FailedVersion = { senders, digests };
    const liars = this.#whoSentTwoVersions(failed, version);
    const findings = liars.flatMap((party) => this.#convict(party, "two-versions"));
    failed.versions.push(version);
    if (failed.versions.length > MAX_VERSIONS) failed.versions.shift();
    for (const party of distinct(senders)) {
      remember(this.#suspects, party);
      if (this.#convicted.has(party) || this.#onParole.has(party)) continue;
      remember(this.#onParole, party);
      findings.push({ kind: "parole", party, slot: this.#slotOf(party) });
    }
    return findings;
  }

  #soleFailure(piece: number, failed: FailedPiece, party: string, print: string): readonly BlameFinding[] {
    const { soleParties } = failed;
    if (soleParties.size < MAX_SOLE_PARTIES) soleParties.set(party, print);
    const agreeing = [...soleParties].filter(([, other]) => other === print || other === "" || print === "");
    if (agreeing.length < SOLE_FAILURES) return [this.#ban(party, "sole-source")];
    const isNew = !failed.isDoubtful;
    failed.isDoubtful = true;
    const pardoned = agreeing.filter(
      ([other]) => isNew && other !== party && !this.#isGuiltyElsewhere(other),
    );
    return [
      ...pardoned.map(([other]): BlameFinding => ({ kind: "pardon", party: other })),
      { kind: "piece-unobtainable", pieceIndex: piece },
    ];
  }

  /** Whether the party is banned for anything but doubtful pieces. */
  #isGuiltyElsewhere(party: string): boolean {
    if (this.#convicted.has(party)) return true;
    for (const { isDoubtful, soleParties } of this.#failed.values())
      if (!isDoubtful && soleParties.has(party)) return true;
    return false;
  }

  #whoDiffered(failed: FailedPiece, right: Uint8Array, liars: Set<string>): void {
    for (const { senders, digests } of failed.versions) {
      if (digests === undefined) continue;
      senders.forEach((party, block) => {
        if (party !== undefined && isDifferent(digests, right, block)) liars.add(party);
      });
    }
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
        if (isSameSender && isDifferent(formerDigests, digests, block)) liars.add(party);
      });
    }
    return [...liars];
  }

  #remember(piece: number): FailedPiece {
    const known = this.#failed.get(piece);
    if (known !== undefined) return known;
    const failed: FailedPiece = { versions: [], soleParties: new Map(), isDoubtful: false };
    this.#failed.set(piece, failed);
    if (this.#failed.size > MAX_REMEMBERED_PIECES) {
      const [oldest] = this.#failed.keys();
      if (oldest !== undefined) this.#failed.delete(oldest);
    }
    return failed;
  }

  /** Bans a party once, whatever else comes to light of it. */
  #convict(party: string, reason: BanReason): readonly BlameFinding[] {
    if (this.#convicted.has(party)) return [];
    remember(this.#convicted, party);
    return [this.#ban(party, reason)];
  }

  #ban(party: string, reason: BanReason): BlameFinding {
    this.#onParole.delete(party);
    return { kind: "ban", party, slot: this.#slotOf(party), reason };
  }

  #slotOf(party: string): number {
    return this.#slotByParty.get(party) ?? -1;
  }
}

/** Adds a party to a bounded set; the one that was added first makes room. */
function remember(parties: Set<string>, party: string): void {
  parties.add(party);
  if (parties.size <= MAX_PARTIES) return;
  const [oldest] = parties;
  if (oldest !== undefined) parties.delete(oldest);
}

function distinct(senders: readonly (string | undefined)[]): string[] {
  return [...new Set(senders.filter((party) => party !== undefined))];
}

/** Who sent all of it; undefined when several did, or when the sender of some block is not known. */
function soleSender(senders: readonly (string | undefined)[]): string | undefined {
  const [sole] = senders;
  return senders.every((party) => party === sole) ? sole : undefined;
}

/** One digest of all; "" unless every block has one. */
function fingerprint(digests: Uint8Array | undefined): string {
  if (digests === undefined) return "";
  for (let block = 0; block < digests.length / DIGEST_BYTES; block++) if (!isKnown(digests, block)) return "";
  return toHex(sha1(digests));
}

/** Whether both digests of the block are known and differ. Storage leaves zeros where it was not asked for one. */
function isDifferent(a: Uint8Array, b: Uint8Array, block: number): boolean {
  return isKnown(a, block) && isKnown(b, block) && !isSame(a, b, block);
}

function isKnown(digests: Uint8Array, block: number): boolean {
  for (let i = block * DIGEST_BYTES; i < (block + 1) * DIGEST_BYTES; i++) if (digests[i] !== 0) return true;
  return false;
}

function isSame(a: Uint8Array, b: Uint8Array, block: number): boolean {
  for (let i = block * DIGEST_BYTES; i < (block + 1) * DIGEST_BYTES; i++) if (a[i] !== b[i]) return false;
  return true;
}
