/** `HOST:PORT` arguments. Hosts may be names only where names are resolved later (`--bootstrap`). */
import { type Endpoint, parseEndpoint } from "../../core/endpoint.ts";
import { ClientError } from "../../core/errors.ts";

const NAME = /^(?!-)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*\.?$/;

export function parsePeerAddress(text: string): Endpoint {
  const address = parseEndpoint(text);
  if (address === undefined) {
    throw new ClientError("USAGE", `--peer: "${text}" is not an address`, {
      hint: "Write it like 192.0.2.7:6881 or [2001:db8::1]:6881.",
    });
  }
  return address;
}

/**
 * The values of `--bootstrap`: `undefined` when not given (defaults apply), an empty list for `none`, else
 * `host:port` texts whose host is numeric or a name.
 */
export function parseBootstrap(values: readonly string[]): readonly string[] | undefined {
  if (values.length === 0) return undefined;
  const texts = values.flatMap((value) => value.split(",")).map((value) => value.trim());
  if (texts.includes("none")) return [];
  for (const text of texts) if (!isHostAndPort(text)) throw notAnAddress(text);
  return texts;
}

function isHostAndPort(text: string): boolean {
  if (parseEndpoint(text) !== undefined) return true;
  const match = /^(.+):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  return (
    match !== null &&
    NAME.test(match[1] as string) &&
    !/^[0-9.]+$/.test(match[1] as string) &&
    port >= 1 &&
    port <= 65_535
  );
}

function notAnAddress(text: string): ClientError {
  return new ClientError("USAGE", `--bootstrap: "${text}" is not HOST:PORT`, {
    hint: "Write it like 127.0.0.1:7000 or router.example.org:6881, or none.",
  });
}
