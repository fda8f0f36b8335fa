/** Trouble in simulated swarms of whole clients, and the line that explains it. `docs/health.md` lists how. */
import type { SessionPlatform, TorrentDisk } from "../../../src/session/session-ports.ts";
import type { TorrentSnapshot } from "../../../src/session/session-view.ts";
import { type FilledTorrent, filledFile } from "../../support/filled-torrent.ts";
import {
  FOLDER,
  type Machine,
  placeContent,
  type SessionWorld,
  torrentFile,
} from "../support/session-world.ts";

export const PIECE = 32_768;
export const PIECES = 40;
/** Forty pieces: more than what peers grant for nothing to those whom they choke. */
export const FILE: FilledTorrent = filledFile("file.bin", PIECES * PIECE, PIECE);
export const FILE_ID: string = FILE.metainfo.id;

/** Most of these take a tenth of a second; a loaded machine may need a hundred times that. */
export const SLOW_MACHINE_MS = 60_000;

/** A host that no test world uses for anything. */
export const NOWHERE = "10.0.99.1";

/** The torrent as it is when its diagnosis becomes `code`; rejects with what it was instead. */
export async function untilCode(
  net: SessionWorld,
  machine: Machine,
  code: string,
  id: string = FILE_ID,
): Promise<TorrentSnapshot> {
  try {
    await net.until(() => machine.torrent(id).diagnosis.code === code);
  } catch {
    const { code: is, sentence, evidence } = machine.torrent(id).diagnosis;
    throw new Error(`not ${code} but ${is}: ${sentence} ${evidence.join(" ")}`);
  }
  return machine.torrent(id);
}

/** All sentences of a torrent from now on, by code: some are true for a moment only. */
export function sentencesOf(machine: Machine): Map<string, string> {
  const said = new Map<string, string>();
  machine.session.subscribe(() => {
    for (const { diagnosis } of machine.session.getSnapshot().torrents)
      said.set(diagnosis.code, diagnosis.sentence);
  });
  return said;
}

/** A machine that shares the pieces for which `has`, and fetches nothing. */
export async function openPartial(
  net: SessionWorld,
  host: string,
  has: (piece: number) => boolean,
  options: Parameters<SessionWorld["open"]>[1] = {},
): Promise<Machine> {
  const memory = net.newMemory();
  placeContent(memory, holed(FILE, has));
  const machine = await net.open(host, { ...options, memory });
  await net.settled(machine.session.commands.add(torrentFile(FILE), { seedOnly: true }));
  await net.until(
    () => machine.torrent(FILE_ID).phase !== "checking" && machine.torrent(FILE_ID).phase !== "resolving",
  );
  return machine;
}

/** The same torrent with zeros for the pieces that are not had. */
export function holed(torrent: FilledTorrent, has: (piece: number) => boolean): FilledTorrent {
  const content = torrent.content.slice();
  for (let piece = 0; piece * PIECE < content.length; piece++)
    if (!has(piece)) content.fill(0, piece * PIECE, (piece + 1) * PIECE);
  return { ...torrent, content, fileContent: () => content };
}

/** Turns bytes on a disk that was checked into others, as a disk does that goes bad. */
export function rot(machine: Machine, isRotten: (piece: number) => boolean = () => true): void {
  machine.memory.disk.place(`${FOLDER}/file.bin`, holed(FILE, (piece) => !isRotten(piece)).content);
}

/** A platform whose torrents' disks are changed. */
export function withDisk(changes: (disk: TorrentDisk) => Partial<TorrentDisk>) {
  return (platform: SessionPlatform): SessionPlatform => ({
    ...platform,
    disk: {
      freeBytes: (folder) => platform.disk.freeBytes(folder),
      moveTorrent: (...parameters) => platform.disk.moveTorrent(...parameters),
      openTorrent: async (metainfo, folder, events) => {
        const disk = await platform.disk.openTorrent(metainfo, folder, events);
        const changed: Partial<TorrentDisk> = changes(disk);
        return new Proxy(disk, {
          get: (target, name) => {
            const value: unknown = Reflect.get(name in changed ? changed : target, name);
            return typeof value === "function" && !(name in changed) ? value.bind(target) : value;
          },
        });
      },
    },
  });
}
