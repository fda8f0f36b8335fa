// webtorrent peer: node wt_peer.mjs --torrent F|--magnet M --save D --port P [--seed] [--dht ip:port|none] [--exit-on-done] [--ip 127.0.0.1]
import fs from 'fs'
import os from 'os'
const { default: WebTorrent } = await import((process.env.RIG_WORK || os.tmpdir() + '/starling-rig') + '/node/node_modules/webtorrent/index.js')
const a = {}; for (let i = 2; i < process.argv.length; i++) { const k = process.argv[i]; if (k.startsWith('--')) a[k.slice(2)] = (process.argv[i + 1] && !process.argv[i + 1].startsWith('--')) ? process.argv[++i] : true }
// webtorrent binds every address of the machine; held to one, its sockets stay where the rig put it
if (a.ip) (await import('../../../test/interop/peers/hold-sockets.mjs')).holdSocketsTo(a.ip)
const T0 = process.env.RIG_T0 ? +process.env.RIG_T0 * 1000 : Date.now()
const ev = (n, k = {}) => { const r = process.resourceUsage(); console.log(JSON.stringify({ ev: n, t: (Date.now() - T0) / 1000, cpu: (r.userCPUTime + r.systemCPUTime) / 1e6, rss_mib: Math.round(r.maxRSS / 1024), ...k })) }
const c = new WebTorrent({ utp: false, lsd: false, natUpnp: false, natPmp: false, tracker: false, utPex: true, torrentPort: +a.port, dhtPort: +a.port, dht: (a.dht && a.dht !== 'none') ? { bootstrap: [a.dht] } : false })
c.on('error', e => { ev('error', { msg: String(e && e.stack || e) }); process.exit(1) })
ev('start')
const id = a.torrent ? new Uint8Array(fs.readFileSync(a.torrent)) : a.magnet
const t = c.add(id, { path: a.save, announce: [], skipVerify: !!a.seed})
t.on('infoHash', () => ev('added'))
t.on('metadata', () => ev('metadata'))
let fp = false; t.on('verified', () => { if (!fp) { fp = true; ev('first_piece') } })
t.on('ready', () => ev('ready', { progress: t.progress }))
t.on('done', () => { ev('done', { down: t.downloaded }); if (a['exit-on-done']) process.exit(0) })
process.stdin.on('data', d => { for (const l of String(d).split('\n')) { const w = l.split(' '); if (w[0] === 'connect') t.addPeer(w[1] + ':' + w[2]); if (w[0] === 'quit') process.exit(0) } })
process.stdin.on('end', () => process.exit(0))
