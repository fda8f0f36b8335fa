/**
 * Which address profile a session runs in when the user named none (decision 12): `loopback` where everything that
 * was named is loopback, `lan` where it is at most private, else `public`. Nothing named and no public router to be
 * asked means that peers come from nearby or by themselves: `lan`.
 */
import { type AddressProfile, type AddressScope, addressScope } from "../core/address-profile.ts";
import type { Endpoint } from "../core/endpoint.ts";
import type { HostPort } from "./host-port.ts";

export interface AddressHints {
  readonly host: string | undefined;
  readonly bootstrap: readonly HostPort[];
  readonly usesDefaultBootstrap: boolean;
  readonly expectedPeers: readonly HostPort[];
}

/** Names are resolved; one that does not resolve counts as public. Rejects never, if `resolve` does not. */
export async function chooseAddressProfile(
  hints: AddressHints,
  resolve: (host: string, port: number) => Promise<readonly Endpoint[]>,
): Promise<AddressProfile> {
  if (hints.usesDefaultBootstrap) return profileOfScopes(["public"]);
  const named = [...hints.bootstrap, ...hints.expectedPeers];
  const resolved = await Promise.all(named.map(({ host, port }) => resolve(host, port)));
  const scopes = resolved.flatMap((addresses): readonly AddressScope[] =>
    addresses.length === 0 ? ["public"] : addresses.map((address) => addressScope(address.host)),
  );
  return profileOfScopes([...scopes, ...scopeOfBinding(hints.host)]);
}

/** A wildcard or absent binding says nothing about where the others are. */
function scopeOfBinding(host: string | undefined): readonly AddressScope[] {
  return host === undefined || host === "0.0.0.0" || host === "::" ? [] : [addressScope(host)];
}

function profileOfScopes(scopes: readonly AddressScope[]): AddressProfile {
  if (scopes.length === 0) return "lan";
  if (scopes.every((scope) => scope === "loopback")) return "loopback";
  return scopes.every((scope) => scope === "loopback" || scope === "private") ? "lan" : "public";
}
