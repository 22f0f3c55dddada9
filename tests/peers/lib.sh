# tests/peers/lib.sh - what the tests with real mail programs share: TAP, a folder, ports, certificates, isthmusd.
# Sourced by them; everything that is started here ends with the test.

build=${ISTHMUS_BUILDDIR:-.}
PATH=$PATH:/usr/sbin:/sbin
n=0
status=0
started=

dir=$(mktemp -d "${TMPDIR:-/tmp}/isthmus-peers-XXXXXX") || exit 99
chmod 755 "$dir"

note () { printf '%s\n' "$*" | sed 's/^/# /'; }

# ok NAME, not_ok NAME: one TAP line
ok () { n=$((n + 1)); echo "ok $n - $1"; }
not_ok () { n=$((n + 1)); echo "not ok $n - $1"; status=1; }
skip () { n=$((n + 1)); echo "ok $n - $1 # SKIP $2"; }
# check NAME COMMAND...: passes when the command does
check () {
  name=$1
  shift
  if "$@" >"$dir/check.out" 2>&1; then ok "$name"; else
    note "$*"
    note "$(tail -20 "$dir/check.out")"
    not_ok "$name"
  fi
}
have () { command -v "$1" >/dev/null 2>&1; }
skip_all () { echo "1..0 # SKIP $1"; exit 0; }

# wait_for COMMAND...: until it succeeds, at most 30 s
wait_for () {
  tries=300
  until "$@" >/dev/null 2>&1; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || return 1
    sleep 0.1
  done
}
count_files () { find "$1" -type f 2>/dev/null | wc -l; }
has_files () { [ "$(count_files "$1")" -ge "$2" ]; }

# start_sink PORT: smtp-sink that keeps each message as a file in $dir/sink
start_sink () {
  mkdir "$dir/sink"
  chmod 777 "$dir/sink"
  if [ "$(id -u)" = 0 ]; then
    run_in_background smtp-sink -u postfix -d "$dir/sink/%M." "127.0.0.1:$1" 100
  else
    run_in_background smtp-sink -d "$dir/sink/%M." "127.0.0.1:$1" 100
  fi
}

# run_in_background COMMAND...: ends with the test
run_in_background () {
  "$@" >>"$dir/$(basename "$1").out" 2>&1 &
  started="$started $!"
}

stop_all () {
  trap - EXIT INT TERM
  if [ -d "$dir/postfix/etc" ]; then postfix -c "$dir/postfix/etc" stop >/dev/null 2>&1; fi
  for pid in $started; do
    kill "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
  done
  rm -rf "$dir"
}
trap 'stop_all' EXIT
trap 'stop_all; exit 1' INT TERM

ports () { "$build/tests/peers/port" "$1"; }

# certificate NAME SUBJECT-ALT-NAME: NAME.crt and NAME.key, signed by ca.crt
certificate () {
  if [ ! -f "$dir/ca.crt" ]; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj '/CN=Test CA' \
      -keyout "$dir/ca.key" -out "$dir/ca.crt" 2>/dev/null || return 1
  fi
  printf 'subjectAltName=%s\n' "$2" >"$dir/$1.ext"
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" \
    -keyout "$dir/$1.key" -out "$dir/$1.csr" 2>/dev/null &&
    openssl x509 -req -in "$dir/$1.csr" -CA "$dir/ca.crt" -CAkey "$dir/ca.key" -CAcreateserial -days 2 \
      -extfile "$dir/$1.ext" -out "$dir/$1.crt" 2>/dev/null && chmod 600 "$dir/$1.key"
}

# start_isthmusd CONFIGURATION-FILE PORT: until it answers on the port
start_isthmusd () {
  run_in_background "$build/isthmusd" --config "$1"
  wait_for grep -q '"event":"started"' "$dir/isthmus.log" || {
    note "$(cat "$dir/isthmusd.out")"
    return 1
  }
}

# The head of every configuration: one shared domain, the directory asked for nobody.
config_head () {
  cat <<CONF
[connector]
hostname = isthmus.acme.example
queue-directory = $dir/queue
directory-database = $dir/directory.db
min-free = 1M
[log]
file = $dir/isthmus.log
[admin]
socket = $dir/admin.sock
[side domino]
relay = sink
[domain acme.example]
type = own
side = exchange
check-recipients = no
CONF
}

# logged EVENT WORDS...: is there such an event, with all these words in its line?
logged () {
  event=$1
  shift
  grep "\"event\":\"$event\"" "$dir/isthmus.log" >"$dir/lines" || return 1
  for words in "$@"; do
    grep -F -- "$words" "$dir/lines" >"$dir/lines2" || return 1
    mv "$dir/lines2" "$dir/lines"
  done
}

finish () {
  echo "1..$n"
  exit "$status"
}
