#!/bin/sh
# Many messages from smtp-source (parallel sessions) through isthmusd to smtp-sink: each arrives once.
set -u
. "${ISTHMUS_SRCDIR:-$(dirname "$0")/../..}/tests/peers/lib.sh"

have smtp-source || skip_all 'smtp-source is not installed (it comes with Postfix)'

# shellcheck disable=SC2046
set -- $(ports 2)
in=$1 sink=$2
start_sink "$sink"
{
  config_head
  printf '[side exchange]\nrelay = sink\n[relay sink]\nhosts = 127.0.0.1:%s\n' "$sink"
  printf '[listener in]\naddress = 127.0.0.1:%s\n[peer domino]\nside = domino\naddresses = 127.0.0.1\n' "$in"
} >"$dir/isthmus.conf"
start_isthmusd "$dir/isthmus.conf" || { not_ok 'isthmusd starts'; finish; }
ok 'isthmusd starts'

# load SESSIONS MESSAGES BYTES RECIPIENTS
load () {
  smtp-source -s "$1" -m "$2" -l "$3" -r "$4" -f anna@acme.example -t bob@acme.example "127.0.0.1:$in"
}
total () { echo $((400 + 20 + 30)); }
check '10 sessions, 400 messages of 4 KiB' load 10 400 4096 1
check '4 sessions, 20 messages of 1 MiB' load 4 20 1048576 1
check '5 sessions, 30 messages with 10 recipients' load 5 30 4096 10
check 'all of them arrive' wait_for has_files "$dir/sink" "$(total)"
delivered () { [ "$(grep -c '"event":"delivered"' "$dir/isthmus.log")" -ge $((400 + 20 + 300)) ]; }
check 'each recipient is delivered' wait_for delivered
sleep 1
check 'and none twice' [ "$(count_files "$dir/sink")" = "$(total)" ]
check 'nothing was deferred for good' sh -c "! grep -q '\"event\":\"\\(failed\\|expired\\|dead\\)\"' '$dir/isthmus.log'"
finish
