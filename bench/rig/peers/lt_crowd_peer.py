#!/usr/bin/python3
"""One libtorrent peer of a crowd, as `starling lab real` starts it: options as JSON in the first argument, JSON lines out.

Options: listen, bootstrap, up, down (bytes a second), save, and magnet, or torrent for one that has everything.
Lines:   {"type": "listening"}, {"type": "complete"}, and every second {"type": "progress", "uploadedBytes", "peers", "ratio"}
Ends when its standard input does. libtorrent's own defaults, but: TCP without encryption, nothing that looks beyond
loopback, a DHT that works among loopback addresses and is asked again as often as Starling asks it, and limits that also
hold for loopback (they do not by default).
"""
import json
import os
import select
import sys
import time
import warnings

import libtorrent as lt

warnings.simplefilter("ignore", DeprecationWarning)
options = json.loads(sys.argv[1])


def emit(kind, **fields):
    print(json.dumps({"type": kind, **fields}), flush=True)


settings = lt.default_settings()
settings.update({
    "listen_interfaces": options["listen"],
    "outgoing_interfaces": options["listen"].rsplit(":", 1)[0],
    "upload_rate_limit": options["up"],
    "download_rate_limit": options["down"],
    "enable_lsd": False,
    "enable_upnp": False,
    "enable_natpmp": False,
    "enable_incoming_utp": False,
    "enable_outgoing_utp": False,
    "in_enc_policy": 2,
    "out_enc_policy": 2,
    "dht_bootstrap_nodes": options["bootstrap"],
    "dht_restrict_routing_ips": False,
    "dht_restrict_search_ips": False,
    "dht_ignore_dark_internet": False,
    "dht_prefer_verified_node_ids": False,
    "dht_enforce_node_id": False,
    "dht_upload_rate_limit": 100_000_000,
    "dht_block_ratelimit": 1_000_000,
    "min_reconnect_time": 1,
    "smooth_connects": False,
    "allow_multiple_connections_per_ip": True,
    "alert_mask": lt.alert.category_t.status_notification | lt.alert.category_t.error_notification,
})
session = lt.session(settings)
everybody = lt.ip_filter()
everybody.add_rule("0.0.0.0", "255.255.255.255", 1 << lt.session.global_peer_class_id)
session.set_peer_class_filter(everybody)

if options.get("torrent"):
    params = lt.add_torrent_params()
    params.ti = lt.torrent_info(options["torrent"])
    params.flags |= lt.torrent_flags.seed_mode
else:
    params = lt.parse_magnet_uri(options["magnet"])
params.save_path = options["save"]
params.flags &= ~(lt.torrent_flags.auto_managed | lt.torrent_flags.paused)
handle = session.add_torrent(params)

SAMPLE_S = 0.05
ASK_ALONE_S, ASK_AGAIN_S = 1, 15  # seconds between two searches: with nobody connected, and else; the latter as Starling
is_listening = is_complete = False
asked_at = told_at = 0.0
while True:
    readable, _, _ = select.select([0], [], [], SAMPLE_S)
    if readable and os.read(0, 4096) == b"":
        os._exit(0)
    for alert in session.pop_alerts():
        kind = type(alert).__name__
        if kind == "listen_succeeded_alert" and not is_listening:
            is_listening = True
            emit("listening")
        elif kind in ("listen_failed_alert", "torrent_error_alert", "file_error_alert"):
            emit("failed", message=alert.message())
    now = time.monotonic()
    status = handle.status()
    # libtorrent asks the DHT when a torrent is added, and again after 15 minutes: in a crowd that is yet to come it would
    # be alone for most of the run.
    if now - asked_at >= (ASK_ALONE_S if status.num_peers == 0 else ASK_AGAIN_S):
        asked_at = now
        handle.force_dht_announce()
    if status.is_seeding and not is_complete:
        is_complete = True
        emit("complete")
    if now - told_at >= 1:
        told_at = now
        emit("progress", uploadedBytes=status.total_payload_upload, peers=status.num_peers, ratio=round(status.progress, 3))
