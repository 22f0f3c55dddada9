#!/bin/sh
# The service unit: complete paths, a stop time above stop-grace, and what systemd itself says about it.
set -u
build=${ISTHMUS_BUILDDIR:-.}
unit=$build/packaging/isthmus.service
dir=$(mktemp -d "${TMPDIR:-/tmp}/isthmus-unit-XXXXXX") || exit 99
trap 'rm -rf "$dir"' EXIT
n=0
status=0
check () {
  n=$((n + 1))
  if [ -z "$2" ]; then echo "ok $n - $1"; return; fi
  printf '%s\n' "$2" | head -20 | sed 's/^/# /'
  echo "not ok $n - $1"
  status=1
}
skip () {
  n=$((n + 1))
  echo "ok $n - $1 # SKIP $2"
}
echo 1..5
check 'every path is filled in' "$(grep -nE '@[a-z]+@' "$unit" "$build/packaging/tmpfiles.d/isthmus.conf" "$build/packaging/sysusers.d/isthmus.conf")"
grace=$("$build/isthmusctl" config reference | sed -n '/^  stop-grace$/,/Default/s/.*Default: \([0-9]*\)s*\..*/\1/p')
[ -n "$grace" ] || grace=60
stop=$(sed -n 's/^TimeoutStopSec=//p' "$unit")
check "TimeoutStopSec ($stop) leaves room for sessions and stop-grace ($grace)" \
  "$([ "$stop" -ge $((grace + 20)) ] || echo "too short")"
if command -v systemd-analyze >/dev/null; then
  # The programs may not be installed here, so a copy names the ones just built.
  sed "s|^ExecStart=[^ ]*|ExecStart=$(cd "$build" && pwd)/isthmusd|" "$unit" >"$dir/isthmus.service"
  check 'systemd-analyze verify' "$(systemd-analyze verify --man=no --recursive-errors=no "$dir/isthmus.service" 2>&1 | grep -F isthmus.service)"
  score=$(systemd-analyze security --offline=true --no-pager "$dir/isthmus.service" 2>/dev/null |
    sed -n 's/.*exposure level for [^:]*: \([0-9]*\)\..*/\1/p')
  if [ -n "$score" ]; then
    check "systemd-analyze security: exposure $score of 10" "$([ "$score" -le 2 ] || echo "above 2")"
  else
    skip 'systemd-analyze security' 'this systemd cannot judge a file'
  fi
else
  skip 'systemd-analyze verify' 'systemd is not installed'
  skip 'systemd-analyze security' 'systemd is not installed'
fi
check 'the user of the unit is the one that sysusers.d makes' "$(
  grep -q "^u $(sed -n 's/^User=//p' "$unit") " "$build/packaging/sysusers.d/isthmus.conf" || echo "another user")"
exit $status
