// Physical limits of node: sha1, bencode, loopback TCP (sink / file / file+sha1), UDP echo.  node node_ceiling.mjs [sha|bencode|tcp|udp]
import { createHash, randomBytes } from 'node:crypto'
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'
import { spawn } from 'node:child_process'
import net from 'node:net'; import fs from 'node:fs'; import dgram from 'node:dgram'
import { fileURLToPath } from 'node:url'
import { tmpdir } from 'node:os'
const WORK = process.env.RIG_WORK || tmpdir() + '/starling-rig'
const me = fileURLToPath(import.meta.url); const mode = isMainThread ? process.argv[2] : workerData.mode
const now = () => Number(process.hrtime.bigint()) / 1e9
const cpu = () => { const r = process.resourceUsage(); return (r.userCPUTime + r.systemCPUTime) / 1e6 }
const med = a => a.sort((x, y) => x - y)[a.length >> 1]
const out = o => console.log(JSON.stringify(o))
if (!isMainThread && mode === 'w') {
  const buf = randomBytes(workerData.size); parentPort.on('message', n => { for (let i = 0; i < n; i++) createHash('sha1').update(buf).digest(); parentPort.postMessage('ok') }); parentPort.postMessage('up')
} else if (!isMainThread && mode === 'pw') { // hash transferred buffers
  parentPort.on('message', ab => { const d = createHash('sha1').update(new Uint8Array(ab)).digest(); parentPort.postMessage({ d, ab }, [ab]) })
} else if (mode === 'sha') {
  for (const size of [16384, 262144, 1048576, 4194304]) {
    const b = randomBytes(size); const n = Math.ceil((256 << 20) / size); const r = []
    for (let k = 0; k < 4; k++) { const t = now(); for (let i = 0; i < n; i++) createHash('sha1').update(b).digest(); r.push(n * size / 1048576 / (now() - t)) }
    out({ t: 'sha1 createHash 1 thread', size, mib_s: Math.round(med(r)) })
  }
  { const { hash } = await import('node:crypto'); if (hash) { const b = randomBytes(1 << 20); const t = now(); for (let i = 0; i < 256; i++) hash('sha1', b, 'buffer'); out({ t: 'crypto.hash', mib_s: Math.round(256 / (now() - t)) }) } else out({ t: 'crypto.hash', na: true }) }
  { const b = randomBytes(1 << 20); const r = []; for (let k = 0; k < 3; k++) { const t = now(); for (let i = 0; i < 256; i += 4) await Promise.all([0, 1, 2, 3].map(() => crypto.subtle.digest('SHA-1', b))); r.push(256 / (now() - t)) } out({ t: 'subtle.digest 1MiB x4 in flight (threadpool)', mib_s: Math.round(med(r)) }) }
  { const b = randomBytes(16384); const t = now(); for (let i = 0; i < 16384; i++) await crypto.subtle.digest('SHA-1', b); out({ t: 'subtle.digest 16KiB serial', mib_s: Math.round(256 / (now() - t)) }) }
  { // incremental: update per 16 KiB block
    const b = randomBytes(16384); const t = now(); for (let i = 0; i < 512; i++) { const h = createHash('sha1'); for (let j = 0; j < 64; j++) h.update(b); h.digest() } out({ t: 'incremental 64x16KiB update', mib_s: Math.round(512 / (now() - t)) }) }
  for (const nw of [1, 2]) {
    const ws = Array.from({ length: nw }, () => new Worker(me, { workerData: { mode: 'w', size: 1 << 20 } })); await Promise.all(ws.map(w => new Promise(r => w.once('message', r))))
    const t = now(); await Promise.all(ws.map(w => new Promise(r => { w.once('message', r); w.postMessage(1024) }))); out({ t: `worker threads ${nw} (no transfer)`, mib_s: Math.round(nw * 1024 / (now() - t)) }); ws.forEach(w => w.terminate())
  }
  for (const nw of [1, 2]) {
    const ws = Array.from({ length: nw }, () => new Worker(me, { workerData: { mode: 'pw' } })); let left = 2048; const t = now(); const c0 = cpu()
    await new Promise(res => { let fin = 0; for (const w of ws) { let infl = 0; const kick = ab => { if (left > 0) { left--; infl++; w.postMessage(ab, [ab]) } else if (infl === 0 && ++fin === nw) res() }; w.on('message', m => { infl--; kick(m.ab) }); for (let i = 0; i < 4; i++) { const u = new Uint8Array(1 << 20); kick(u.buffer) } } })
    out({ t: `worker threads ${nw} (1 MiB ArrayBuffer transferred both ways)`, mib_s: Math.round(2048 / (now() - t)), cpu_s_gib: +((cpu() - c0) / 2).toFixed(2) }); ws.forEach(w => w.terminate())
  }
} else if (mode === 'bencode') {
  const bencode = (await import(WORK + '/node/node_modules/bencode/index.js')).default
  const msg = { t: Buffer.from('aa01'), y: 'r', v: Buffer.from('LT01'), ip: randomBytes(6), r: { id: randomBytes(20), token: randomBytes(8), nodes: randomBytes(208) } }
  const q = { t: Buffer.from('aa01'), y: 'q', q: 'get_peers', a: { id: randomBytes(20), info_hash: randomBytes(20) } }
  const mv = { ...msg, r: { ...msg.r, values: Array.from({ length: 30 }, () => randomBytes(6)) } }
  for (const [n, o] of [['get_peers response 8 nodes', msg], ['get_peers response 8 nodes + 30 peers', mv], ['get_peers query', q]]) {
    const e = Buffer.from(bencode.encode(o)); const N = 200000; for (let i = 0; i < 20000; i++) { bencode.encode(o); bencode.decode(e) }
    const re = [], rd = []; for (let k = 0; k < 3; k++) { let t = now(); for (let i = 0; i < N / 4; i++) bencode.encode(o); re.push(N / 4 / (now() - t)); t = now(); for (let i = 0; i < N / 4; i++) bencode.decode(e); rd.push(N / 4 / (now() - t)) }
    out({ t: 'npm bencode 4: ' + n, bytes: e.length, enc_ops_s: Math.round(med(re)), dec_ops_s: Math.round(med(rd)) })
  }
  const tor = { announce: 'x', info: { name: 'x', 'piece length': 262144, pieces: randomBytes(1048560), length: 262144 * 52428 } }
  const many = { info: { name: 'x', 'piece length': 262144, pieces: randomBytes(20 * 20000), files: Array.from({ length: 10000 }, (_, i) => ({ length: i * 1000, path: ['dir' + (i % 100), 'file-with-a-name-' + i + '.bin'] })) } }
  for (const [n, o] of [['torrent 1 MiB (one pieces string)', tor], ['torrent ~1 MiB (10000 files)', many]]) {
    const e = Buffer.from(bencode.encode(o)); const re = [], rd = []; for (let k = 0; k < 4; k++) { let t = now(); for (let i = 0; i < 20; i++) bencode.encode(o); re.push((now() - t) / 20 * 1e3); t = now(); for (let i = 0; i < 20; i++) bencode.decode(e); rd.push((now() - t) / 20 * 1e3) }
    out({ t: 'npm bencode 4: ' + n, bytes: e.length, enc_ms: +med(re).toFixed(2), dec_ms: +med(rd).toFixed(2) })
  }
} else if (mode === 'tcpsend') {
  const chunk = +process.argv[4], total = 1 << 30; const b = randomBytes(chunk)
  const s = net.connect(+process.argv[3], '127.0.0.1', () => { s.setNoDelay(); let sent = 0; const c0 = cpu(); const w = () => { while (sent < total) { sent += chunk; if (!s.write(b)) { s.once('drain', w); return } } s.end(() => {}); }; w(); s.on('close', () => { out({ sender_cpu: +(cpu() - c0).toFixed(2) }); process.exit() }) }); s.resume()
} else if (mode === 'tcp') {
  const run = (chunk, kind, target, onread) => new Promise(res => {
    const file = target + '/node_ceiling.bin'; const fd = kind.includes('file') ? fs.openSync(file, 'w') : -1; let got = 0, t0, c0, pos = 0; const P = 1 << 20
    let piece = Buffer.allocUnsafe(P), fill = 0, pend = 0, ended = false
    let hs = kind.includes('incr') ? createHash('sha1') : null, hfill = 0
    const pool = []
    const end = () => { if (!ended || pend) return; const dt = now() - t0; if (fd >= 0) fs.closeSync(fd); srv.close(); res({ t: 'tcp ' + kind, chunk, onread: !!onread, target: fd >= 0 ? target : '-', mib_s: Math.round(got / 1048576 / dt), recv_cpu_s_gib: +((cpu() - c0) / (got / (1 << 30))).toFixed(2), rss_mib: Math.round(process.resourceUsage().maxRSS / 1024) }) }
    const data = (d, s) => {
      if (t0 === undefined) { t0 = now(); c0 = cpu() } got += d.length
      if (kind === 'sink') return
      // assemble into 1 MiB pieces (copy), sha1, async write
      let o = 0
      while (o < d.length) { const n = Math.min(P - fill, d.length - o); d.copy(piece, fill, o, o + n); if (hs) hs.update(piece.subarray(fill, fill + n)); fill += n; o += n
        if (fill === P) { const pc = piece, at = pos; pos += P; if (kind.includes('sha') ) createHash('sha1').update(pc).digest(); if (hs) { hs.digest(); hs = createHash('sha1') }
          if (fd >= 0) { if (kind.includes('sync')) { fs.writeSync(fd, pc, 0, P, at); pool.push(pc) } else { pend++; if (pend > 16) s.pause(); fs.write(fd, pc, 0, P, at, () => { pend--; pool.push(pc); if (pend < 8) s.resume(); end() }) } } else pool.push(pc)
          piece = pool.pop() || Buffer.allocUnsafe(P); fill = 0 } }
    }
    const opts = {}
    const srv = net.createServer({ highWaterMark: 65536 }, s => { if (!onread) s.on('data', d => data(d, s)); s.on('end', () => { ended = true; end() }) })
    if (onread) { // onread needs a client socket: reverse roles by connecting from here
      srv.close(); const snd = spawn(process.execPath, [me, 'tcpserve', '0', String(chunk)], { stdio: ['ignore', 'pipe', 'inherit'] }); snd.stdout.once('data', l => { const port = JSON.parse(String(l).split('\n')[0]).port; const s = net.connect({ port, host: '127.0.0.1', onread: { buffer: Buffer.allocUnsafeSlow(onread), callback: (n, b) => { data(b.subarray(0, n), s); return true } } }); s.on('end', () => { ended = true; end() }) }); srv.close = () => {}
    } else srv.listen(0, '127.0.0.1', () => { spawn(process.execPath, [me, 'tcpsend', String(srv.address().port), String(chunk)], { stdio: ['ignore', 'inherit', 'inherit'] }) })
  })
  const R = +process.argv[3] || 3
  const only = process.argv.slice(4) // KIND ONREAD TARGET: that case alone
  for (const [chunk, kind, tg, onr] of [[16397, 'sink', '/dev/shm', 0], [65536, 'sink', '/dev/shm', 0], [262144, 'sink', '/dev/shm', 0], [262144, 'sink', '/dev/shm', 65536], [262144, 'sink', '/dev/shm', 262144], [262144, 'sink', '/dev/shm', 1 << 20], [262144, 'file', '/dev/shm', 0], [262144, 'file+sha', '/dev/shm', 0], [262144, 'file+sha', '/dev/shm', 262144], [262144, 'file+sha+sync', '/dev/shm', 262144], [262144, 'file+incr', '/dev/shm', 262144], [262144, 'file+sha', WORK + '/disk', 0], [262144, 'file+sha', WORK + '/disk', 262144]].filter(c => !only.length || (c[1] === only[0] && c[3] === +only[1])).slice(0, only.length ? 1 : undefined).map(c => only[2] ? [c[0], c[1], only[2], c[3]] : c)) {
    const rs = []; for (let i = 0; i < R; i++) { rs.push(await run(chunk, kind, tg, onr)); await new Promise(r => setTimeout(r, 150)) } rs.sort((a, b) => a.mib_s - b.mib_s); out(rs[rs.length >> 1]); for (const d of ['/dev/shm', WORK + '/disk']) fs.rmSync(d + '/node_ceiling.bin', { force: true })
  }
} else if (mode === 'tcpserve') {
  const chunk = +process.argv[4], total = 1 << 30; const b = randomBytes(chunk); const srv = net.createServer(s => { const c0 = cpu(); let sent = 0; const w = () => { while (sent < total) { sent += chunk; if (!s.write(b)) { s.once('drain', w); return } } s.end() }; w(); s.on('close', () => { process.stderr.write(JSON.stringify({ sender_cpu: +(cpu() - c0).toFixed(2) }) + '\n'); process.exit() }); s.resume() }).listen(0, '127.0.0.1', () => out({ port: srv.address().port }))
} else if (mode === 'udpserver') { // echo server for krpc_load: replies a constant 300-byte get_peers-like reply
  const kind = process.argv[3], port = +process.argv[4], rep = Buffer.concat([Buffer.from('d1:rd2:id20:'), randomBytes(20), Buffer.from('5:nodes208:'), randomBytes(208), Buffer.from('5:token8:'), randomBytes(8), Buffer.from('e1:t4:aaaa1:y1:re')])
  if (kind === 'dgram') { const s = dgram.createSocket({ type: 'udp4', recvBufferSize: 4 << 20, sendBufferSize: 4 << 20 }); s.on('message', (m, r) => s.send(rep, 0, rep.length, r.port, r.address)); s.bind(port, '127.0.0.1', () => out({ ev: 'ready' })) }
  if (kind === 'dgramcb') { const s = dgram.createSocket({ type: 'udp4', recvBufferSize: 4 << 20, sendBufferSize: 4 << 20 }); const cb = () => {}; s.on('message', (m, r) => s.send(rep, 0, rep.length, r.port, r.address, cb)); s.bind(port, '127.0.0.1', () => out({ ev: 'ready' })) }
  if (kind === 'dgramlookup') { const s = dgram.createSocket({ type: 'udp4', recvBufferSize: 4 << 20, sendBufferSize: 4 << 20, lookup: (h, o, cb) => { cb(null, h, 4) } }); s.on('message', (m, r) => s.send(rep, 0, rep.length, r.port, r.address)); s.bind(port, '127.0.0.1', () => out({ ev: 'ready' })) }
  if (kind === 'dgramcopy') { const s = dgram.createSocket({ type: 'udp4', recvBufferSize: 4 << 20, sendBufferSize: 4 << 20 }); s.on('message', (m, r) => { const o = Buffer.allocUnsafe(rep.length); rep.copy(o); s.send(o, r.port, r.address) }); s.bind(port, '127.0.0.1', () => out({ ev: 'ready' })) }
  if (kind === 'recvonly') { const s = dgram.createSocket({ type: 'udp4', recvBufferSize: 4 << 20 }); let n = 0; s.on('message', () => { n++ }); s.bind(port, '127.0.0.1', () => out({ ev: 'ready' })) }
  if (kind === 'asp' || kind === 'aspiter') { const { DgramAsPromised } = (await import('dgram-as-promised')); const s = DgramAsPromised.createSocket({ type: 'udp4', recvBufferSize: 4 << 20, sendBufferSize: 4 << 20 }); await s.bind(port, '127.0.0.1'); out({ ev: 'ready' })
    if (kind === 'asp') { for (;;) { const p = await s.recv(); if (!p) break; await s.send(rep, 0, rep.length, p.rinfo.port, p.rinfo.address) } } else { for await (const p of s) { s.send(rep, 0, rep.length, p.rinfo.port, p.rinfo.address).catch(() => {}) } } }
}
