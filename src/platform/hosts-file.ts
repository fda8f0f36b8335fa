/** Names that this machine defines itself (hosts(5)). They win over name servers, as in every system's resolver. */
import { promises as fs } from "node:fs";
import { join } from "node:path";
import { addressBytes } from "../core/endpoint.ts";

/** Files that define more than this are block lists; reading on would cost more than asking. */
const MAX_HOSTS_BYTES = 8 * 1024 * 1024;

function hostsPath(): string {
  if (process.platform !== "win32") return "/etc/hosts";
  return join(process.env["SystemRoot"] ?? "C:\\Windows", "System32", "drivers", "etc", "hosts");
}

/** Addresses that the hosts file gives `host`; empty when it is not named there. Never rejects. */
export async function lookInHostsFile(host: string, path: string = hostsPath()): Promise<readonly string[]> {
  try {
    if ((await fs.stat(path)).size > MAX_HOSTS_BYTES) return [];
    return addressesOf(host, await fs.readFile(path, "utf8"));
  } catch {
    return [];
  }
}

function addressesOf(host: string, text: string): readonly string[] {
  const wanted = host.toLowerCase().replace(/\.$/, "");
  return text
    .split("\n")
    .map((line) => line.replace(/#.*/, "").trim().split(/\s+/))
    .filter(([address, ...names]) => {
      const isNamed = names.some((name) => name.toLowerCase() === wanted);
      return isNamed && address !== undefined && addressBytes(address) !== undefined;
    })
    .map(([address]) => address as string);
}
