#!/bin/sh
# Build machines that share artefacts, played on one machine: one of them stays, jobs come and go, and each gives what it took to the next.
# Each machine is a home of its own and an address of 127.0.0.0/8.
#
#   examples/ci-artefacts.sh      STARLING names the program, ADDRESS the first three numbers of the addresses
set -eu
. "$(dirname "$0")/machines.sh"

echo '== once: the line of the network becomes a secret of the build system'
STARLING_JOIN=$(on cache network create ci --bootstrap "$address.1:7000")
export STARLING_JOIN
start cache dht serve --network ci --host "$address.1" --port 7000 --no-lsd
wait_for cache '^listening '

echo '== the job that builds'
printenv STARLING_JOIN | on build network join -
mkdir "$folder/build"
head -c 3000000 /dev/urandom > "$folder/build/app.tar"
start build share "$folder/build" --network ci --host "$address.2" --no-lsd
wait_for build '^magnet:'
MAGNET=$(line_of build '^magnet:')

echo '== jobs that test: each takes the artefact, goes to work, and gives for ten minutes more'
for job in 3 4 5; do
  printenv STARLING_JOIN | on "job$job" network join -
  start "job$job" get "$MAGNET" --network ci --host "$address.$job" --no-lsd -o "$folder/job$job" --seed=10m --json
done
for job in 3 4 5; do
  wait_for "job$job" '"type":"complete"'
  cmp "$folder/build/app.tar" "$folder/job$job/build/app.tar"
done
