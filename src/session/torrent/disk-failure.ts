/** What a failed disk call means for the user: errno names become sentences with something to do. */
import { ClientError } from "../../core/errors.ts";

/** The `ClientError` of errno name `code`, met while reading or writing in `folder`. */
export function diskFailure(code: string, folder: string): ClientError {
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
      return new ClientError("DISK_FULL", `The disk that holds ${folder} is full.`, {
        hint: "It resumes by itself when there is space.",
      });
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return new ClientError("PATH_NOT_WRITABLE", `Cannot write in ${folder}: ${reasonOf(code)}.`, {
        hint: "Make the folder writable, then resume.",
      });
    case "ENOENT":
    case "ENODATA":
    case "ENOTDIR":
    case "ELOOP":
      return new ClientError("PATH_NOT_FOUND", `Data in ${folder} is gone: ${reasonOf(code)}.`, {
        hint: "Is the disk mounted, were files moved? Bring them back and resume; what is missing is fetched again.",
      });
    case "EISDIR":
    case "EEXIST":
      return new ClientError(
        "PATH_IN_THE_WAY",
        `Something in ${folder} stands where a file of the torrent belongs.`,
        {
          hint: "Move it away, or choose another folder, then resume.",
        },
      );
    default:
      return new ClientError("DISK_ERROR", `The disk failed in ${folder} (${code}).`, {
        hint: "Check the disk; resume tries again.",
      });
  }
}

function reasonOf(code: string): string {
  const reasons: Readonly<Record<string, string>> = {
    EACCES: "permission denied",
    EPERM: "operation not permitted",
    EROFS: "the file system is read-only",
    ENOENT: "no such file or folder",
    ENODATA: "a file is shorter than it was",
    ENOTDIR: "a part of the path is not a folder",
    ELOOP: "a symbolic link stands in the way",
  };
  return reasons[code] ?? code;
}
