"""Counts, on two links of one network namespace, the TCP and UDP packets over IPv4 that come in.

Speaks JSON lines: {"id": 1, "command": "count"} answers packets by link since the last question.
"""

import json
import select
import socket
import sys

ETH_P_IP = 0x0800
PACKET_OUTGOING = 4
TCP_AND_UDP = (6, 17)


def open_link(name):
    link = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IP))
    link.bind((name, ETH_P_IP))
    return link


def is_counted(packet, origin):
    return origin[2] != PACKET_OUTGOING and packet[9] in TCP_AND_UDP


def main(names):
    counts = dict.fromkeys(names, 0)
    links = {}
    for name in names:
        links[open_link(name)] = name
    print(json.dumps({"event": "ready"}), flush=True)
    while True:
        readable, _, _ = select.select([*links, sys.stdin], [], [])
        for link in readable:
            if link is sys.stdin:
                line = sys.stdin.readline()
                if not line:
                    return
                request = json.loads(line)
                if request["command"] == "open":
                    links[open_link(request["link"])] = request["link"]
                print(json.dumps({"id": request["id"], "ok": True, "result": counts}), flush=True)
                counts = dict.fromkeys(names, 0)
                continue
            try:
                packet, origin = link.recvfrom(65535)
            except OSError:
                # The link is gone; a new one of that name is opened when it is asked for.
                del links[link]
                continue
            if is_counted(packet, origin):
                counts[links[link]] += 1


main(sys.argv[1:])
