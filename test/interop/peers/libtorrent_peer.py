#!/usr/bin/python3
"""One libtorrent session as a child process: JSON lines in, JSON lines out.

  libtorrent_peer.py '{"listen": "127.0.0.1:6881", "bootstrap": ["127.0.0.1:7000"], "profile": "loopback"}'

Requests   {"id": 1, "command": "add", ...}       see the functions named command_* below
Replies    {"id": 1, "ok": true, "result": ...} or {"id": 1, "ok": false, "error": "..."}
Events     {"event": "metadata", "infoHash": "...", "atMs": <unix time>, ...}
The session ends when its standard input does.

Profiles: "loopback" and "private" lift what keeps libtorrent's DHT from working between addresses of one machine or
one small network (one node per /24, verified node ids, rate limits); "public" leaves every default of libtorrent
as it is, and only switches off what would look for the world outside (UPnP, NAT-PMP, local discovery, trackers).
"""
import hashlib
import json
import os
import select
import sys
import time
import warnings

import libtorrent as lt

warnings.simplefilter("ignore", DeprecationWarning)

QUIET = {  # no port mapping, no multicast, no tracker, in any profile
    "enable_lsd": False,
    "enable_upnp": False,
    "enable_natpmp": False,
    "announce_to_all_trackers": False,
    "announce_to_all_tiers": False,
}
TCP_PLAINTEXT = {  # so that a run measures one protocol at a time
    "enable_incoming_utp": False,
    "enable_outgoing_utp": False,
    "in_enc_policy": 2,
    "out_enc_policy": 2,
}
PRIVATE_DHT = {  # what a DHT of a few nodes on one machine or network needs
    "dht_restrict_routing_ips": False,
    "dht_restrict_search_ips": False,
    "dht_ignore_dark_internet": False,
    "dht_prefer_verified_node_ids": False,
    "dht_enforce_node_id": False,
    "dht_upload_rate_limit": 100_000_000,
    "dht_block_ratelimit": 1_000_000,
    "allow_multiple_connections_per_ip": True,
    "min_reconnect_time": 1,
    "smooth_connects": False,
}
ASK_FIRST_S, ASK_AGAIN_S = 0.05, 1.0  # between two attempts to ask the DHT with "impatient": before, after the first query
SAMPLE_S = 0.01  # how often progress is looked at; bounds the error of the times in events


def emit(event, **fields):
    print(json.dumps({"event": event, "atMs": round(time.time() * 1000, 1), **fields}), flush=True)


def is_connected(peer):
    """A peer counts when its handshake is here; libtorrent lists it from the first attempt on."""
    return not peer.flags & (lt.peer_info.handshake | lt.peer_info.connecting)


def expanded_key(seed):
    """The 64 bytes that libtorrent takes for a private key: the digest of the seed, clamped (RFC 8032, 5.1.5)."""
    digest = bytearray(hashlib.sha512(bytes.fromhex(seed)).digest())
    digest[0] &= 248
    digest[31] = digest[31] & 63 | 64
    return bytes(digest)


def text_of(item):
    """The text in the "item" of an alert; None where nothing was found."""
    return item["value"].decode() if item.get("value") else None


class Peer:
    def __init__(self, options):
        profile = options.get("profile", "loopback")
        bootstrap = options.get("bootstrap", [])
        settings = dict(lt.high_performance_seed() if options.get("fastSeed") else lt.default_settings())
        settings.update(QUIET)
        if profile != "public":
            settings.update(TCP_PLAINTEXT)
            settings.update(PRIVATE_DHT)
        settings["enable_dht"] = bool(options.get("dht", True))
        if bootstrap or profile != "public":
            settings["dht_bootstrap_nodes"] = ",".join(bootstrap)
        if options.get("listen"):
            settings["listen_interfaces"] = options["listen"]
        settings["alert_queue_size"] = 100_000
        category = lt.alert.category_t
        settings["alert_mask"] = (
            category.status_notification | category.error_notification | category.dht_notification | category.dht_operation_notification
            | category.progress_notification | category.storage_notification | category.peer_notification | category.connect_notification
        )
        settings.update(options.get("settings", {}))
        self.session = lt.session(settings)
        if options.get("stateFile") and os.path.exists(options["stateFile"]):
            with open(options["stateFile"], "rb") as file:
                self.session.load_state(lt.bdecode(file.read()), lt.save_state_flags_t.save_dht_state)
        self.state_file = options.get("stateFile")
        self.is_impatient = bool(options.get("impatient"))
        self.torrents = {}  # info-hash -> its handle, the events already sent, and how far it is with the DHT

    # ---- commands -------------------------------------------------------------------------------------------------
    def command_add(self, request):
        """Adds a magnet or a .torrent file; seeds at once when "seed" says that the data is there and whole."""
        if request.get("magnet"):
            params = lt.parse_magnet_uri(request["magnet"])
        else:
            params = lt.add_torrent_params()
            params.ti = lt.torrent_info(request["torrent"])
        params.save_path = request["save"]
        params.trackers = []
        params.url_seeds = []
        params.flags &= ~(lt.torrent_flags.auto_managed | lt.torrent_flags.paused)
        if request.get("seed"):
            params.flags |= lt.torrent_flags.seed_mode
        if request.get("superSeed"):
            params.flags |= lt.torrent_flags.super_seeding
        if request.get("announce") is False:
            params.flags |= lt.torrent_flags.disable_dht
        handle = self.session.add_torrent(params)
        info_hash = str(handle.info_hashes().v1)
        self.torrents[info_hash] = {
            "handle": handle,
            "seen": set(),
            "wantsDone": not request.get("seed"),
            "isFlushing": False,
            "isAsking": False,
            "hasPeers": False,
            "askedAt": 0.0,
        }
        for host, port in request.get("peers", []):
            handle.connect_peer((host, port))
        if request.get("announce") is not False:
            handle.force_dht_announce()  # where the DHT runs already; else when it is ready
        return {"infoHash": info_hash}

    def command_remove(self, request):
        self.session.remove_torrent(self.torrents.pop(request["infoHash"])["handle"])

    def command_connect(self, request):
        self.handle(request).connect_peer((request["host"], request["port"]))

    def command_announce(self, request):
        """Announces to the DHT now, not at the next turn of the timer."""
        self.handle(request).force_dht_announce()

    def command_limit(self, request):
        handle = self.handle(request)
        if "upBytesPerSecond" in request:
            handle.set_upload_limit(request["upBytesPerSecond"])
        if "downBytesPerSecond" in request:
            handle.set_download_limit(request["downBytesPerSecond"])

    def command_status(self, request):
        status = self.handle(request).status()
        return {
            "progress": status.progress,
            "isSeeding": status.is_seeding,
            "peers": status.num_peers,
            "uploadedBytes": status.total_payload_upload,
            "downloadedBytes": status.total_payload_download,
            "failedBytes": status.total_failed_bytes,
        }

    def command_peers(self, request):
        return [
            {
                "host": peer.ip[0],
                "port": peer.ip[1],
                "client": peer.client.decode("utf-8", "replace"),
                "progress": peer.progress,
                "isUploadOnly": bool(peer.flags & lt.peer_info.upload_only),
                "sources": [name for name in ("dht", "pex", "lsd", "tracker") if peer.source & getattr(lt.peer_info, name)],
            }
            for peer in self.handle(request).get_peer_info()
        ]

    def command_dht_add_node(self, request):
        self.session.add_dht_node((request["host"], request["port"]))

    def command_dht_nodes(self, _request):
        return self.session.status().dht_nodes

    def command_dht_put(self, request):
        """Stores a text (BEP 44), signed if there is a seed; event "dht-put" when it is done."""
        if request.get("seed") is None:
            return {"target": str(self.session.dht_put_immutable_item(request["value"]))}
        public_key = bytes.fromhex(request["publicKey"])
        self.session.dht_put_mutable_item(expanded_key(request["seed"]), public_key, request["value"], request["salt"])
        return {"target": hashlib.sha1(public_key + request["salt"].encode()).hexdigest()}

    def command_dht_get(self, request):
        """Asks for the text at a target or of a key; event "dht-item" says what was found."""
        if request.get("publicKey") is None:
            self.session.dht_get_immutable_item(lt.sha1_hash(bytes.fromhex(request["target"])))
        else:
            self.session.dht_get_mutable_item(bytes.fromhex(request["publicKey"]), request["salt"])

    def command_dht_get_peers(self, request):
        """Looks for peers without having the torrent; events "dht-peers" say which ones were found."""
        self.session.dht_get_peers(lt.sha1_hash(bytes.fromhex(request["infoHash"])))

    def command_create(self, request):
        """Makes a .torrent of a file or folder; format "v1", "hybrid" or "v2"."""
        flags = {"v1": lt.create_torrent.v1_only, "hybrid": 0, "v2": lt.create_torrent.v2_only}[request["format"]]
        storage = lt.file_storage()
        lt.add_files(storage, request["path"])
        torrent = lt.create_torrent(storage, request.get("pieceBytes", 0), flags=flags)
        torrent.set_priv(bool(request.get("private")))
        for tracker in request.get("trackers", []):
            torrent.add_tracker(tracker)
        lt.set_piece_hashes(torrent, os.path.dirname(request["path"]))
        with open(request["output"], "wb") as file:
            file.write(lt.bencode(torrent.generate()))
        info = lt.torrent_info(request["output"])
        return {"infoHash": str(info.info_hashes().v1), "magnet": lt.make_magnet_uri(info), "pieces": info.num_pieces()}

    def command_save_state(self, _request):
        with open(self.state_file, "wb") as file:
            file.write(lt.bencode(self.session.save_state(lt.save_state_flags_t.save_dht_state)))

    def handle(self, request):
        return self.torrents[request["infoHash"]]["handle"]

    # ---- events ---------------------------------------------------------------------------------------------------
    def report_alerts(self):
        for alert in self.session.pop_alerts():
            kind = type(alert).__name__
            if kind == "dht_bootstrap_alert":
                emit("dht-ready")
                # a torrent that was added before the DHT ran would else wait for the announce timer
                for torrent in self.torrents.values():
                    torrent["handle"].force_dht_announce()
            elif kind in ("listen_failed_alert", "torrent_error_alert", "file_error_alert", "dht_error_alert"):
                emit("error", kind=kind, message=alert.message())
            elif kind == "listen_succeeded_alert":
                emit("listening", message=alert.message())
            elif kind == "dht_outgoing_get_peers_alert":
                torrent = self.torrents.get(str(alert.info_hash))
                if torrent is not None:
                    torrent["isAsking"] = True
            elif kind == "dht_get_peers_reply_alert":
                peers = [f"{host}:{port}" for host, port in alert.peers()]
                emit("dht-peers", infoHash=str(alert.info_hash), peers=peers)
            elif kind == "dht_put_alert":
                emit("dht-put", stored=alert.num_success)
            elif kind == "dht_immutable_item_alert":
                emit("dht-item", value=text_of(alert.item))
            elif kind == "dht_mutable_item_alert":
                if alert.item["authoritative"]:
                    emit("dht-item", value=text_of(alert.item))
            elif hasattr(alert, "handle"):
                self.report_torrent_alert(kind, alert)

    def report_torrent_alert(self, kind, alert):
        if not alert.handle.is_valid():
            return
        info_hash = str(alert.handle.info_hashes().v1)
        torrent = self.torrents.get(info_hash)
        if torrent is None:
            return
        names = {
            "metadata_received_alert": "metadata",
            "piece_finished_alert": "first-piece",
            "dht_reply_alert": "dht-reply",
        }
        if kind == "cache_flushed_alert" and torrent["isFlushing"]:
            downloaded = torrent["handle"].status().total_payload_download
            self.once(info_hash, torrent, "done", downloadedBytes=downloaded)
        elif kind == "hash_failed_alert":
            emit("hash-failed", infoHash=info_hash, message=alert.message())
        elif kind == "dht_reply_alert":
            torrent["hasPeers"] = True
            emit("dht-reply", infoHash=info_hash, peers=alert.num_peers)
        elif kind in names:
            self.once(info_hash, torrent, names[kind])

    def report_progress(self):
        for info_hash, torrent in list(self.torrents.items()):
            seen = torrent["seen"]
            if torrent["wantsDone"] and "done" in seen:
                continue
            status = torrent["handle"].status()
            if "first-peer" not in seen and any(is_connected(peer) for peer in torrent["handle"].get_peer_info()):
                self.once(info_hash, torrent, "first-peer")
            if status.total_payload_download > 0:
                self.once(info_hash, torrent, "first-byte")
            if status.total_payload_upload > 0:
                self.once(info_hash, torrent, "first-upload")
            if torrent["wantsDone"] and status.is_seeding and not torrent["isFlushing"]:
                torrent["isFlushing"] = True  # the last pieces may still wait to be written: done is when they are
                torrent["handle"].flush_cache()

    def press_on(self):
        """A torrent that is added before the DHT runs would wait for the end of the bootstrap or for the timer; an
        impatient session asks until its first query is out, and again every second until somebody knows a peer:
        the soonest that libtorrent can do."""
        now = time.monotonic()
        for torrent in self.torrents.values():
            pause = ASK_AGAIN_S if torrent["isAsking"] else ASK_FIRST_S
            if not torrent["hasPeers"] and now - torrent["askedAt"] >= pause:
                torrent["askedAt"] = now
                torrent["handle"].force_dht_announce()

    def once(self, info_hash, torrent, event, **fields):
        if event not in torrent["seen"]:
            torrent["seen"].add(event)
            emit(event, infoHash=info_hash, **fields)

    # ---- loop -----------------------------------------------------------------------------------------------------
    def run(self):
        emit("ready", port=self.session.listen_port())
        os.set_blocking(0, False)
        pending = b""
        while True:
            readable, _, _ = select.select([0], [], [], SAMPLE_S)
            if readable:
                chunk = os.read(0, 1 << 16)
                if chunk == b"":
                    os._exit(0)  # the parent is gone; libtorrent's own farewell can take seconds
                pending += chunk
                *lines, pending = pending.split(b"\n")
                for line in lines:
                    self.answer(json.loads(line))
            self.report_alerts()
            self.report_progress()
            if self.is_impatient:
                self.press_on()

    def answer(self, request):
        reply = {"id": request["id"]}
        try:
            reply["result"] = getattr(self, "command_" + request["command"])(request)
            reply["ok"] = True
        except Exception as error:  # the parent decides what a failed request means
            reply.update(ok=False, error=f"{type(error).__name__}: {error}")
        print(json.dumps(reply), flush=True)


Peer(json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}).run()
