// The child's half of the JSON-line protocol: requests on standard input, replies on standard output; the process
// ends with its input, so that no peer outlives the test that started it.
import { createInterface } from "node:readline";

export function serveCommands(commands) {
  const lines = createInterface({ input: process.stdin });
  lines.on("close", () => process.exit(0));
  lines.on("line", (line) => {
    const request = JSON.parse(line);
    const answer = (reply) => process.stdout.write(`${JSON.stringify({ id: request.id, ...reply })}\n`);
    Promise.resolve()
      .then(() => commands[request.command](request))
      .then(
        (result) => answer({ ok: true, result: result ?? null }),
        (error) => answer({ ok: false, error: String(error?.stack ?? error) }),
      );
  });
}
