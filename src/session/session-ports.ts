/**
 * What the session needs from the machine it runs on, declared by the consumer. `platform/` implements it on Node,
 * `sim/` in virtual time. The hot calls (`TorrentDisk` segments and blocks, datagrams, streams) are callbacks;
 * everything that happens a few times an hour is a promise. Failures are `ClientError`s.
 */
import type { Endpoint } from "../core/endpoint.ts";
import type {
  Clock,
  DatagramSocket,
  GroupSocket,
  Random,
  StreamDialer,
  StreamListener,
} from "../core/ports.ts";
import type { BlockSlot, SlabPool } from "../core/slab.ts";
import type { VerifySignature } from "../dht/index.ts";
import type { GatewayLink } from "../mapping/index.ts";
import type { SealingCrypto } from "../sealing/index.ts";
import type { FileStamp } from "../storage/index.ts";
import type { Bitfield } from "../torrent/bitfield.ts";
import type { Metainfo } from "../torrent/metainfo.ts";
import type { PieceVerdict } from "../torrent/piece-verdict.ts";
import type { SwarmStorage } from "../wire/index.ts";
import type { ChannelPort } from "./channel/channel-port.ts";

export type { ChannelPort, FileStamp };

export interface SessionPlatform {
  readonly clock: Clock;
  readonly random: Random;
  /** Ed25519, for the mutable items that others store here (BEP 44). Without it they are refused. */
  readonly verifySignature?: VerifySignature;
  /** What sealed networks are made of. Without it there are none. */
  readonly sealingCrypto?: SealingCrypto;
  /** Connections to peers that the machine has room for; undefined = as many as the session wants. */
  readonly maxConnections?: number | undefined;
  /** Wall-clock time, for what is shown and stored; never for timeouts. */
  unixMs(): number;
  readonly network: SessionNetwork;
  readonly disk: SessionDisk;
  readonly state: StateStore;
  readonly slabs: SlabPool;
  readonly userFolders: UserFolders;
  readonly programs: ProgramRunner;
}

/** Folders of the user that torrents are taken from. Rejections are `ClientError`s. */
export interface UserFolders {
  /** The regular files in the folder itself, in no order; at most 1,000. */
  list(folder: string): Promise<readonly FolderEntry[]>;
  /** A whole regular file of at most `maxBytes`. Links are not followed. */
  read(folder: string, name: string, maxBytes: number): Promise<Uint8Array>;
  rename(folder: string, name: string, newName: string): Promise<void>;
}

export interface FolderEntry extends FileStamp {
  readonly name: string;
}

export interface ProgramRunner {
  /**
   * Runs a program with its arguments, and the path of `call` as the last one; no shell ever sees them. Resolves
   * with its exit code, 128 after a signal; rejects when it cannot be run.
   */
  run(program: readonly string[], call: ProgramCall): Promise<number>;
}

export interface ProgramCall {
  /** Where it runs. */
  readonly folder: string;
  /** Below `folder`. */
  readonly path: string;
  /** Added to the environment. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface SessionNetwork {
  /**
   * Binds UDP and TCP to the same port of `host` (port 0: any port that is free for both). Rejects with
   * `PORT_IN_USE` or `ADDRESS_UNAVAILABLE`. Without `host` both families are tried; a failed IPv6 bind is a warning.
   */
  open(options: {
    readonly host?: string;
    /** Name or address of the one interface to use, instead of `host`: when it is gone nothing leaves. */
    readonly interface?: string;
    readonly port: number;
  }): Promise<OpenNetwork>;
  /** All A and AAAA addresses of `host`, numeric text returned as it is; empty when there are none. Never rejects. */
  resolve(host: string, port: number): Promise<readonly Endpoint[]>;
  /**
   * The addresses of this machine that others may reach it at, in a fixed order; none while it has no network. Those
   * of the loopback count only where nothing beyond it is wanted.
   */
  ownHosts(): readonly string[];
  /**
   * Joins a multicast group on every local network, or on that of `host` alone. Answers a socket for each; none where
   * multicast does not work. Never rejects.
   */
  joinGroup(group: Endpoint, host?: string): Promise<readonly GroupSocket[]>;
}

export interface OpenNetwork {
  readonly port: number;
  /** Whether datagrams and connections to this numeric host reach us, as far as this machine can tell. */
  isOwnHost(host: string): boolean;
  readonly udp4: DatagramSocket | undefined;
  readonly udp6: DatagramSocket | undefined;
  readonly dialer: StreamDialer;
  readonly listeners: readonly StreamListener[];
  readonly warnings: readonly string[];
  /**
   * The way to the default gateway of the network that this one is bound in; undefined where there is none, where our own
   * address is one of the Internet, and where it may not be talked to. Never rejects.
   */
  openGateway(): Promise<GatewayLink | undefined>;
  /**
   * The same over IPv6, where no address is translated and a router may yet let nobody in: a link for each of our addresses of
   * the Internet on the default gateway's network, bound to it. Never rejects.
   */
  openIpv6Gateways(): Promise<readonly GatewayLink[]>;
  /** Ends the TCP connections that began at an address which this machine no longer has: nobody else would, for a minute. */
  endStrandedStreams(): void;
  /** Where it keeps to one interface. */
  readonly interfaceName?: string;
  /** Set by the session: that interface went, or came back. */
  onInterfaceChange?: (isThere: boolean) => void;
  close(): Promise<void>;
}

export interface SessionDisk {
  /** Opens the storage of one torrent below `folder`. Creates nothing before the first write. */
  openTorrent(
    metainfo: Metainfo,
    folder: string,
    events: TorrentDiskEvents,
    options?: OpenTorrentOptions,
  ): Promise<TorrentDisk>;
  /**
   * Moves what there is of a torrent that is not open. Rejects, with everything moved back as far as the disk lets it,
   * with PATH_IN_THE_WAY, PATH_NOT_WRITABLE, DISK_FULL or another error. Each file is whole in one of the folders at
   * any moment, and moving again goes on with what is left.
   */
  moveTorrent(
    metainfo: Metainfo,
    folders: { readonly from: string; readonly to: string },
    options: MoveOptions,
  ): Promise<void>;
  /** Free bytes of the file system that holds `folder` or its nearest existing parent; null when unknown. */
  freeBytes(folder: string): Promise<number | null>;
}

export interface OpenTorrentOptions {
  /** New files are `NAME.part` until `finishFiles` names them. Files that are found are taken under either name. */
  readonly usesPartNames?: boolean;
}

export interface MoveOptions {
  /** Stops within a moment; what was moved stays moved. */
  readonly signal?: AbortSignal;
  /** 0 to 1. */
  readonly onProgress?: (movedRatio: number) => void;
}

export interface TorrentDiskEvents {
  pieceChecked(pieceIndex: number, verdict: PieceVerdict): void;
  /** `slot.buffer` has PIECE_HEADER_BYTES of room, then the block. `undefined`: the disk failed with `code`. */
  blockRead(token: number, slot: BlockSlot | undefined, code?: string): void;
}

/** The storage that the torrent's swarm asks, and what happens to it a few times an hour. */
export interface TorrentDisk extends SwarmStorage {
  /** A run of the content, whatever piece it is in. Rejects where it is not there to be read. */
  read(offsetBytes: number, lengthBytes: number): Promise<Uint8Array>;
  /** Which files are wanted: data of unwanted ones goes to a part file instead of a full-size file. */
  setWanted(wantedFiles: readonly boolean[]): void;
  /** Hashes the given pieces from disk and answers which are right. Absent files cost nothing. */
  check(
    pieces: Bitfield,
    options: { readonly signal?: AbortSignal; readonly onProgress?: (checkedPieces: number) => void },
  ): Promise<Bitfield>;
  /** Stamps of the files in the order of the metainfo; null for absent ones and padding. */
  stamps(): Promise<readonly (FileStamp | null)[]>;
  /** Rejects with PATH_NOT_WRITABLE, PATH_IN_THE_WAY or DISK_FULL when the torrent could not be written here. */
  prepare(wantedMissingBytes: number): Promise<void>;
  /** Creates wanted files of length zero, which no piece ever writes. */
  createEmptyFiles(): Promise<void>;
  /** These files are complete: those that have an unfinished name get their own. */
  finishFiles(files: readonly number[]): Promise<void>;
  /** Makes everything stored so far durable (fdatasync of the files touched). */
  sync(): Promise<void>;
  /** Deletes what the torrent listed and we created; removes folders that became empty. */
  deleteData(): Promise<void>;
  close(): Promise<void>;
}

/** Small named records (resume data, DHT table, session list), each replaced atomically, one former generation kept. */
export interface StateStore {
  /**
   * The newest generation that can be read and that `isIntact` accepts; undefined when there is none. A store that
   * keeps one generation may leave the question to the caller. Never rejects because of content; rejects when there is
   * something and none of it can be read.
   */
  load(name: string, isIntact?: (bytes: Uint8Array) => boolean): Promise<Uint8Array | undefined>;
  /** Durable when it resolves: temporary file, fsync, rename, fsync of the folder. */
  save(name: string, bytes: Uint8Array): Promise<void>;
  remove(name: string): Promise<void>;
  /** Names of all records that begin with `prefix`. */
  list(prefix: string): Promise<readonly string[]>;
}
