#!/bin/sh
# A company's network, played on one machine: two nodes let others in, one of them dies without a word, and a newcomer still gets what
# a member shares. Each machine is a home of its own and an address of 127.0.0.0/8.
#
#   examples/company-network.sh      STARLING names the program, ADDRESS the first three numbers of the addresses
set -eu
. "$(dirname "$0")/machines.sh"

echo '== on berlin: a network with two nodes that let others in'
on berlin network create acme --bootstrap "$address.1:7000" --bootstrap "$address.2:7000" > "$folder/acme.join"
for machine in paris alice bob; do on $machine network join "$folder/acme.join"; done
# On a local network they would find each other anyway; these are in three towns.
start berlin dht serve --network acme --host "$address.1" --port 7000 --no-lsd
berlin=$started
start paris dht serve --network acme --host "$address.2" --port 7000 --no-lsd
wait_for berlin '^listening '
wait_for paris '^listening '

echo '== on alice: share a report'
mkdir "$folder/report"
head -c 500000 /dev/urandom > "$folder/report/figures.bin"
start alice share "$folder/report" --network acme --host "$address.3" --no-lsd
wait_for alice '^magnet:'

echo '== berlin dies, and bob comes for the first time'
kill -9 "$berlin"
on bob get "$(line_of alice '^magnet:')" --network acme --host "$address.4" --no-lsd -o "$folder/copy"
cmp "$folder/report/figures.bin" "$folder/copy/report/figures.bin"

echo '== on bob: which of the two is it?'
on bob network doctor acme --host "$address.4" || echo '(exit 1: something is broken)'
