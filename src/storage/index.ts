/** The pure part of persistence: what is saved, when, and what is believed of it. Reading and writing is the platform's. */
export { decodeBans, encodeBans, type SavedBans } from "./ban-record.ts";
export { type CheckpointLimits, CheckpointPolicy } from "./checkpoint-policy.ts";
export type { FileStamp } from "./file-stamp.ts";
export {
  BANS_RECORD,
  DHT_STATE_RECORD,
  METADATA_PREFIX,
  metadataRecordName,
  RESUME_PREFIX,
  resumeRecordName,
  SESSION_LIST_RECORD,
  SETTINGS_RECORD,
  TOTALS_RECORD,
  torrentOfRecord,
} from "./record-names.ts";
export { encodeResumeData, type ResumeContent, type ResumeData } from "./resume-data.ts";
export { decodeResumeData } from "./resume-decoder.ts";
export { openRecord, sealRecord } from "./sealed-record.ts";
export { decodeSessionList, encodeSessionList } from "./session-list.ts";
export { MAX_RESUME_PEERS, MAX_TORRENTS } from "./storage-config.ts";
export { decodeTotals, encodeTotals, type SavedTotals } from "./totals-record.ts";
export {
  concludeVerification,
  planVerification,
  type VerifyPlan,
  type VerifyQuestion,
} from "./verify-plan.ts";
