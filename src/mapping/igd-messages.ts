/** What an Internet gateway device of UPnP is asked, and what it says: its description, and actions over SOAP. */
import { utf8Text } from "../core/bytes.ts";
import { addressBytes } from "../core/endpoint.ts";
import type { GatewayRequest, GatewayResponse } from "./gateway-link.ts";
import { MAX_SERVICES } from "./mapping-config.ts";
import { type GatewayLocation, gatewayLocation } from "./ssdp.ts";
import { childText, elementsNamed, parseXml } from "./xml-elements.ts";

/** A service that maps ports, on the gateway. */
export interface IgdService {
  readonly type: string;
  readonly control: GatewayLocation;
}

/** Best first: the second version of WANIPConnection knows leases for certain; PPP is what dial-up lines have. */
const SERVICE_TYPES: readonly string[] = [
  "urn:schemas-upnp-org:service:WANIPConnection:2",
  "urn:schemas-upnp-org:service:WANIPConnection:1",
  "urn:schemas-upnp-org:service:WANPPPConnection:1",
];

export function encodeDescriptionRequest({ port, path }: GatewayLocation): GatewayRequest {
  return { port, path, headers: {} };
}

/** The services of a description that map ports, best first. What lies on another host than the gateway is left out. */
export function decodeDescription(
  response: GatewayResponse,
  location: GatewayLocation,
  gatewayHost: string,
): readonly IgdService[] {
  const document = response.status === 200 ? parseXml(utf8Text(response.body)) : undefined;
  if (document?.ok !== true) return [];
  const services = elementsNamed("service", document.value).flatMap((service) => {
    const type = childText("serviceType", service);
    const url = childText("controlURL", service);
    // Relative to the document, which in practice means to its root.
    const isAbsolute = /^http:/i.test(url) || url.startsWith("/");
    const control = gatewayLocation(isAbsolute ? url : `/${url}`, gatewayHost, location.port);
    return SERVICE_TYPES.includes(type) && control !== undefined ? [{ type, control }] : [];
  });
  return services
    .sort((a, b) => SERVICE_TYPES.indexOf(a.type) - SERVICE_TYPES.indexOf(b.type))
    .slice(0, MAX_SERVICES);
}

/** Arguments in the order in which the service declares them: some routers insist. */
export type ActionArguments = readonly (readonly [name: string, value: string | number])[];

export function encodeAction(service: IgdService, action: string, given: ActionArguments): GatewayRequest {
  const values = given.map(([name, value]) => `<${name}>${value}</${name}>`).join("");
  return {
    ...service.control,
    headers: { "Content-Type": 'text/xml; charset="utf-8"', SOAPAction: `"${service.type}#${action}"` },
    body:
      '<?xml version="1.0"?>\r\n<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" ' +
      's:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/">' +
      `<s:Body><u:${action} xmlns:u="${service.type}">${values}</u:${action}></s:Body></s:Envelope>\r\n`,
  };
}

/** Undefined when the action was done; else the number of the error, 0 where there is none in the answer. */
export function actionError(response: GatewayResponse): number | undefined {
  if (response.status === 200) return undefined;
  const document = parseXml(utf8Text(response.body));
  const [code] = document.ok ? elementsNamed("errorCode", document.value) : [];
  const number = Number(code?.text ?? "");
  return Number.isInteger(number) && number >= 0 && number <= MAX_ERROR_CODE ? number : 0;
}

/** Three digits, by the UPnP Device Architecture 3.2.2. */
const MAX_ERROR_CODE = 999;

/** What GetExternalIPAddress answered; undefined where that is no IPv4 address. */
export function decodeOutsideHost(response: GatewayResponse): string | undefined {
  const document = response.status === 200 ? parseXml(utf8Text(response.body)) : undefined;
  if (document?.ok !== true) return undefined;
  const [element] = elementsNamed("NewExternalIPAddress", document.value);
  const host = element?.text ?? "";
  return addressBytes(host)?.length === 4 ? host : undefined;
}

/** ConflictInMappingEntry: another machine has that outside port. */
export const PORT_IS_TAKEN = 718;
/** OnlyPermanentLeasesSupported. */
export const ONLY_PERMANENT = 725;

/** Of WANIPConnection:2, in words. */
export function actionErrorText(code: number): string {
  const words: Readonly<Record<number, string>> = {
    606: "it does not allow port mappings",
    [PORT_IS_TAKEN]: "the outside port is taken",
    724: "it maps to the same port only",
    728: "it has no room for another mapping",
    729: "the mapping is in the way of another",
  };
  return words[code] ?? (code === 0 ? "it refused without a reason" : `UPnP error ${code}`);
}
