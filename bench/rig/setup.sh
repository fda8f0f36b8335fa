#!/bin/bash
# One-time set-up of the rig (Debian 12, root, Node 20). Idempotent. The peers come from scripts/interop-setup.sh (into the git-ignored
# .interop/ of the repository); what is built or written here lies under $RIG_WORK.
set -e; cd "$(dirname "$0")"; RIG=$PWD; REPO=$(cd ../.. && pwd)
export RIG_WORK=${RIG_WORK:-${TMPDIR:-/tmp}/starling-rig}; mkdir -p "$RIG_WORK"/{node,bin,results,disk}
"$REPO/scripts/interop-setup.sh"
if ! command -v gcc >/dev/null || [ ! -e /usr/include/stdio.h ]; then apt-get update -qq; DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends gcc libc6-dev >/dev/null; fi
rm -rf "$RIG_WORK/node/node_modules"; ln -s "$REPO/.interop/peers/node_modules" "$RIG_WORK/node/node_modules"
gcc -O2 -o "$RIG_WORK/bin/krpc_load" "$RIG/bench/krpc_load.c"; gcc -O2 -o "$RIG_WORK/bin/fastpeer" "$RIG/bench/fastpeer.c"
gcc -O2 -Wall -o "$RIG_WORK/bin/manypeers" "$RIG/bench/manypeers.c"; gcc -O2 -Wall -o "$RIG_WORK/bin/krpc_pace" "$RIG/bench/krpc_pace.c"
echo "rig ready in $RIG_WORK"
