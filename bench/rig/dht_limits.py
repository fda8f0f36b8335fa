#!/usr/bin/python3
"""What a DHT node with its limits on costs and how soon it answers.  dht_limits.py [serve,libtorrent,beside,download,flood]
serve, libtorrent: RATE queries/s from 1,000 addresses to an idle node; beside: to `starling dht serve` while another process downloads
at full rate; download: to `starling get` while it does so itself; flood: as many queries as come for FLOOD_S seconds, and the memory that is left of it. env STARLING_CMD RATE SECS RUNS FLOOD_S."""
import json, os, statistics, subprocess as sp, sys, time
RIG = os.path.dirname(os.path.abspath(__file__)); sys.path.insert(0, RIG)
import rig
WHAT = (sys.argv[1] if len(sys.argv) > 1 else 'serve,libtorrent,beside,download,flood').split(',')
STARLING = os.environ.get('STARLING_CMD') or f'node {RIG}/../../dist/cli/main.js'
RATE, SECS, RUNS, FLOOD_S = (os.environ.get(k, d) for k, d in (('RATE', '1000'), ('SECS', '5'), ('RUNS', '3'), ('FLOOD_S', '60')))
ADDRESSES = '1000'; BOOT = '127.77.0.1:6881'; IP = '127.0.0.1'; DATA = '/dev/shm/rigdata/g1'
work = rig.fresh('/dev/shm/rigdhtlimits'); port = 6700 + os.getpid() % 90


def starling(*args, port=port):
    env = {'STARLING_LOOPBACK_ONLY': '1', 'STARLING_STATE_DIR': f'{work}/state{time.time()}'}
    return rig.Proc([*STARLING.split(), *args, '--host', IP, '--port', str(port)], env=env)


def cpu(p): return sum(rig.cpu_of(k) or 0 for k in rig.kids(p.pid))


def pace(p, secs):
    before = cpu(p)
    out = json.loads(sp.run([rig.WORK + '/bin/krpc_pace', IP, str(port), RATE, secs, ADDRESSES], capture_output=True, text=True).stdout)
    return out | {'cpu_ms_per_1000': round((cpu(p) - before) / out['sent'] * 1e6, 1)}


def report(what, runs):
    middle = {k: statistics.median(r[k] for r in runs) for k in runs[0]}
    print(json.dumps({'what': what, 'runs': len(runs), **middle}), flush=True)


def node(what):
    if what == 'libtorrent': p = rig.Proc(['/usr/bin/python3', RIG + '/peers/lt_peer.py', '--listen', f'{IP}:{port}', '--dht', BOOT, '--sample', '5'])
    else: p = starling('dht', 'serve', '--bootstrap', BOOT)
    time.sleep(4)
    pace(p, '2')
    report(what, [pace(p, SECS) | {'rss_mib': round(rig.hwm_of(p.pid))} for _ in range(int(RUNS))]); p.stop()


def download(what):
    node = starling('dht', 'serve', '--bootstrap', BOOT) if what == 'beside' else None
    runs = []
    for i in range(int(RUNS)):
        seed = rig.Proc([rig.WORK + '/bin/fastpeer', 'seed', DATA, DATA + '.1024.torrent', '6590', '127.0.0.10'])
        get = ('get', DATA + '.1024.torrent', '-o', rig.fresh(f'{work}/out'), '--bootstrap', 'none', '--peer', '127.0.0.10:6590')
        p = starling(*get, port=port + 100) if node else starling(*get)
        time.sleep(1.0)
        begun = time.time(); r = pace(node or p, '1'); p.wait_exit(60)
        r['seconds_left_of_download'] = round(time.time() - begun - 1, 1); runs.append(r); seed.stop()
    report(what, runs)
    if node: node.stop()


def flood():
    p = starling('dht', 'serve', '--bootstrap', BOOT); time.sleep(3); before = rig.hwm_of(p.pid)
    load = json.loads(sp.run([rig.WORK + '/bin/krpc_load', IP, str(port), 'mix', FLOOD_S, '250', '8', '127.0.1.'], capture_output=True, text=True).stdout)
    print(json.dumps({'what': 'flood', 'seconds': float(FLOOD_S), 'sent': load['sent'], 'answered': load['replies'], 'rss_before_mib': round(before), 'rss_peak_mib': round(rig.hwm_of(p.pid))}), flush=True)
    after = pace(p, '2'); print(json.dumps({'what': 'after the flood', **after})); p.stop()


swarm = rig.Proc(['node', RIG + '/peers/dht_swarm.mjs', '33', '127.77']); assert swarm.wait_ev('ready', 60), swarm.lines[-5:]
for what in WHAT:
    if what in ('beside', 'download'): download(what)
    elif what == 'flood': flood()
    else: node(what)
swarm.stop()
