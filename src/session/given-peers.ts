/** Peers that somebody names: read, and held against the address profile. */
import { type AddressProfile, mayContact } from "../core/address-profile.ts";
import { type Endpoint, parseEndpoint } from "../core/endpoint.ts";
import { ClientError } from "../core/errors.ts";

/** Throws `USAGE` for what is no address, or not one that the address profile lets us talk to. */
export function readPeers(texts: readonly string[], profile: AddressProfile): readonly Endpoint[] {
  return texts.map((text) => {
    const peer = parseEndpoint(text);
    if (peer === undefined) throw new ClientError("USAGE", `“${text}” is not the address of a peer.`);
    if (mayContact(profile, peer)) return peer;
    throw new ClientError("USAGE", `${text} is outside the address profile “${profile}”.`, {
      hint: "Choose another one with --profile-addresses.",
    });
  });
}
