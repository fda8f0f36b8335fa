import { expect, test } from "vitest";
import { type TransportLoad, TransportShare } from "../../src/wire/transport-share.ts";

const LINE_BYTES_PER_SECOND = 1_000_000;

/** A line that TCP fills as far as it may, with uTP taking what is left, up to `utpMost`. */
function shared(options: {
  readonly tcpPeers: number;
  readonly utpPeers: number;
  readonly utpMost?: number;
}) {
  const { tcpPeers, utpPeers, utpMost = Number.POSITIVE_INFINITY } = options;
  const share = new TransportShare();
  let nowMs = 1_000;
  const second = (): { readonly tcp: TransportLoad; readonly utp: TransportLoad } => {
    const most = Math.min(share.tcpBytesPerSecond ?? LINE_BYTES_PER_SECOND, LINE_BYTES_PER_SECOND);
    const tcp = { peers: tcpPeers, bytesPerSecond: tcpPeers === 0 ? 0 : most };
    const left = LINE_BYTES_PER_SECOND - tcp.bytesPerSecond;
    const utp = { peers: utpPeers, bytesPerSecond: utpPeers === 0 ? 0 : Math.min(left, utpMost) };
    const isFull = tcp.bytesPerSecond + utp.bytesPerSecond >= LINE_BYTES_PER_SECOND;
    nowMs += 1_000;
    share.adjust(tcp, utp, isFull && utpPeers > 0, nowMs);
    return { tcp, utp };
  };
  const after = (seconds: number) => {
    for (let i = 1; i < seconds; i++) second();
    return second();
  };
  return { share, after };
}

test.each([
  [1, 1],
  [5, 1],
  [1, 5],
  [20, 10],
])("of %d peers over TCP and %d over uTP each gets about as much", (tcpPeers, utpPeers) => {
  const { after } = shared({ tcpPeers, utpPeers });
  const { tcp, utp } = after(60);
  const ratio = utp.bytesPerSecond / utpPeers / (tcp.bytesPerSecond / tcpPeers);
  expect(ratio).toBeGreaterThan(0.5);
  expect(ratio).toBeLessThan(2);
  expect(tcp.bytesPerSecond + utp.bytesPerSecond).toBeGreaterThan(0.9 * LINE_BYTES_PER_SECOND);
});

test("a peer over uTP that is slow by itself costs TCP nothing that it could use", () => {
  const { after } = shared({ tcpPeers: 1, utpPeers: 1, utpMost: 20_000 });
  const rates = Array.from({ length: 120 }, () => after(1).tcp.bytesPerSecond).slice(60);
  expect(rates.reduce((sum, rate) => sum + rate, 0) / rates.length).toBeGreaterThan(
    0.7 * LINE_BYTES_PER_SECOND,
  );
});

test("without one of the two there is no limit", () => {
  for (const peers of [
    { tcpPeers: 3, utpPeers: 0 },
    { tcpPeers: 0, utpPeers: 3 },
  ]) {
    const { share, after } = shared(peers);
    after(10);
    expect(share.tcpBytesPerSecond).toBeUndefined();
  }
});

test("what TCP sends is charged, and it waits when that was too much", () => {
  const share = new TransportShare();
  expect(share.mayUpload(1_000)).toBe(true);
  share.adjust({ peers: 1, bytesPerSecond: 100_000 }, { peers: 1, bytesPerSecond: 0 }, true, 1_000);
  share.uploaded(1_000, 200_000);
  expect(share.mayUpload(1_500)).toBe(false);
  expect(share.mayUpload(5_000)).toBe(true);
});
