/** A bootstrap node of a private network as a service: it is the same node after a restart, and tells how it does. */

import { createSocket } from "node:dgram";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PROGRAM, run, scratchFolder, start } from "../support.ts";

const PATIENT_MS = 60_000;

/** A port that nobody has at this moment. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    socket.bind(0, "127.0.0.1", () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
}

test(
  "two bootstrap nodes know each other, one has its id and contacts again after a restart, and figures are in a file",
  async () => {
    const home = scratchFolder();
    const ports = [await freePort(), await freePort()];
    const named = ports.flatMap((port) => ["--bootstrap", `127.0.0.1:${port}`]);
    await run(["network", "create", "lab", ...named], home);
    const serve = (port: number | undefined, ...more: string[]) =>
      start(["dht", "serve", "--network", "lab", "--host", "127.0.0.1", "--port", `${port}`, ...more], home);
    const one = serve(ports[0]);
    const two = serve(ports[1], "--metrics", join(home, "two.prom"));
    const first = await two.line(/^listening /);
    await Promise.all([one, two].map((node) => node.line(/joined \(IPv4\) with 1 contacts/)));
    two.kill("SIGTERM");
    await two.finished;
    one.kill("SIGTERM");
    await one.finished;
    const again = serve(ports[1]);
    expect(await again.line(/^listening /)).toBe(first);
    again.kill("SIGTERM");
    await again.finished;
    expect(readFileSync(join(home, "two.prom"), "utf8")).toContain(
      "# TYPE starling_dht_queries_total counter",
    );
  },
  PATIENT_MS,
);

test(
  "the unit serves with the options that were typed",
  async () => {
    const home = scratchFolder();
    await run(["network", "create", "lab"], home);
    const typed = ["dht", "serve", "--network", "lab", "--port", "7000", "--print-unit"];
    const { exit, stdout } = await run(typed, home);
    expect(exit).toBe(0);
    const words = [process.execPath, PROGRAM, ...typed.slice(0, -1)].map((word) => `"${word}"`);
    expect(stdout).toContain(`ExecStart=${words.join(" ")}\n`);
    expect(stdout).toContain("Description=Starling, a bootstrap node of a DHT");
  },
  PATIENT_MS,
);
