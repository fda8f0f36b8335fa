#!/usr/bin/env bash
# Installs the programs that `npm run test:interop` and the benchmarks talk to: real BitTorrent peers that nobody
# here wrote. Root on Debian 12 with Node 20. Idempotent; seconds when everything is there already.
#   Debian: libtorrent's Python binding (with Debian's own python3), aria2, iproute2 (namespaces), nftables (translators in
#           them), tmux (terminals),
#           qbittorrent-nox, transmission and rtorrent (whose state is imported; curl talks to the first), xdg-utils
#           (magnet links), zsh and fish (completions)
#   npm:    webtorrent, bittorrent-dht and webtorrent-fixtures, pinned by test/interop/peers/package-lock.json,
#           into .interop/peers (ignored by git); no install script of any package is run
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
/usr/bin/python3 -c 'import libtorrent' 2>/dev/null || missing+=(python3-libtorrent)
command -v aria2c >/dev/null || missing+=(aria2)
command -v ip >/dev/null || missing+=(iproute2)
command -v nft >/dev/null || missing+=(nftables)
command -v tmux >/dev/null || missing+=(tmux)
command -v qbittorrent-nox >/dev/null || missing+=(qbittorrent-nox)
command -v transmission-daemon >/dev/null || missing+=(transmission-daemon)
command -v transmission-remote >/dev/null || missing+=(transmission-cli)
command -v rtorrent >/dev/null || missing+=(rtorrent)
command -v curl >/dev/null || missing+=(curl)
command -v xdg-open >/dev/null || missing+=(xdg-utils)
command -v zsh >/dev/null || missing+=(zsh)
command -v fish >/dev/null || missing+=(fish)
if [ ${#missing[@]} -gt 0 ]; then
  echo "installing from Debian: ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

peers=.interop/peers
lock=test/interop/peers/package-lock.json
if ! cmp -s "$lock" "$peers/installed-lock.json"; then
  echo "installing from npm: webtorrent, bittorrent-dht, webtorrent-fixtures"
  rm -rf "$peers"
  mkdir -p "$peers"
  cp test/interop/peers/package.json "$lock" test/interop/peers/.npmrc "$peers/"
  (cd "$peers" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
  # WebRTC would need a native add-on, which is no use to peers that speak TCP: an empty module stands in for it.
  echo 'export const RTCPeerConnection = undefined, RTCSessionDescription = undefined, RTCIceCandidate = undefined; export default {};' \
    > "$peers/node_modules/webrtc-polyfill/index.js"
  cp "$lock" "$peers/installed-lock.json"
fi

echo "real peers ready: libtorrent $(/usr/bin/python3 -c 'import libtorrent; print(libtorrent.__version__)')," \
  "$(aria2c --version | head -1)," \
  "webtorrent $(node -p "require('./$peers/node_modules/webtorrent/package.json').version")," \
  "bittorrent-dht $(node -p "require('./$peers/node_modules/bittorrent-dht/package.json').version")"
