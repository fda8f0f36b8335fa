/**
 * The public routers that introduce a newcomer to the mainline DHT (decision 14). They are asked only while no saved
 * contact answers, and every address of every name is tried: each of them has been down for weeks at some time.
 * `asOf` is when the source was last compared with this list.
 */
export interface DefaultBootstrapNode {
  readonly host: string;
  readonly port: number;
  /** Who runs it, or who ships it as a default. */
  readonly source: string;
  /** Year and month. */
  readonly asOf: string;
}

export const DEFAULT_BOOTSTRAP: readonly DefaultBootstrapNode[] = [
  {
    host: "dht.libtorrent.org",
    port: 25401,
    source:
      "default of libtorrent (settings_pack) and first default of qBittorrent; run by libtorrent's author",
    asOf: "2026-11",
  },
  {
    host: "router.bittorrent.com",
    port: 6881,
    source:
      "run by BitTorrent, Inc.; default of qBittorrent, of webtorrent's bittorrent-dht and of the Rust mainline crate",
    asOf: "2026-11",
  },
  {
    host: "dht.transmissionbt.com",
    port: 6881,
    source: "run for Transmission, its only default; also of qBittorrent and of the Rust mainline crate",
    asOf: "2026-11",
  },
  {
    host: "router.utorrent.com",
    port: 6881,
    source: "run by BitTorrent, Inc. for uTorrent; default of webtorrent's bittorrent-dht",
    asOf: "2026-11",
  },
  {
    host: "dht.aelitis.com",
    port: 6881,
    source: "run for Vuze and BiglyBT by Aelitis; shipped by many libtorrent-based programs",
    asOf: "2026-11",
  },
  {
    host: "relay.pkarr.org",
    port: 6881,
    source: "run by the authors of pkarr; default of the Rust mainline crate 7.0",
    asOf: "2026-11",
  },
];
