/** Messages of routers: vectors by the layouts of RFC 6886 and RFC 6887, and whatever else may come. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { fromHex, toHex, utf8Bytes } from "../../src/core/bytes.ts";
import { actionError, decodeDescription, decodeOutsideHost } from "../../src/mapping/igd-messages.ts";
import { PortMapper } from "../../src/mapping/index.ts";
import { decodeNatPmp, encodeAddressRequest, encodeMapRequest } from "../../src/mapping/nat-pmp-codec.ts";
import { decodePcp, encodePcpMap } from "../../src/mapping/pcp-codec.ts";
import { decodeSearchAnswer, gatewayLocation } from "../../src/mapping/ssdp.ts";
import { parseXml } from "../../src/mapping/xml-elements.ts";
import { fewerFuzzRuns, fuzzRuns } from "../support/fuzz-runs.ts";
import { GATEWAY_HOST, newWorld, OWN_HOST, ScriptedGateway } from "./support/scripted-gateway.ts";

const bytesOf = (hex: string): Uint8Array => fromHex(hex.replaceAll(" ", "")) ?? new Uint8Array(0);

test("NAT-PMP asks in the layout of RFC 6886", () => {
  expect(toHex(encodeAddressRequest())).toBe("0000");
  const map = { transport: "tcp", port: 6881, outsidePort: 6882, lifetimeSeconds: 3_600 } as const;
  expect(toHex(encodeMapRequest(map))).toBe(toHex(bytesOf("00 02 0000 1ae1 1ae2 00000e10")));
  expect(encodeMapRequest({ ...map, transport: "udp" })[1]).toBe(1);
});

test("NAT-PMP's answers are read", () => {
  expect(decodeNatPmp(bytesOf("00 80 0000 00000009 cb007107"))).toEqual({
    ok: true,
    value: { kind: "address", result: 0, host: "203.0.113.7" },
  });
  expect(decodeNatPmp(bytesOf("00 82 0000 00000009 1ae1 1ae2 00000e10"))).toEqual({
    ok: true,
    value: {
      kind: "map",
      transport: "tcp",
      result: 0,
      port: 6881,
      outsidePort: 6882,
      lifetimeSeconds: 3_600,
    },
  });
  expect(decodeNatPmp(bytesOf("00 81 0002"))).toMatchObject({ ok: true, value: { kind: "map", result: 2 } });
  for (const cut of [
    "",
    "00",
    "00 82 0000 00000009 1ae1",
    "02 81 0000 00000000",
    "00 02 0000 1ae1 1ae2 00000e10",
  ])
    expect(decodeNatPmp(bytesOf(cut)).ok).toBe(false);
});

const NONCE = "0102030405060708090a0b0c";

test("PCP asks in the layout of RFC 6887, with our address as IPv4-mapped", () => {
  const request = {
    ownHost: OWN_HOST,
    nonce: bytesOf(NONCE),
    transport: "udp",
    port: 6881,
    outsidePort: 6881,
  } as const;
  expect(toHex(encodePcpMap({ ...request, lifetimeSeconds: 3_600 }))).toBe(
    toHex(
      bytesOf(
        "02 01 0000 00000e10 00000000000000000000ffffc0a80114" +
          `${NONCE} 11 000000 1ae1 1ae1 00000000000000000000ffff00000000`,
      ),
    ),
  );
});

test("over IPv6 PCP asks for an opening at our own address, towards any", () => {
  const request = {
    ownHost: "2a00:1450::20",
    nonce: bytesOf(NONCE),
    transport: "tcp",
    port: 6881,
    outsidePort: 6881,
    lifetimeSeconds: 3_600,
  } as const;
  expect(toHex(encodePcpMap(request))).toBe(
    toHex(
      bytesOf(
        "02 01 0000 00000e10 2a001450000000000000000000000020" +
          `${NONCE} 06 000000 1ae1 1ae1 00000000000000000000000000000000`,
      ),
    ),
  );
});

test("PCP's answers are read, and what a gateway of NAT-PMP says to PCP", () => {
  const answer = bytesOf(
    "02 81 00 00 00000258 00000009 000000000000000000000000" +
      `${NONCE} 06 000000 1ae1 1ae2 00000000000000000000ffffcb007107`,
  );
  expect(decodePcp(answer)).toEqual({
    ok: true,
    value: {
      kind: "map",
      result: 0,
      lifetimeSeconds: 600,
      nonce: bytesOf(NONCE),
      transport: "tcp",
      port: 6881,
      outsidePort: 6882,
      outsideHost: "203.0.113.7",
    },
  });
  expect(decodePcp(bytesOf("00 81 0001 00000009"))).toEqual({ ok: true, value: { kind: "unsupported" } });
  expect(decodePcp(answer.subarray(0, 59)).ok).toBe(false);
});

test("XML: elements, text, entities, CDATA and comments; no document types", () => {
  const document =
    '<?xml version="1.0"?><a:root x="1"><b>1 &amp; 2</b><!-- <c> --><d/><e><![CDATA[<raw>]]></e></a:root>';
  expect(parseXml(document)).toEqual({
    ok: true,
    value: {
      name: "root",
      text: "",
      children: [
        { name: "b", text: "1 & 2", children: [] },
        { name: "d", text: "", children: [] },
        { name: "e", text: "<raw>", children: [] },
      ],
    },
  });
  for (const bad of [
    "",
    "text",
    "<a>",
    "<a></b>",
    "<a",
    "</a>",
    "<!DOCTYPE a [<!ENTITY x 'y'>]><a/>",
    "<a><!-- </a>",
    "<a>".repeat(40) + "</a>".repeat(40),
    `<a>${"<b/>".repeat(5_000)}</a>`,
  ])
    expect(parseXml(bad).ok).toBe(false);
});

const pieces = fc.constantFrom(
  "<",
  ">",
  "</",
  "/>",
  "<a>",
  "</a>",
  "<!--",
  "-->",
  "<![CDATA[",
  "]]>",
  "<?",
  "?>",
  "&amp;",
  "&",
  "b",
  " ",
  '"',
);
const documents = fc.oneof(
  fc.string(),
  fc.array(pieces, { maxLength: 60 }).map((some) => some.join("")),
);

test("whatever a router's document is, reading it ends in elements or in a fault", () => {
  fc.assert(
    fc.property(documents, (document) => {
      const parsed = parseXml(document);
      if (parsed.ok) expect(parsed.value.name).not.toMatch(/[<>\s]/);
      const response = { status: 200, body: utf8Bytes(document) };
      decodeDescription(response, { port: 80, path: "/" }, GATEWAY_HOST);
      decodeOutsideHost(response);
      expect(actionError({ ...response, status: 500 })).toBeTypeOf("number");
    }),
    { numRuns: fuzzRuns() },
  );
});

const answers = fc.oneof(
  fc.uint8Array({ maxLength: 80 }),
  fc
    .tuple(fc.constantFrom(0, 2), fc.integer({ min: 0, max: 255 }), fc.uint8Array({ maxLength: 1_200 }))
    .map(([version, opcode, rest]) => Uint8Array.of(version, opcode, ...rest)),
);

test("whatever datagram comes as an answer, it is read or refused", () => {
  fc.assert(
    fc.property(answers, (bytes) => {
      decodeNatPmp(bytes);
      const pcp = decodePcp(bytes);
      if (pcp.ok && pcp.value.kind === "map") expect(pcp.value.nonce.length).toBe(12);
    }),
    { numRuns: fuzzRuns() },
  );
});

const urls = fc.oneof(
  fc.webUrl(),
  fc.string(),
  fc
    .tuple(
      fc.constantFrom("http://", "HTTP://", "https://", "//", ""),
      fc.constantFrom(GATEWAY_HOST, "192.0.2.1", "[::1]"),
      fc.string(),
    )
    .map((some) => some.join("")),
);

test("whatever a location says, what is asked for is a path on the gateway that fits into one line", () => {
  fc.assert(
    fc.property(urls, (url) => {
      const answer = utf8Bytes(`HTTP/1.1 200 OK\r\nLocation: ${url}\r\n\r\n`);
      for (const location of [
        gatewayLocation(url, GATEWAY_HOST, 80),
        decodeSearchAnswer(answer, GATEWAY_HOST),
      ]) {
        if (location === undefined) continue;
        expect(location.path).toMatch(/^\/[\x21-\x7e]*$/);
        expect(url.startsWith("/") || url.trim().toLowerCase().startsWith(`http://${GATEWAY_HOST}`)).toBe(
          true,
        );
      }
    }),
    { numRuns: fuzzRuns() },
  );
});

test("whatever comes while a mapping is asked for, the mapper goes on and ends", () => {
  const ports = fc.constantFrom(5351, 1900, 80);
  const script = fc.array(fc.tuple(answers, ports, fc.integer({ min: 0, max: 2_000 })), { maxLength: 20 });
  fc.assert(
    fc.property(script, (datagrams) => {
      const world = newWorld();
      const gateway = new ScriptedGateway(world, {});
      const { clock, random } = world;
      const mapper = new PortMapper({
        clock,
        random,
        link: gateway,
        port: 6881,
        transports: ["tcp", "udp"],
        onChange: () => undefined,
      });
      for (const [bytes, port, waitMs] of datagrams) {
        gateway.onDatagram(bytes, port);
        world.runFor(waitMs);
      }
      world.runFor(20_000);
      expect(mapper.view().state).not.toBe("searching");
      let isGone = false;
      mapper.close(() => {
        isGone = true;
      });
      world.runFor(2_000);
      expect(isGone).toBe(true);
    }),
    { numRuns: fewerFuzzRuns(20) },
  );
});
