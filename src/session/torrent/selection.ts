/** Which files of a torrent are wanted, from what the user, the magnet link or an earlier session chose. */
import { ClientError } from "../../core/errors.ts";
import {
  parseFileSelection,
  priorityOfFiles,
  selectFiles,
  selectOnly,
} from "../../torrent/file-selection.ts";
import type { Metainfo } from "../../torrent/metainfo.ts";

/** The choice, latest first; all files when nobody chose. */
export interface SelectionChoices {
  /** `--select` (1-based numbers, globs). */
  readonly select: string | undefined;
  /** Of an earlier session: 0 to 7 a file. */
  readonly saved: Uint8Array | undefined;
  /** `so=` of the magnet link (0-based). */
  readonly selectOnly: string | undefined;
}

/** Throws `USAGE` when `text` is no selection; whether it fits the files is seen once these are known. */
export function assertSelection(text: string): void {
  const selection = parseFileSelection(text);
  if (!selection.ok) throw selectionError(selection.fault.message);
}

/** Priority of each file, 0 to 7. Throws `USAGE` when `select` names files that the torrent does not have. */
export function filePrioritiesOf(metainfo: Metainfo, choices: SelectionChoices): Uint8Array {
  const { files } = metainfo;
  if (choices.select !== undefined) {
    const selection = parseFileSelection(choices.select);
    if (!selection.ok) throw selectionError(selection.fault.message);
    const selected = selectFiles(selection.value, files);
    if (!selected.ok) throw selectionError(selected.fault.message);
    return priorityOfFiles(selected.value);
  }
  if (choices.saved?.length === files.length) return choices.saved.slice();
  if (choices.selectOnly !== undefined) return priorityOfFiles(selectOnly(choices.selectOnly, files));
  return priorityOfFiles(files.map((file) => !file.isPadding));
}

function selectionError(what: string): ClientError {
  const sentence = what.charAt(0).toUpperCase() + what.slice(1);
  return new ClientError("USAGE", `${sentence}.`, {
    hint: "List the files with --list; select numbers, ranges or patterns, such as 1,3-5,'*.flac'.",
  });
}
