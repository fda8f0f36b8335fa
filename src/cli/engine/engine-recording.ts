/** A recording of the engine in a file: what the session writes, and what its viewers are told of it. */
import { createRecordingFile } from "../../platform/index.ts";
import type { SessionView } from "../../session/session-view.ts";
import type { RecordingOptions } from "../../wire/index.ts";
import type { Output } from "../output/output.ts";
import { bytesText } from "../output/quantity-text.ts";
import type { RecordingSettings } from "./engine-settings.ts";

export interface EngineRecording {
  readonly options: RecordingOptions;
  /** Resolves when the file is complete. */
  close(): Promise<void>;
}

/** Begins every line about a recording. */
export const RECORDING_LINE = "recording: ";

/** Rejects where the file cannot be made. `tell` gets lines for people. */
export async function openEngineRecording(
  { path, limitBytes }: RecordingSettings,
  tell: (line: string) => void,
): Promise<EngineRecording> {
  const file = await createRecordingFile(path, (code) =>
    tell(
      `${RECORDING_LINE}${path} could not be written (${code}); what was written until then can be replayed`,
    ),
  );
  return {
    options: {
      limitBytes,
      sink: {
        append: (bytes) => file.append(bytes),
        ended: (isFull) => {
          if (isFull)
            tell(`${RECORDING_LINE}${path} has reached its limit of ${bytesText(limitBytes)} and ends there`);
        },
      },
    },
    close: () => file.close(),
  };
}

/** Says on the way out what became of the recording, where that is not what was asked for. */
export function noteRecording(
  { view }: { readonly view: Pick<SessionView, "getSnapshot"> },
  output: Pick<Output, "note">,
): void {
  for (const { text } of view.getSnapshot().log) if (text.startsWith(RECORDING_LINE)) output.note(text);
}
