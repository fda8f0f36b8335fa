/** Maps over PCP (RFC 6887). Each mapping has a nonce, by which nobody else can change it. */
import { equalBytes } from "../core/bytes.ts";
import type { Clock, Random } from "../core/ports.ts";
import { Asking } from "./asking.ts";
import type { GatewayLink } from "./gateway-link.ts";
import { LIFETIME_SECONDS } from "./mapping-config.ts";
import type { MappedTransport, MappingOutcome, MappingProtocol, MappingWish } from "./mapping-protocol.ts";
import { NAT_PMP_PORT } from "./nat-pmp-codec.ts";
import { decodePcp, encodePcpMap, NONCE_BYTES, type PcpResponse, pcpResultText } from "./pcp-codec.ts";

type MapResponse = Extract<PcpResponse, { readonly kind: "map" }>;

export class Pcp implements MappingProtocol {
  readonly name = "pcp";
  readonly #clock: Clock;
  readonly #link: GatewayLink;
  readonly #nonces: Readonly<Record<MappedTransport, Uint8Array>>;
  #asking: Asking | undefined;
  #onResponse: ((response: PcpResponse) => void) | undefined;

  constructor(clock: Clock, random: Random, link: GatewayLink) {
    this.#clock = clock;
    this.#link = link;
    this.#nonces = { tcp: random.bytes(NONCE_BYTES), udp: random.bytes(NONCE_BYTES) };
  }

  map(wish: MappingWish, onEnd: (outcome: MappingOutcome) => void): void {
    this.#ask(wish, LIFETIME_SECONDS, onEnd);
  }

  unmap(wish: MappingWish, onEnd: () => void): void {
    this.#ask({ ...wish, outsidePort: 0 }, 0, () => onEnd());
  }

  handleDatagram(payload: Uint8Array, port: number): void {
    if (port !== NAT_PMP_PORT || this.#onResponse === undefined) return;
    const response = decodePcp(payload);
    if (response.ok) this.#onResponse(response.value);
  }

  close(): void {
    this.#asking?.stop();
    this.#onResponse = undefined;
  }

  #ask(wish: MappingWish, lifetimeSeconds: number, onEnd: (outcome: MappingOutcome) => void): void {
    this.close();
    const nonce = this.#nonces[wish.transport];
    const request = encodePcpMap({ ...wish, ownHost: this.#link.ownHost, nonce, lifetimeSeconds });
    const end = (outcome: MappingOutcome): void => {
      this.close();
      onEnd(outcome);
    };
    this.#onResponse = (response) => {
      if (response.kind === "unsupported") end({ kind: "silent" });
      else if (this.#answers(response, wish, nonce)) end(outcomeOf(response));
    };
    this.#asking = new Asking(
      this.#clock,
      () => this.#link.send(request, NAT_PMP_PORT),
      () => end({ kind: "silent" }),
    );
  }

  /** 11.4: the nonce, the protocol and the port are those of the question. */
  #answers(response: MapResponse, wish: MappingWish, nonce: Uint8Array): boolean {
    const { transport, port } = response;
    return transport === wish.transport && port === wish.port && equalBytes(response.nonce, nonce);
  }
}

function outcomeOf({ result, outsidePort, outsideHost, lifetimeSeconds }: MapResponse): MappingOutcome {
  if (result !== 0) return { kind: "refused", detail: pcpResultText(result) };
  if (outsidePort === 0 || lifetimeSeconds === 0) return { kind: "refused", detail: "it mapped nothing" };
  return { kind: "granted", grant: { outsidePort, outsideHost, lifetimeSeconds } };
}
