#!/usr/bin/env bash
# Lets another program take up torrents and write its own state, then ends it. Inside a network namespace without a way
# out:  unshare --net bash foreign-programs.sh qbittorrent|transmission|rtorrent FOLDER
#   FOLDER/torrents   album.torrent half.torrent single.torrent secret.torrent (private)
#   FOLDER/data       their content; of half one file is missing
#   FOLDER/state      where the program shall keep its state
# album gets the label music, half is paused.
set -euo pipefail
program=$1
cd "$2"
folder=$PWD
export HOME=$folder/home
mkdir -p "$HOME" state
ip link set lo up
trap 'kill $(jobs -p) 2>/dev/null || true' EXIT

until_true() { # SECONDS COMMAND...
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || { echo "never came true: $*" >&2; exit 1; }
    sleep 0.1
  done
}

qbittorrent() {
  local api=http://127.0.0.1:18080/api/v2 pid
  mkdir -p state/qBittorrent/config
  printf '%s\n' '[LegalNotice]' 'Accepted=true' '[Preferences]' 'WebUI\LocalHostAuth=false' 'WebUI\Port=18080' \
    'WebUI\Address=127.0.0.1' '[BitTorrent]' 'Session\DHTEnabled=false' 'Session\LSDEnabled=false' \
    'Session\Interface=lo' >state/qBittorrent/config/qBittorrent.conf
  qbittorrent-nox --profile="$folder/state" >program.log 2>&1 &
  pid=$!
  until_true 30 curl -sf $api/app/version
  add() { # NAME CATEGORY PAUSED
    curl -sf -F "torrents=@torrents/$1.torrent" -F "savepath=$folder/data" -F "category=$2" -F "paused=$3" $api/torrents/add
  }
  add album music false
  add half '' true
  add single '' false
  add secret '' false
  have_all() { [ "$(curl -sf $api/torrents/info | grep -o '"hash"' | wc -l)" = 4 ]; }
  until_true 30 have_all
  progress() { curl -sf $api/torrents/info | grep -o "\"progress\":$1," | wc -l; }
  complete() { [ "$(progress 1)" = 3 ]; }
  until_true 60 complete # what lies there already is checked by itself
  curl -sf -d hashes=all $api/torrents/recheck
  checked() { complete && [ "$(progress '0\.4[0-9]*')" = 1 ]; }
  until_true 60 checked
  kill -TERM $pid
  wait $pid || true
}

transmission() {
  local remote="transmission-remote 127.0.0.1:19091" pid
  printf '%s\n' '{"dht-enabled": false, "lpd-enabled": false, "pex-enabled": false, "utp-enabled": false,' \
    '"rpc-port": 19091, "rpc-bind-address": "127.0.0.1", "bind-address-ipv4": "127.0.0.1",' \
    '"port-forwarding-enabled": false}' >state/settings.json
  transmission-daemon -f -g "$folder/state" >program.log 2>&1 &
  pid=$!
  until_true 30 $remote -l
  for name in album half single secret; do $remote -a "torrents/$name.torrent" -w "$folder/data" >/dev/null; done
  $remote -t 1 -L music >/dev/null
  $remote -t all -v >/dev/null
  checked() { [ "$($remote -l | grep -c '100%')" = 3 ] && $remote -t 2 -i | grep -q 'Percent Done: [1-9]'; }
  until_true 60 checked
  stopped() { $remote -t 2 -S && $remote -t 2 -i | grep -q 'State: Stopped'; }
  until_true 30 stopped # only now: a check would start it again
  kill -TERM $pid
  wait $pid || true
}

rtorrent() {
  local pid
  printf '%s\n' "session.path.set = $folder/state" "directory.default.set = $folder/data" \
    'network.bind_address.set = 127.0.0.1' 'network.port_range.set = 16900-16909' 'dht.mode.set = disable' \
    'trackers.use_udp.set = no' 'system.daemon.set = true' \
    "schedule2 = one,1,0,\"load.start=$folder/torrents/album.torrent,d.custom1.set=music\"" \
    "schedule2 = two,1,0,\"load.normal=$folder/torrents/half.torrent,d.check_hash=\"" \
    "schedule2 = three,1,0,\"load.start=$folder/torrents/single.torrent\"" \
    "schedule2 = four,1,0,\"load.start=$folder/torrents/secret.torrent\"" \
    'schedule2 = save,2,1,"session.save="' >rtorrent.rc
  TERM=dumb command rtorrent -n -o "import=$folder/rtorrent.rc" >program.log 2>&1 &
  pid=$!
  saved() { [ "$(grep -l bitfield state/*.libtorrent_resume | wc -l)" = 4 ]; }
  until_true 60 saved
  sleep 2 # one more save, after the last check
  kill -INT $pid
  wait $pid || true
}

$program
