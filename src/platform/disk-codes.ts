/** Error codes of the disk: as numbers between threads, as errno names to the engine, as sentences to people. */
import { ClientError, type ErrorCode } from "../core/errors.ts";

/** Errno names that cross the ring by their position; whatever else happens is EIO. */
const CODES: readonly string[] = [
  "EIO",
  "ENOSPC",
  "EDQUOT",
  "EFBIG",
  "EACCES",
  "EPERM",
  "EROFS",
  "ENOENT",
  "EISDIR",
  "ENOTDIR",
  "EEXIST",
  "ELOOP",
  "ENXIO",
  "EFTYPE",
  "ENAMETOOLONG",
  "EMFILE",
  "ENFILE",
  "ENOMEM",
  "ENODATA",
  "EBUSY",
  "ESTALE",
];

/** A failure that has no system call behind it: a symbolic link out of the folder, a file that is no file. */
export class DiskFault extends Error {
  readonly code: string;
  readonly path: string | undefined;

  constructor(code: string, path?: string) {
    super(path === undefined ? code : `${code}: ${path}`);
    this.name = "DiskFault";
    this.code = code;
    this.path = path;
  }
}

export function codeOf(error: unknown): string {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return code ?? "EIO";
}

export function pathOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).path : undefined;
}

export function isCode(error: unknown, ...codes: readonly string[]): boolean {
  return codes.includes(codeOf(error));
}

export function numberOfCode(code: string): number {
  return Math.max(0, CODES.indexOf(code));
}

export function codeOfNumber(number: number): string {
  return CODES[number] ?? "EIO";
}

interface Explanation {
  readonly code: ErrorCode;
  readonly sentence: (where: string) => string;
  readonly hint: string;
}

const FULL: Explanation = {
  code: "DISK_FULL",
  sentence: (where) => `The disk that holds ${where} is full.`,
  hint: "Free some space, or choose another folder with -o.",
};
const FORBIDDEN: Explanation = {
  code: "PATH_NOT_WRITABLE",
  sentence: (where) => `${where} may not be written.`,
  hint: "Choose another folder with -o, or change its permissions.",
};
const BLOCKED: Explanation = {
  code: "PATH_IN_THE_WAY",
  sentence: (where) => `Something else is in the way at ${where}.`,
  hint: "Move it aside, or choose another folder with -o.",
};
const ABSENT: Explanation = {
  code: "PATH_NOT_FOUND",
  sentence: (where) => `${where} does not exist.`,
  hint: "Check the path.",
};

const EXPLANATIONS: Readonly<Record<string, Explanation>> = {
  ENOSPC: FULL,
  EDQUOT: FULL,
  EACCES: FORBIDDEN,
  EPERM: FORBIDDEN,
  EROFS: FORBIDDEN,
  EISDIR: BLOCKED,
  ENOTDIR: BLOCKED,
  EEXIST: BLOCKED,
  ELOOP: BLOCKED,
  ENXIO: BLOCKED,
  EFTYPE: BLOCKED,
  ENOENT: ABSENT,
};

/** The failure of a disk operation on `where` as an error for people. */
export function diskError(cause: unknown, where: string): ClientError {
  if (cause instanceof ClientError) return cause;
  const code = codeOf(cause);
  const explanation = EXPLANATIONS[code];
  if (explanation === undefined) {
    return new ClientError("DISK_ERROR", `The disk failed at ${where} (${code}).`, {
      hint: "Check the disk and its file system.",
      cause,
    });
  }
  return new ClientError(explanation.code, explanation.sentence(where), { hint: explanation.hint, cause });
}
