/** `HOST:PORT` where the host may be a name: what users write for bootstrap nodes and peers. */

/** Longest host name of the DNS (RFC 1035, 2.3.4). */
const MAX_HOST_CHARACTERS = 253;

export interface HostPort {
  /** A name, or a numeric address without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Reads `name:6881`, `1.2.3.4:6881` or `[2001:db8::1]:6881`; undefined for anything else. */
export function parseHostPort(text: string): HostPort | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9_.-]+)):(\d{1,5})$/.exec(text.trim());
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || host.length > MAX_HOST_CHARACTERS || !(port >= 1 && port <= 65_535))
    return undefined;
  return { host, port };
}

export function formatHostPort({ host, port }: HostPort): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
