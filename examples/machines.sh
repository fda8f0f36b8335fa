# Machines that are none, for the examples of private networks beside this file: a folder each, as its home, and a log of what runs there.

starling=${STARLING:-starling}
address=${ADDRESS:-127.21.0}
# Nothing leaves this machine, whatever is done wrong.
export STARLING_LOOPBACK_ONLY=1
# A join string is a secret.
umask 077
folder=$(mktemp -d)
running=

clean_up() {
  for process in $running; do kill "$process" 2> /dev/null || true; done
  wait
  rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 1' INT TERM

# on MACHINE ARGUMENT…: runs a command there.
on() {
  home=$folder/home-$1
  shift
  mkdir -p "$home/run"
  HOME=$home XDG_STATE_HOME=$home/state XDG_CONFIG_HOME=$home/config XDG_DATA_HOME=$home/data XDG_CACHE_HOME=$home/cache \
    XDG_RUNTIME_DIR=$home/run $starling "$@"
}

# start MACHINE ARGUMENT…: the same in the background; `started` is the process.
start() {
  home=$folder/home-$1
  log=$folder/$1.log
  shift
  mkdir -p "$home/run"
  HOME=$home XDG_STATE_HOME=$home/state XDG_CONFIG_HOME=$home/config XDG_DATA_HOME=$home/data XDG_CACHE_HOME=$home/cache \
    XDG_RUNTIME_DIR=$home/run $starling "$@" > "$log" 2>&1 &
  started=$!
  running="$running $started"
}

# wait_for MACHINE PATTERN: until what runs there has said so, for a minute at most.
wait_for() {
  tries=0
  until grep -q "$2" "$folder/$1.log" 2> /dev/null; do
    tries=$((tries + 1))
    if [ $tries -gt 300 ]; then
      echo "$1 never said $2:" >&2
      cat "$folder/$1.log" >&2
      exit 1
    fi
    sleep 0.2
  done
}

line_of() {
  grep -m 1 "$2" "$folder/$1.log"
}
