/** A network as the `network` commands print it. */
import type { Output } from "../output/output.ts";
import { encodeJoinString } from "./join-string.ts";
import type { NetworkDefinition } from "./network-definition.ts";
import { isOutputReadableForOthers } from "./readable-key.ts";

/** The join string alone on stdout, so that it can be sent to a file or a program as it is. */
export function printJoinString(network: NetworkDefinition, output: Output): void {
  const joinString = encodeJoinString(network);
  output.result(joinString);
  output.json({ ok: true, ...networkFields(network), joinString });
  if (network.mode === "sealed" && isOutputReadableForOthers())
    output.note("warning: others can read the file that the key went to; chmod 600 it");
}

export function networkFields({ name, idHex, mode, bootstrap }: NetworkDefinition): object {
  return { name, id: idHex, mode, bootstrap };
}

export function bootstrapText({ bootstrap }: NetworkDefinition): string {
  return bootstrap.length === 0 ? "none" : bootstrap.join(", ");
}
