/** What viewers can ask of the session: each command with what follows from it. */
import type { AddressProfile } from "../core/address-profile.ts";
import { ClientError } from "../core/errors.ts";
import { readPeers } from "./given-peers.ts";
import type { TurnGiver } from "./queue/turn-giver.ts";
import type { SessionCommands, SessionSettings, TorrentSettings } from "./session-view.ts";
import type { SettingsKeeper } from "./settings/settings-keeper.ts";
import type { SnapshotStore } from "./snapshot/snapshot-store.ts";
import type { TorrentAdmission } from "./torrent-admission.ts";
import type { TorrentList } from "./torrent-list.ts";

/** The parts of a session that commands act on. */
export interface CommandTargets {
  readonly addressProfile: AddressProfile;
  readonly list: TorrentList;
  readonly admission: TorrentAdmission;
  readonly queue: TurnGiver;
  readonly settings: SettingsKeeper;
  readonly store: SnapshotStore;
  readonly close: () => Promise<void>;
}

/** `/films`, `C:\\films`, `\\\\server\\films`. */
const IS_WHOLE_PATH = /^([/\\]|[A-Za-z]:[/\\])/;

/** One viewer's commands; `watchDetails` is the only one that is about the viewer. */
export function sessionCommands(
  targets: CommandTargets,
  watchDetails: (ids: readonly string[]) => void,
): SessionCommands {
  const { addressProfile, list, admission, close } = targets;
  return {
    add: (source, options) => admission.add(source, options),
    pause: async (id) => {
      const { torrent } = list.find(id);
      torrent.pause();
      await torrent.save();
    },
    resume: async (id) => {
      const { torrent } = list.find(id);
      torrent.resume();
      await torrent.save();
      // A torrent of which only the metadata was wanted is remembered from now on.
      await list.save();
    },
    remove: (id, options) => admission.remove(id, options),
    restore: (id) => admission.takeBack(id),
    verify: async (id) => list.find(id).torrent.verify(),
    reannounce: async (id) => list.find(id).torrent.sources.lookNow(),
    addPeers: async (id, addresses) => {
      const peers = readPeers(addresses, addressProfile);
      list.find(id).torrent.sources.add(peers, "manual");
    },
    setFilePriorities: async (id, priorities) => {
      const { torrent } = list.find(id);
      torrent.setFilePriorities(priorities);
      await torrent.save();
    },
    setTorrent: (id, settings) => setTorrent(targets, id, settings),
    moveData: (id, folder) => moveData(targets, id, folder),
    configure: (changes) => configure(targets, changes),
    exportTorrent: async (id) => list.find(id).torrent.exportTorrent(),
    watchDetails: async (ids) => watchDetails(ids),
    shutdown: () => close(),
  };
}

async function setTorrent(targets: CommandTargets, id: string, settings: TorrentSettings): Promise<void> {
  const { list, queue, store } = targets;
  const { torrent } = list.find(id);
  torrent.setChoices(settings);
  store.touch();
  await torrent.save();
  if (settings.queuePosition === undefined) return;
  list.moveTo(torrent.id, settings.queuePosition);
  queue.give();
  await list.save();
}

async function moveData({ list }: CommandTargets, id: string, folder: string): Promise<void> {
  if (!IS_WHOLE_PATH.test(folder) || folder.includes("\0"))
    throw new ClientError("USAGE", "This is not the whole path of a folder.", {
      hint: "Begin at the root, as in /mnt/films: a viewer and the engine may run in different folders.",
    });
  await list.find(id).torrent.moveData(folder);
}

async function configure(targets: CommandTargets, changes: Partial<SessionSettings>): Promise<void> {
  const { list, queue, settings, store } = targets;
  settings.change(changes);
  queue.give();
  for (const { torrent, report } of list.all) {
    torrent.reviewGoal();
    report.touch();
  }
  store.touch();
  await settings.save();
}
