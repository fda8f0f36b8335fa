/** Maps over NAT-PMP (RFC 6886): asks for the outside address once, and for each mapping. */
import type { Clock } from "../core/ports.ts";
import { Asking } from "./asking.ts";
import type { GatewayLink } from "./gateway-link.ts";
import { LIFETIME_SECONDS } from "./mapping-config.ts";
import type { MappingOutcome, MappingProtocol, MappingWish } from "./mapping-protocol.ts";
import {
  decodeNatPmp,
  encodeAddressRequest,
  encodeMapRequest,
  NAT_PMP_PORT,
  type NatPmpResponse,
  natPmpResultText,
  UNSUPPORTED_VERSION,
} from "./nat-pmp-codec.ts";

type MapResponse = Extract<NatPmpResponse, { readonly kind: "map" }>;

export class NatPmp implements MappingProtocol {
  readonly name = "nat-pmp";
  readonly #clock: Clock;
  readonly #link: GatewayLink;
  #outsideHost: string | undefined;
  #asking: Asking | undefined;
  #onResponse: ((response: NatPmpResponse) => void) | undefined;

  constructor(clock: Clock, link: GatewayLink) {
    this.#clock = clock;
    this.#link = link;
  }

  map(wish: MappingWish, onEnd: (outcome: MappingOutcome) => void): void {
    const { transport, port, outsidePort } = wish;
    const end = (outcome: MappingOutcome): void => {
      this.close();
      onEnd(outcome);
    };
    const request = encodeMapRequest({ transport, port, outsidePort, lifetimeSeconds: LIFETIME_SECONDS });
    // The address is asked along with each mapping: it changes, and its answer costs nothing to wait for.
    const ask = (): void => {
      this.#link.send(encodeAddressRequest(), NAT_PMP_PORT);
      this.#link.send(request, NAT_PMP_PORT);
    };
    this.#onResponse = (response) => {
      if (response.kind === "address") {
        if (response.result === 0) this.#outsideHost = response.host;
      } else if (response.transport === transport && (response.result !== 0 || response.port === port))
        end(this.#outcomeOf(response));
    };
    this.#asking = new Asking(this.#clock, ask, () => end({ kind: "silent" }));
  }

  unmap({ transport, port }: MappingWish, onEnd: () => void): void {
    this.close();
    const end = (): void => {
      this.close();
      onEnd();
    };
    const request = encodeMapRequest({ transport, port, outsidePort: 0, lifetimeSeconds: 0 });
    this.#onResponse = (response) => {
      if (response.kind === "map" && response.transport === transport) end();
    };
    this.#asking = new Asking(this.#clock, () => this.#link.send(request, NAT_PMP_PORT), end);
  }

  handleDatagram(payload: Uint8Array, port: number): void {
    if (port !== NAT_PMP_PORT || this.#onResponse === undefined) return;
    const response = decodeNatPmp(payload);
    if (response.ok) this.#onResponse(response.value);
  }

  close(): void {
    this.#asking?.stop();
    this.#onResponse = undefined;
  }

  #outcomeOf({ result, outsidePort, lifetimeSeconds }: MapResponse): MappingOutcome {
    if (result === UNSUPPORTED_VERSION) return { kind: "silent" };
    if (result !== 0) return { kind: "refused", detail: natPmpResultText(result) };
    if (outsidePort === 0 || lifetimeSeconds === 0) return { kind: "refused", detail: "it mapped nothing" };
    return { kind: "granted", grant: { outsidePort, outsideHost: this.#outsideHost, lifetimeSeconds } };
  }
}
