export {
  type GatewayLink,
  type GatewayRequest,
  type GatewayResponse,
  MAX_DOCUMENT_BYTES,
} from "./gateway-link.ts";
export type { MappedTransport, MappingProtocolName } from "./mapping-protocol.ts";
export { type MappingView, PortMapper } from "./port-mapper.ts";
export { SSDP_GROUP_HOST, SSDP_PORT } from "./ssdp.ts";
