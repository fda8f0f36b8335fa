/** Finds the description of the gateway: SSDP of the UPnP Device Architecture 1.1, section 1.3. */
import { latin1Text, utf8Bytes } from "../core/bytes.ts";
import { addressBytes, MAX_PORT } from "../core/endpoint.ts";

/** Where devices of the local network are asked, and a device alone. */
export const SSDP_PORT = 1900;
export const SSDP_GROUP_HOST = "239.255.255.250";

/** Answers are a dozen lines. */
const MAX_ANSWER_BYTES = 2_048;

/** Version 2 has to answer for version 1 as well, and some that are found do so for their own alone. */
const TARGETS: readonly string[] = [
  "urn:schemas-upnp-org:device:InternetGatewayDevice:1",
  "urn:schemas-upnp-org:device:InternetGatewayDevice:2",
];

/** A document on the gateway. */
export interface GatewayLocation {
  readonly port: number;
  readonly path: string;
}

/** A datagram for each kind of gateway. */
export function encodeSearches(): readonly Uint8Array[] {
  return TARGETS.map((target) =>
    utf8Bytes(
      [
        "M-SEARCH * HTTP/1.1",
        `HOST: ${SSDP_GROUP_HOST}:${SSDP_PORT}`,
        'MAN: "ssdp:discover"',
        "MX: 1",
        `ST: ${target}`,
        "",
        "",
      ].join("\r\n"),
    ),
  );
}

/** Where the description is, by an answer; undefined where it is no answer, or names another host than `gatewayHost`. */
export function decodeSearchAnswer(bytes: Uint8Array, gatewayHost: string): GatewayLocation | undefined {
  if (bytes.length > MAX_ANSWER_BYTES) return undefined;
  const [first = "", ...lines] = latin1Text(bytes).split("\r\n");
  if (!/^HTTP\/1\.[01] 200\b/.test(first)) return undefined;
  for (const line of lines) {
    const location = /^location:(.*)$/i.exec(line)?.[1];
    if (location !== undefined) return gatewayLocation(location.trim(), gatewayHost);
  }
  return undefined;
}

/** `url` where it is plain http on `gatewayHost`; a path alone is one on `port`. Anything else is undefined. */
export function gatewayLocation(
  url: string,
  gatewayHost: string,
  port?: number,
): GatewayLocation | undefined {
  if (url.startsWith("/")) return port === undefined ? undefined : checked(port, url);
  const match = /^http:\/\/([0-9.]+)(?::(\d{1,5}))?(\/.*)?$/i.exec(url);
  if (match === null || addressBytes(match[1] ?? "") === undefined || match[1] !== gatewayHost)
    return undefined;
  return checked(match[2] === undefined ? HTTP_PORT : Number(match[2]), match[3] ?? "/");
}

const HTTP_PORT = 80;
/** Paths are a few words; what is longer or holds anything that could end a line of HTTP is not sent. */
const PATH = /^\/[\x21-\x7e]{0,255}$/;

function checked(port: number, path: string): GatewayLocation | undefined {
  return port >= 1 && port <= MAX_PORT && PATH.test(path) ? { port, path } : undefined;
}
