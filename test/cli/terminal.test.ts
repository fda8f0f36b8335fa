/** Commands without a screen of their own, in a real terminal: what a person sees of them, and what stays behind. */
import { expect, test } from "vitest";
import { Screen } from "./screen.ts";
import { scratchFolder } from "./support.ts";

const PATIENT_MS = 60_000;
const HASH = "0123456789abcdef0123456789abcdef01234567";
const GET = ["get", HASH, "-o", "out", "--host", "127.0.0.1", "--port", "0", "--bootstrap", "none"];
/** Colours: foreground and background of every depth. */
const COLOUR = /\x1b\[(?:\d+;)*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])[;m]/;

test(
  "a transfer shows live lines, and takes them away when ctrl-c ends it",
  async () => {
    const screen = new Screen(GET, scratchFolder());
    await screen.shows(/0\.0 %[\s\S]*disk .* pieces/);
    screen.pty.write("\x03");
    expect(await screen.exited).toBe(130);
    // the emulator draws a moment after the program is gone
    await expect.poll(() => screen.text(), { timeout: PATIENT_MS }).toMatch(/goes on from it/);
    expect(screen.text()).not.toMatch(/disk .* pieces/);
  },
  PATIENT_MS,
);

test(
  "TERM=dumb gets log lines without any control sequence",
  async () => {
    const screen = new Screen(GET, scratchFolder(), { env: { TERM: "dumb" } });
    await screen.shows(/ why code=/);
    screen.pty.write("\x03");
    expect(await screen.exited).toBe(130);
    expect(screen.bytes).not.toContain("\x1b");
  },
  PATIENT_MS,
);

test(
  "NO_COLOR leaves the dashboard without colours",
  async () => {
    const args = ["--host", "127.0.0.1", "--port", "0", "--bootstrap", "none"];
    const plain = new Screen(args, scratchFolder(), { env: { NO_COLOR: "1" } });
    await plain.shows(/Nothing here yet/);
    plain.pty.kill("SIGTERM");
    await plain.exited;
    expect(plain.bytes).not.toMatch(COLOUR);
    const coloured = new Screen(args, scratchFolder(), { env: { COLORTERM: "truecolor" } });
    await coloured.shows(/Nothing here yet/);
    coloured.pty.kill("SIGTERM");
    await coloured.exited;
    expect(coloured.bytes).toMatch(COLOUR);
  },
  PATIENT_MS,
);
