/** Asks on the terminal for a line that is not shown, such as a key. */
import { ClientError } from "../../core/errors.ts";

const CTRL_C = "\x03";
const CTRL_D = "\x04";
const CTRL_U = "\x15";
const BACKSPACES: readonly string[] = ["\b", "\x7f"];
/** What is pasted by mistake is not kept without end. */
const MAX_CHARACTERS = 65_536;

/**
 * The line without its end. Not by the terminal's own line editing, which takes 4,096 characters at most and may echo. Rejects
 * with USAGE when the user calls it off (ctrl-c, or ctrl-d on an empty line).
 */
export async function askSecretly(question: string): Promise<string> {
  const { stdin, stderr } = process;
  // Before the question: who answers at once is not shown either.
  stdin.setRawMode(true);
  stdin.setEncoding("utf8");
  stderr.write(question);
  try {
    return await readLine(stdin);
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write("\n");
  }
}

function readLine(stdin: NodeJS.ReadStream): Promise<string> {
  return new Promise((resolve, reject) => {
    let line = "";
    const end = (settle: () => void): void => {
      stdin.off("data", take);
      settle();
    };
    const callOff = (): void => end(() => reject(new ClientError("USAGE", "Nothing was entered")));
    const take = (text: string): void => {
      for (const character of text) {
        if (character === "\r" || character === "\n") {
          end(() => resolve(line));
          return;
        }
        if (character === CTRL_C || (character === CTRL_D && line === "")) {
          callOff();
          return;
        }
        if (character === CTRL_U) line = "";
        else if (BACKSPACES.includes(character)) line = line.slice(0, -1);
        else if (line.length < MAX_CHARACTERS) line += character;
      }
    };
    stdin.on("data", take);
    stdin.once("end", callOff);
  });
}
