/**
 * Operational failures that a user can do something about: a stable code, one sentence that says what is wrong,
 * and one that says what to do. Faults of remote parties are data (`decoded.ts`); misuse by our own code throws
 * plain errors.
 */
export type ErrorCode =
  | "USAGE"
  | "MAGNET_INVALID"
  | "TORRENT_INVALID"
  | "TORRENT_PRIVATE"
  | "TORRENT_V2_ONLY"
  | "PATH_NOT_FOUND"
  | "PATH_NOT_WRITABLE"
  | "PATH_IN_THE_WAY"
  | "DISK_FULL"
  | "DISK_ERROR"
  | "PORT_IN_USE"
  | "ADDRESS_UNAVAILABLE"
  | "EGRESS_REFUSED"
  | "DHT_UNREACHABLE"
  | "NO_PEERS"
  | "STALLED"
  | "INCOMPLETE"
  | "TIMEOUT"
  | "STATE_LOCKED"
  | "NOT_FOUND"
  | "NOT_RUNNING"
  | "SESSION_CLOSED"
  | "INTERNAL";

export interface ClientErrorOptions {
  /** What the user can do about it: one sentence, shown after `hint:`. */
  readonly hint?: string;
  readonly cause?: unknown;
}

export class ClientError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  /** `message` is one sentence for the user, free of control characters that a remote party chose. */
  constructor(code: ErrorCode, message: string, options: ClientErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "ClientError";
    this.code = code;
    this.hint = options.hint;
  }
}

/** The error as a `ClientError`; what is not one already becomes `INTERNAL` with the original as its cause. */
export function toClientError(error: unknown): ClientError {
  if (error instanceof ClientError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ClientError("INTERNAL", message, { cause: error });
}
