#!/usr/bin/python3
"""Throughput / seeding / magnet rig.  See README.md.
 rig.py leech CLIENT  --data DIR/NAME --piece 1024 --runs 3 --target /dev/shm [--seeders N]
 rig.py seed  CLIENT  ...                  (client seeds, libtorrent leeches)
 rig.py magnet CLIENT ...                  (private DHT: bootstrap + N nodes + seeder, in netns rigS; client in netns rigD)
CLIENT: libtorrent | webtorrent | aria2 | transmission | rtorrent | cmd | ceiling (leech only: what one thread of Node can receive, hash and write), or several with commas (interleaved, ratios to the first) (cmd: env CLIENT_CMD, placeholders {magnet} {torrent} {out} {bootstrap} {port} {ip})
"""
import subprocess as sp, os, sys, time, json, argparse, shutil, signal, threading, re, pty, urllib.request, statistics, hashlib, queue, glob
RIG = os.path.dirname(os.path.abspath(__file__)); PY = '/usr/bin/python3'
import tempfile
WORK = os.environ.setdefault('RIG_WORK', os.path.join(tempfile.gettempdir(), 'starling-rig'))  # node_modules, binaries, results: never in the repository
HZ = os.sysconf('SC_CLK_TCK')
RC4 = '--rc4' in sys.argv  # every program encrypts all of its connections: for peers and clients that are libtorrent or Starling
UTP = '--utp' in sys.argv  # every program over uTP, TCP off: for peers and clients that are libtorrent or Starling
def cpu_of(pid):
    try:
        f = open(f'/proc/{pid}/stat').read().rsplit(')', 1)[1].split()
        return sum(int(f[i]) for i in (11, 12, 13, 14)) / HZ
    except Exception: return None
def kids(pid):
    out = [pid]
    try:
        for t in os.listdir(f'/proc/{pid}/task'):
            for c in open(f'/proc/{pid}/task/{t}/children').read().split(): out += kids(int(c))
    except Exception: pass
    return out
def hwm_of(pid):
    m = 0
    for p in kids(pid):
        try: m = max(m, int(re.search(r'VmHWM:\s+(\d+)', open(f'/proc/{p}/status').read()).group(1)))
        except Exception: pass
    return m / 1024
class Proc:
    """a child with JSON-event or line stdout; wait4-accounted"""
    def __init__(self, cmd, env=None, usepty=False, t0=None, cwd=None):
        self.t0 = t0 or time.time(); e = dict(os.environ); e.update(env or {}); e['RIG_T0'] = str(self.t0); e.pop('NODE_EXTRA_CA_CERTS', None)  # reading certificates would delay every start of Node
        self.ev = {}; self.lines = []; self.cond = threading.Condition(); self.ru = None; self.tend = None
        if usepty:
            m, s = pty.openpty(); e['TERM'] = 'xterm'
            self.p = sp.Popen(cmd, stdin=s, stdout=s, stderr=s, env=e, start_new_session=True, cwd=cwd); os.close(s); self.m = m; import fcntl, termios, struct; fcntl.ioctl(m, termios.TIOCSWINSZ, struct.pack('HHHH', 30, 120, 0, 0))
            def drain():
                try:
                    while os.read(m, 65536): pass
                except OSError: pass
            threading.Thread(target=drain, daemon=True).start()
        else:
            self.p = sp.Popen(cmd, stdin=sp.PIPE, stdout=sp.PIPE, stderr=sp.STDOUT, env=e, text=True, bufsize=1, errors='replace', cwd=cwd)
            threading.Thread(target=self._read, daemon=True).start()
        self.pid = self.p.pid
        self.anon = 0; threading.Thread(target=self._mem, daemon=True).start()
        threading.Thread(target=self._wait, daemon=True).start()
    def _read(self):
        for l in self.p.stdout:
            t = time.time() - self.t0
            with self.cond:
                self.lines.append((t, l.rstrip()))
                if l.startswith('{"ev"'):
                    try: d = json.loads(l); self.ev.setdefault(d['ev'], d)
                    except Exception: pass
                self.cond.notify_all()
    def _mem(self):  # peak anonymous memory, sampled: what is left of RSS without mapped files
        while self.ru is None:
            v = 0
            for k in kids(self.pid):
                try: v += int(re.search(r'RssAnon:\s+(\d+)', open(f'/proc/{k}/status').read()).group(1))
                except Exception: pass
            self.anon = max(self.anon, v / 1024); time.sleep(.1)
    def _wait(self):
        try: _, st, ru = os.wait4(self.pid, 0)
        except ChildProcessError: return
        with self.cond:
            self.ru = ru; self.rc = st; self.tend = time.time() - self.t0; self.p.returncode = st; self.cond.notify_all()
    def wait_ev(self, name, timeout):
        end = time.time() + timeout
        with self.cond:
            while name not in self.ev:
                if self.ru is not None and name not in self.ev: time.sleep(.05); return self.ev.get(name)
                if not self.cond.wait(max(0, end - time.time())) and time.time() >= end: return None
        return self.ev[name]
    def grep(self, rx):
        for t, l in list(self.lines):
            if re.search(rx, l): return t
        return None
    def wait_exit(self, timeout):
        end = time.time() + timeout
        with self.cond:
            while self.ru is None:
                if not self.cond.wait(max(0, end - time.time())) and time.time() >= end: return False
        return True
    def say(self, s):
        try: self.p.stdin.write(s + '\n'); self.p.stdin.flush()
        except Exception: pass
    def stop(self):
        if self.ru is None:
            for p in reversed(kids(self.pid)):
                try: os.kill(p, signal.SIGKILL)
                except ProcessLookupError: pass
            self.wait_exit(5)
def listening(port, pid=None, ns=''):
    pre = ['ip', 'netns', 'exec', ns] if ns else []
    o = sp.run(pre + ['cat', '/proc/net/udp' if UTP else '/proc/net/tcp', '/proc/net/tcp6'], capture_output=True, text=True).stdout
    state = '07' if UTP else '0A'  # a bound UDP socket; a listening TCP one
    return any(l.split()[1].endswith(':%04X' % port) and l.split()[3] == state for l in o.splitlines() if f' {state} ' in l)
def wait_listen(port, timeout=20, ns=''):
    end = time.time() + timeout
    while time.time() < end:
        if listening(port, ns=ns): return True
        time.sleep(.02)
    return False
def rpc(port, method, ns='', **args):
    # transmission RPC; inside a netns goes through a helper process
    body = json.dumps({'method': method, 'arguments': args})
    if ns:
        global _h
        o = sp.run(['ip', 'netns', 'exec', ns, 'curl', '-s', '-m', '5', '-H', 'X-Transmission-Session-Id: ' + rpc.sid, '-d', body, f'http://127.0.0.1:{port}/transmission/rpc'], capture_output=True, text=True).stdout
        if '409' in o and 'Session-Id' in o:
            rpc.sid = re.search(r'Session-Id: (\S+?)<', o).group(1); return rpc(port, method, ns, **args)
        return json.loads(o)
    for _ in range(3):
        try:
            r = urllib.request.Request(f'http://127.0.0.1:{port}/transmission/rpc', body.encode(), {'X-Transmission-Session-Id': rpc.sid})
            return json.loads(urllib.request.urlopen(r, timeout=5).read())
        except urllib.error.HTTPError as e:
            if e.code == 409: rpc.sid = e.headers['X-Transmission-Session-Id']
            else: raise
rpc.sid = 'x'
# ---------------------------------------------------------------- clients
def loop_env(c):
    """makes a Node client record how late its event loops are"""
    return {'NODE_OPTIONS': f'--import=file://{RIG}/../loop-delay.mjs', 'LOOP_DELAY_FOLDER': c['work'] + '/loops'} if c.get('loop') else {}
def loop_delay(c):
    """p99 and maximum of the thread that has the sockets: Starling's engine is the first worker"""
    for thread in (1, 0):
        try: d = json.load(open(f"{c['work']}/loops/{thread}.json")); return dict(loop_p50_ms=d['p50'], loop_p99_ms=d['p99'], loop_max_ms=d['max'])
        except OSError: pass
    return {}
def run_ceiling(a):
    """the ceiling as a client of the same series"""
    o = sp.run(['node', RIG + '/bench/node_ceiling.mjs', 'tcp', '1', 'file+sha', '262144', a.target], capture_output=True, text=True).stdout
    d = json.loads(next(l for l in o.splitlines() if '"t":"tcp' in l))
    return dict(client='ceiling', role='leech', fast=True, piece=1024, target=a.target, mib_s=d['mib_s'], mib_s_wire=d['mib_s'], cpu_s_gib=d['recv_cpu_s_gib'], rss_mib=d['rss_mib'])
def start_client(name, role, c):
    """c: dict(torrent, magnet, out, ip, port, dht, ns, work). returns (Proc, poll) ; poll() -> dict(done=bool, metadata=t)"""
    ns = ['ip', 'netns', 'exec', c['ns']] if c.get('ns') else ['taskset', '-c', '0'] if c.get('pin') else []
    seed = role == 'seed'; ip, port, out, work = c['ip'], c['port'], c['out'], c['work']
    what = (['--magnet', c['magnet']] if c.get('magnet') else ['--torrent', c['torrent']])
    if name == 'libtorrent':
        p = Proc(ns + [PY, RIG + '/peers/lt_peer.py', *what, '--save', out, '--listen', f'{ip}:{port}', '--dht', c.get('dht') or '', '--preset', os.environ.get('LT_PRESET', 'default')] + (['--seed'] if seed else ['--exit-on-done']) + ['--utp'] * UTP + ['--rc4'] * RC4)
    elif name == 'webtorrent':
        p = Proc(ns + ['node', RIG + '/peers/wt_peer.mjs', *what, '--save', out, '--port', str(port), '--ip', ip, '--dht', c.get('dht') or 'none'] + (['--seed'] if seed else ['--exit-on-done']), env=loop_env(c))
    elif name == 'aria2':
        o = ['aria2c', '--no-conf', '--enable-dht=' + ('true' if c.get('dht') else 'false'), '--enable-dht6=false', '--bt-enable-lpd=false', f'--listen-port={port}', f'--dht-listen-port={port}',
             f'--dht-file-path={work}/dht.dat', '--bt-tracker-timeout=1', '--file-allocation=none', '--summary-interval=0', '--console-log-level=notice', '--dir=' + out, '--enable-color=false', '--bt-save-metadata=false',
             '--disable-ipv6=true', '--no-netrc', '--allow-overwrite=true', '--async-dns=true']
        if c.get('dht'): o += ['--dht-entry-point=' + c['dht']]
        o += ['--seed-ratio=0.0', '--seed-time=60', '--check-integrity=false', '--bt-seed-unverified=true'] if seed else ['--seed-time=0']
        p = Proc(ns + o + [c.get('magnet') or c['torrent']])
    elif name == 'transmission':
        cf = work + '/cfg'; os.makedirs(cf, exist_ok=True); c['rpc'] = port + 1000
        json.dump({'rpc-port': c['rpc'], 'rpc-bind-address': '127.0.0.1', 'rpc-whitelist-enabled': False, 'peer-port': port, 'dht-enabled': bool(c.get('dht')), 'lpd-enabled': False, 'utp-enabled': False,
                   'port-forwarding-enabled': False, 'encryption': 0, 'download-dir': out, 'speed-limit-up-enabled': False, 'speed-limit-down-enabled': False, 'preallocation': 0, 'cache-size-mb': 4,
                   'bind-address-ipv4': '0.0.0.0', 'ratio-limit-enabled': False, 'script-torrent-done-enabled': False, 'rename-partial-files': False, 'message-level': 2}, open(cf + '/settings.json', 'w'))
        if c.get('dht'): h, q = c['dht'].rsplit(':', 1); open(cf + '/dht.bootstrap', 'w').write(f'{h} {q}\n')
        p = Proc(ns + ['transmission-daemon', '-f', '-g', cf, '--log-debug' if os.environ.get('TR_DEBUG') else '--log-error'], env={'TR_CURL_SSL_VERIFY': ''})
        wait_listen(c['rpc'], ns=c.get('ns', ''))
        c['t_add'] = time.time() - p.t0
        r = rpc(c['rpc'], 'torrent-add', c.get('ns', ''), filename=c.get('magnet') or c['torrent'], paused=False)
        p.meta = None
    elif name == 'rtorrent':
        os.makedirs(work + '/sess', exist_ok=True)
        rc = f'''directory.default.set = "{out}"
session.path.set = "{work}/sess"
network.port_range.set = {port}-{port}
network.port_random.set = no
protocol.encryption.set = none
protocol.pex.set = no
trackers.use_udp.set = no
pieces.memory.max.set = 2048M
network.xmlrpc.size_limit.set = 4M
dht.mode.set = on
dht.port.set = {port}
method.set_key = event.download.finished,fin,"execute=touch,{work}/done"
'''
        if c.get('dht'): rc += f'schedule2 = dhtadd, 0, 5, "dht.add_node={c["dht"]}"\n'
        pass
        open(work + '/rc', 'w').write(rc)
        p = Proc(ns + ['rtorrent', '-n', '-o', f'import={work}/rc', c.get('magnet') or c['torrent']], usepty=True)
    elif name == 'cmd':
        cmd = os.environ['CLIENT_SEED_CMD' if seed else 'CLIENT_CMD'].format(magnet=c.get('magnet') or c.get('magnet0') or '', torrent=c['torrent'], out=out, bootstrap=c.get('dht') or '', ip=ip, port=port) + ' --transport utp' * UTP + ' --encryption require' * RC4
        # the egress guard holds Starling to loopback; in the namespaces, which lead nowhere, it must be off. Its state is this run's own.
        p = Proc(ns + ['bash', '-c', 'exec ' + cmd], env=loop_env(c) | {'STARLING_LOOPBACK_ONLY': '0' if ns else '1', 'STARLING_STATE_DIR': work + '/state'})
    else: raise SystemExit('unknown client ' + name)
    def poll():
        if p.ru is not None: return True
        if name == 'transmission':
            try: t = rpc(c['rpc'], 'torrent-get', c.get('ns', ''), fields=['percentDone', 'metadataPercentComplete', 'leftUntilDone', 'status', 'errorString', 'peersConnected'])['arguments']['torrents'][0]
            except Exception as e: return False
            if t['metadataPercentComplete'] >= 1 and p.meta is None: p.meta = time.time() - p.t0
            return t['metadataPercentComplete'] >= 1 and t['percentDone'] >= 1 and t['leftUntilDone'] == 0
        if name == 'rtorrent': return os.path.exists(work + '/done')
        if name == 'cmd' and os.environ.get('CLIENT_DONE_RE'): return p.grep(os.environ['CLIENT_DONE_RE']) is not None
        return False
    return p, poll
def finish(p):
    """CPU seconds and peak RSS: rusage if it exited, /proc otherwise"""
    if p.ru is None:
        cpu = sum(x for x in (cpu_of(k) for k in kids(p.pid)) if x); return cpu, hwm_of(p.pid)
    return p.ru.ru_utime + p.ru.ru_stime, p.ru.ru_maxrss / 1024
def sha(f):
    h = hashlib.sha1()
    with open(f, 'rb') as o:
        while b := o.read(1 << 22): h.update(b)
    return h.hexdigest()
def fresh(d):
    shutil.rmtree(d, ignore_errors=True); os.makedirs(d); return d
def link_seed(data, d):
    fresh(d); os.symlink(data, f'{d}/{os.path.basename(data)}'); return d
def run_leech(name, a, i):
    if name == 'ceiling': return run_ceiling(a)
    size = os.path.getsize(a.data) / 2**20; tor = f'{a.data}.{a.piece}.torrent'
    out = fresh(f'{a.target}/rigout'); work = fresh('/dev/shm/rigwork'); port = 7100 + (os.getpid() * 7 + (i + 5) * 3) % 800
    seeds = []; other = ['taskset', '-c', '1'] if a.pin else []
    if a.peers: seeds.append(Proc(other + [WORK + '/bin/manypeers', a.data, tor, str(a.peers), str(int(a.rate * 2**20 / a.peers))]))
    for k in range(0 if a.peers else a.seeders):
        if a.fast: seeds.append(Proc([WORK + '/bin/fastpeer', 'seed', a.data, tor, str(6500+k), f'127.0.0.{10+k}'])); continue
        seeds.append(Proc([PY, RIG + '/peers/lt_peer.py', '--torrent', tor, '--save', os.path.dirname(a.data), '--listen', f'127.0.0.{10+k}:{6500+k}', '--seed', '--preset', a.seed_preset, '--piece', str(a.piece*1024)] + ['--utp'] * UTP + ['--rc4'] * RC4))
    for s in seeds: assert s.wait_ev('start', 10)
    time.sleep(.3)
    os.sync() if not a.target.startswith('/dev/shm') else None
    c = dict(torrent=tor, out=out, ip='127.0.0.1', port=port, work=work, loop=a.loop, pin=a.pin)
    p, poll = start_client(name, 'leech', c)
    if not wait_listen(port): print('client not listening', p.lines[-5:])
    if name in ('transmission',): pass
    time.sleep(0.05)
    for s in seeds: s.t0s = time.time(); s.say(f'connect 127.0.0.1 {port}')
    end = time.time() + a.timeout; nextc = time.time() + 3
    while time.time() < end and not poll():
        time.sleep(.05 if name != 'transmission' else .1)
        if time.time() > nextc:
            nextc = time.time() + 3
            for s in seeds:
                if 'up_first' not in s.ev: s.say(f'connect 127.0.0.1 {port}')
    wall = (p.tend if p.tend else time.time() - p.t0); cpu, rss = finish(p)
    time.sleep(.1)
    f = [s.ev['up_first']['t'] + s.t0 for s in seeds if 'up_first' in s.ev]
    l = [s.ev['up_all']['t'] + s.t0 for s in seeds if 'up_all' in s.ev]
    first = min(f) if f else None
    # end of transfer: the seeder's own view for one seeder; the client's finish for several
    if a.seeders == 1 and l: dt = l[0] - first
    elif first: dt = p.t0 + wall - first
    else: dt = None
    scpu = sum(cpu_of(s.pid) or 0 for s in seeds)
    ok = None
    if a.verify and i <= 0:
        ff = glob.glob(out + '/**/' + os.path.basename(a.data), recursive=True); ok = bool(ff) and sha(ff[0]) == sha(a.data)
    p.stop(); [s.stop() for s in seeds]
    dt2 = (p.t0 + wall - first) if first else None  # first byte -> client says done
    return dict(client=name, role='leech', fast=a.fast, piece=a.piece, target=a.target, seeders=a.seeders, wall=round(wall, 3), xfer_s=round(dt, 3) if dt else None, mib_s=round(size / dt2, 1) if dt2 else None, mib_s_wire=round(size / dt, 1) if dt else None,
                cpu_s=round(cpu, 2), cpu_s_gib=round(cpu / size * 1024, 2), cpu_pct=round(100 * cpu / wall), rss_mib=round(rss), anon_mib=round(p.anon), seeder_cpu=round(scpu, 2), **loop_delay(c), ok=ok, tail=None if first else p.lines[-4:])
def run_seed(name, a, i):
    size = os.path.getsize(a.data) / 2**20; tor = f'{a.data}.{a.piece}.torrent'
    out = fresh('/dev/shm/rigout'); work = fresh('/dev/shm/rigwork'); port = 7100 + (os.getpid() * 7 + (i + 5) * 3) % 800
    c = dict(torrent=tor, out=os.path.dirname(a.data), ip='127.0.0.1', port=port, work=work)
    p, poll = start_client(name, 'seed', c); assert wait_listen(port)
    # wait until hash check is over: CPU quiet
    lastc = -1; quiet = 0; end = time.time() + 60
    while quiet < 5 and time.time() < end:
        time.sleep(.2); x = sum(cpu_of(k) or 0 for k in kids(p.pid)); quiet = quiet + 1 if x - lastc < 0.03 else 0; lastc = x
    c0 = sum(cpu_of(k) or 0 for k in kids(p.pid))
    if a.fast: l = Proc([WORK + '/bin/fastpeer', 'leech', a.data, tor, '-', '127.0.0.1', str(port), os.environ.get('DEPTH', '200')])
    else: l = Proc([PY, RIG + '/peers/lt_peer.py', '--torrent', tor, '--save', out, '--listen', '127.0.0.9:6499', '--exit-on-done', '--preset', a.seed_preset] + ['--utp'] * UTP + ['--rc4'] * RC4)
    assert l.wait_ev('start', 10), l.lines; time.sleep(0 if a.fast else .1); l.say(f'connect 127.0.0.1 {port}')
    end = time.time() + a.timeout
    while l.ru is None and time.time() < end: time.sleep(.02)
    c1 = sum(cpu_of(k) or 0 for k in kids(p.pid)); rss = hwm_of(p.pid)
    d = l.ev.get('done'); f = l.ev.get('down_first'); dt = d['t'] - f['t'] if d and f else None
    lc = l.ru.ru_utime + l.ru.ru_stime if l.ru else None
    p.stop(); l.stop()
    return dict(client=name, role='seed', fast=a.fast, piece=a.piece, first_byte_s=f['t'] if f else None, xfer_s=round(dt, 3) if dt else None, mib_s=round(size / dt, 1) if dt else None, cpu_s_gib=round((c1 - c0) / size * 1024, 2), rss_mib=round(rss), anon_mib=round(p.anon), leecher_cpu=round(lc, 2) if lc else None, tail=None if dt else p.lines[-4:])
# ---------------------------------------------------------------- private DHT in network namespaces
def sh(c): return sp.run(c, shell=True, capture_output=True, text=True)
def ns_up(n):
    ns_down(); sh('ip netns add rigS; ip netns add rigD; ip link add rigv0 netns rigS type veth peer name rigv1 netns rigD')
    sh('ip netns exec rigS ip link set lo up; ip netns exec rigD ip link set lo up; ip netns exec rigS ip link set rigv0 up; ip netns exec rigD ip link set rigv1 up')
    sh('ip netns exec rigD ip addr add 10.77.200.2/16 dev rigv1')
    sh('ip netns exec rigD sysctl -qw net.ipv6.conf.all.disable_ipv6=1; ip netns exec rigS sysctl -qw net.ipv6.conf.all.disable_ipv6=1')
    # libtorrent starts no DHT on interfaces without a default route: give both namespaces one (leads nowhere); DNS fails at once
    sh('ip netns exec rigD ip route add default dev rigv1')
    for n_ in ('rigS', 'rigD'): sh(f'mkdir -p /etc/netns/{n_}; echo nameserver 127.0.0.1 > /etc/netns/{n_}/resolv.conf')
    b = '\n'.join(f'addr add 10.77.{i//200}.{1 + i%200}/16 dev rigv0' for i in range(n + 5)); sp.run(['ip', '-n', 'rigS', '-batch', '-'], input=b, text=True); sh('ip netns exec rigS ip route add default dev rigv0')
def ns_down(): sh('rm -rf /etc/netns/rigS /etc/netns/rigD; ip netns del rigS; ip netns del rigD; ip link del rigv0')
def swarm_up(a, n):
    # node 0 = bootstrap; implementation: libtorrent (default) or npm bittorrent-dht
    if a.dhtimpl == 'npm': s = Proc(['ip', 'netns', 'exec', 'rigS', 'node', RIG + '/peers/dht_swarm.mjs', str(n + 1), '10.77'])
    else: s = Proc(['ip', 'netns', 'exec', 'rigS', PY, RIG + '/peers/lt_swarm.py', str(n + 1), '10.77'])
    assert s.wait_ev('ready', 120), s.lines[-5:]
    print(s.ev['ready'])
    return s
def run_magnet(name, a, i, boot):
    tor = f'{a.data}.{a.piece}.torrent'; out = fresh('/dev/shm/rigout'); work = fresh('/dev/shm/rigwork'); port = 7100 + (os.getpid() * 7 + (i + 5) * 3) % 800
    seed = a._seed
    c = dict(torrent=tor, magnet=a._magnet, out=out, ip='10.77.200.2', port=port, work=work, ns='rigD', dht=boot)
    size = os.path.getsize(a.data)
    seed = Proc(['ip', 'netns', 'exec', 'rigS', PY, RIG + '/peers/lt_peer.py', '--torrent', tor, '--save', os.path.dirname(a.data), '--listen', a._seedaddr, '--seed', '--dht', boot, '--preset', 'default', '--piece', str(a.piece*1024)])
    seed.wait_ev('dht_bootstrap', 30); time.sleep(a.settle)
    p, poll = start_client(name, 'leech', c); end = time.time() + a.timeout
    while time.time() < end and not poll(): time.sleep(.02 if name != 'transmission' else .1)
    wall = (p.tend if p.tend else time.time() - p.t0); cpu, rss = finish(p); ff = glob.glob(out + '/**/' + os.path.basename(a.data), recursive=True)
    ok = bool(ff) and sha(ff[0]) == sha(a.data)
    meta = p.ev['metadata']['t'] if 'metadata' in p.ev else getattr(p, 'meta', None)
    if meta is None: meta = p.grep(r'\[METADATA\]|' + os.environ.get('CLIENT_META_RE', 'xxxxx'))
    fp = seed.ev.get('up_piece'); fb = seed.ev.get('up_first'); off = seed.t0 - p.t0
    r = dict(client=name, role='magnet', nodes=a.nodes, t_metadata=round(meta, 2) if meta else None, t_first_byte=round(fb['t'] + off, 2) if fb else None, t_first_piece=round(fp['t'] + off, 2) if fp else None, t_done=round(wall, 2) if ok else None, xfer_mib_s=round(size / 2**20 / (wall - fb['t'] - off), 1) if ok and fb and wall - fb['t'] - off > 0.05 else None, t_add=round(c.get('t_add', 0), 2), cpu_s=round(cpu, 2), rss_mib=round(rss), ok=ok, tail=None if ok else p.lines[-6:])
    p.stop(); seed.stop(); return r
if __name__ == '__main__':
    ap = argparse.ArgumentParser(); ap.add_argument('mode'); ap.add_argument('client'); ap.add_argument('--data', default='/dev/shm/rigdata/g1'); ap.add_argument('--piece', type=int, default=1024); ap.add_argument('--runs', type=int, default=3)
    ap.add_argument('--target', default='/dev/shm'); ap.add_argument('--seeders', type=int, default=1); ap.add_argument('--timeout', type=float, default=90); ap.add_argument('--seed-preset', default='hps'); ap.add_argument('--verify', action='store_true'); ap.add_argument('--warmup', type=int, default=1); ap.add_argument('--fast', action='store_true', help='C fastpeer instead of libtorrent on the other side')
    ap.add_argument('--peers', type=int, default=0, help='this many rate-limited C peers in one process'); ap.add_argument('--rate', type=float, default=0, help='MiB/s of all of them together')
    ap.add_argument('--utp', action='store_true', help='uTP only: TCP is off on both sides')
    ap.add_argument('--rc4', action='store_true', help='RC4 to the end: plaintext is off on both sides')
    ap.add_argument('--loop', action='store_true', help='record event loop delays of Node clients'); ap.add_argument('--pin', action='store_true', help='the client gets CPU 0, the C peers CPU 1')
    ap.add_argument('--nodes', type=int, default=30); ap.add_argument('--dhtimpl', default='npm'); ap.add_argument('--settle', type=float, default=2); ap.add_argument('--log', default=WORK + '/results/runs.jsonl')
    a = ap.parse_args(); rs = []
    if a.mode == 'magnet':
        ns_up(a.nodes + 2); sw = swarm_up(a, a.nodes); import subprocess
        ih = sp.run([PY, '-c', f'import libtorrent as lt; print(lt.torrent_info("{a.data}.{a.piece}.torrent").info_hash())'], capture_output=True, text=True).stdout.strip()
        a._magnet = f'magnet:?xt=urn:btih:{ih}'; k = a.nodes + 1; a._seedaddr = f'10.77.{k//200}.{1 + k%200}:6881'; a._seed = None
    try:
        names = a.client.split(',')
        for i in range(-a.warmup, a.runs):
            for name in (names if i % 2 == 0 else names[::-1]):   # interleaved and turned round: the machine drifts
                try:
                    r = run_magnet(name, a, i, '10.77.0.1:6881') if a.mode == 'magnet' else (run_leech if a.mode == 'leech' else run_seed)(name, a, i)
                except Exception as e: r = dict(client=name, role=a.mode, error=repr(e))
                if i < 0: print('warm-up', json.dumps(r), flush=True); continue
                rs.append(r); print(json.dumps(r), flush=True); open(a.log, 'a').write(json.dumps(r) + '\n')
        def med(k, name):
            v = [r[k] for r in rs if r['client'] == name and r.get(k) is not None]; return round(statistics.median(v), 2) if v else None
        keys = ['mib_s', 'mib_s_wire', 'wall', 'cpu_s_gib', 'cpu_pct', 'rss_mib', 'anon_mib', 'first_byte_s', 'loop_p50_ms', 'loop_p99_ms', 'loop_max_ms'] if a.mode != 'magnet' else ['t_metadata', 't_first_byte', 't_first_piece', 't_done', 'xfer_mib_s', 'cpu_s', 'rss_mib']
        for name in names:
            print('MEDIAN', a.mode + ('-fast' if a.fast else ''), name, a.piece, a.target if a.mode != 'magnet' else a.nodes, 'seeders=%d' % a.seeders, {k: med(k, name) for k in keys if med(k, name) is not None}, flush=True)
        for name in names[1:]:
            print('RATIO', a.mode + ('-fast' if a.fast else ''), name + '/' + names[0], {k: round(med(k, name) / med(k, names[0]), 2) for k in keys if med(k, name) and med(k, names[0])}, flush=True)
    finally:
        if a.mode == 'magnet': sw.stop(); ns_down()
        shutil.rmtree('/dev/shm/rigout', ignore_errors=True); shutil.rmtree(a.target + '/rigout', ignore_errors=True)
