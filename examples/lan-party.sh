#!/bin/sh
# A LAN party, played on one machine: no node lets others in, they hear each other. Each machine is a home and a port of its own.
#
#   examples/lan-party.sh      STARLING names the program
set -eu
. "$(dirname "$0")/machines.sh"

echo '== on the first machine: a network with no bootstrap node; the file is handed on'
on first network create party > "$folder/party.join"
for machine in second third; do on $machine network join "$folder/party.join"; done

echo '== on the first: share the maps'
mkdir "$folder/maps"
head -c 2000000 /dev/urandom > "$folder/maps/castle.map"
start first share "$folder/maps" --network party --host 127.0.0.1 --port 0
wait_for first '^magnet:'
magnet=$(line_of first '^magnet:')

echo '== on the second: get them, and give them on'
start second get "$magnet" --network party --host 127.0.0.1 --port 0 -o "$folder/second" --seed --json
wait_for second '"type":"complete"'

echo '== on the third: get them'
on third get "$magnet" --network party --host 127.0.0.1 --port 0 -o "$folder/third"
for copy in second third; do cmp "$folder/maps/castle.map" "$folder/$copy/maps/castle.map"; done
