import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeBencode } from "../../../src/core/bencode.ts";
import { utf8Bytes, utf8Text } from "../../../src/core/bytes.ts";
import {
  decodeExtensionHandshake,
  type ExtensionHandshake,
  encodeExtensionHandshake,
} from "../../../src/wire/protocol/extension-handshake.ts";
import { misusedDictionaries } from "../../support/bencode-arbitraries.ts";
import { fuzzRuns } from "../../support/fuzz-runs.ts";

const NOTHING: ExtensionHandshake = {
  utMetadataId: undefined,
  utPexId: undefined,
  dontHaveId: undefined,
  holepunchId: undefined,
  clientName: undefined,
  listenPort: undefined,
  requestQueue: undefined,
  metadataBytes: undefined,
  isUploadOnly: undefined,
  ourHost: undefined,
  ipv4Host: undefined,
  ipv6Host: undefined,
};

function decode(text: string): ExtensionHandshake {
  const result = decodeExtensionHandshake(utf8Bytes(text));
  if (!result.ok) throw new Error(result.fault.message);
  return result.value;
}

describe("extension handshake", () => {
  test("reads the example of BEP 10", () => {
    expect(decode("d1:md11:LT_metadatai1e7:µT_PEXi2ee1:pi6881e1:v13:µTorrent 1.2e")).toEqual({
      ...NOTHING,
      listenPort: 6881,
      clientName: "µTorrent 1.2",
    });
  });

  test("reads the example of BEP 9 and of BEP 21", () => {
    expect(decode("d1:md11:ut_metadatai3ee13:metadata_sizei31235ee")).toEqual({
      ...NOTHING,
      utMetadataId: 3,
      metadataBytes: 31_235,
    });
    expect(decode("d1:mde11:upload_onlyi1ee").isUploadOnly).toBe(true);
  });

  test("says everything about us that a peer can use", () => {
    const bytes = encodeExtensionHandshake({
      otherHost: undefined,
      clientName: "Starling 0.1.0",
      exchangesPeers: true,
      punchesHoles: true,
      listenPort: 6881,
      requestQueue: 250,
      metadataBytes: 31_235,
      isUploadOnly: true,
      theirHost: "10.0.0.7",
    });

    expect(utf8Text(bytes).replace("\n\0\0\u0007", "....")).toBe(
      "d1:md11:lt_donthavei3e12:ut_holepunchi4e11:ut_metadatai1e6:ut_pexi2ee13:metadata_sizei31235e1:pi6881e4:reqqi250e11:upload_onlyi1e1:v14:Starling 0.1.06:yourip4:....e",
    );
    const result = decodeExtensionHandshake(bytes);
    expect(result.ok && result.value.ourHost).toBe("10.0.0.7");
  });

  test("says our address of the other family, and reads that of a peer", () => {
    const own = {
      clientName: "x",
      exchangesPeers: false,
      punchesHoles: false,
      listenPort: 6881,
      requestQueue: 1,
      metadataBytes: undefined,
      isUploadOnly: false,
      theirHost: "10.0.0.7",
    };
    const read = (otherHost: string | undefined) => {
      const result = decodeExtensionHandshake(encodeExtensionHandshake({ ...own, otherHost }));
      return result.ok ? [result.value.ipv4Host, result.value.ipv6Host] : [];
    };
    expect(read("2a00::7")).toEqual([undefined, "2a00::7"]);
    expect(read("80.0.0.7")).toEqual(["80.0.0.7", undefined]);
    expect(read(undefined)).toEqual([undefined, undefined]);
    expect(decode("d4:ipv46:abcdef4:ipv64:abcde").ipv4Host).toBeUndefined();
  });

  test("PA13 fields that make no sense are ignored one by one", () => {
    expect(
      decode("d1:md11:ut_metadatai256ee13:metadata_sizei-1e1:pi0e4:reqqi0e1:vi3e6:yourip3:abce"),
    ).toEqual(NOTHING);
    expect(decode("d1:mi5e1:pi70000e4:reqqi-1ee")).toEqual(NOTHING);
    expect(decode("d1:md11:ut_metadata1:xee")).toEqual(NOTHING);
  });

  test("an id of 0 switches an extension off", () => {
    expect(decode("d1:md11:ut_metadatai0eee").utMetadataId).toBe(0);
  });

  test("PA13 a client name of 10 KB is cut to 64 characters", () => {
    expect(decode(`d1:v10000:${"x".repeat(10_000)}e`).clientName).toBe("x".repeat(64));
  });

  test("PA06 keys that JavaScript treats specially are harmless", () => {
    expect(decodeExtensionHandshake(utf8Bytes("d9:__proto__d1:pi1eee")).ok).toBe(false);
    expect(decode("d11:constructori1e1:pi6881ee").listenPort).toBe(6881);
  });

  test("PA03 a deeply nested body is a fault, not a crash", () => {
    expect(decodeExtensionHandshake(utf8Bytes("d1:m".repeat(5_000))).ok).toBe(false);
  });

  test("PA13 arbitrary fields and arbitrary bytes never throw", () => {
    const fields = misusedDictionaries({
      m: { ut_metadata: 3, ut_pex: 1 },
      metadata_size: 31_235,
      p: 6881,
      reqq: 250,
      upload_only: 1,
      v: "x",
      yourip: "abcd",
      ipv4: "abcd",
      ipv6: "abcdefghijklmnop",
    });
    fc.assert(
      fc.property(fc.oneof(fields.map(encodeBencode), fc.uint8Array({ maxLength: 200 })), (bytes) => {
        const result = decodeExtensionHandshake(bytes);
        if (!result.ok) return;
        const { utMetadataId, listenPort, requestQueue } = result.value;
        expect(utMetadataId === undefined || (utMetadataId >= 0 && utMetadataId <= 255)).toBe(true);
        expect(listenPort === undefined || (listenPort >= 1 && listenPort <= 65_535)).toBe(true);
        expect(requestQueue === undefined || requestQueue >= 1).toBe(true);
      }),
      { numRuns: fuzzRuns() },
    );
  });
});
