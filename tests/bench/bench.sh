#!/bin/sh
# bench.sh [quick|full] - the comparison with Postfix, in a folder of its own that is removed afterwards. Needs
# root and Postfix for the ratios (its own instance with its own folders; the system's is not touched).
# ISTHMUS_BENCH_REST: seconds between rows, 61 by default and 0 in the quick form (docs/performance.md says why).
# ISTHMUS_BENCH_DIR: where the folder is made (a local disk); ISTHMUS_BENCH_ONLY: names of groups of rows;
# "convert" is the group of what conversion costs; ISTHMUS_BENCH_ROW: a part of the names of rows.
set -u
build=$(cd "${ISTHMUS_BUILDDIR:-.}" && pwd) || exit 1
form=${1:-full}
dir=$(mktemp -d "${ISTHMUS_BENCH_DIR:-/var/tmp}/isthmus-bench.XXXXXX") || exit 1
chmod 755 "$dir"
clean () {
  trap '' INT TERM HUP
  for d in "$dir"/*-postfix; do [ -d "$d/spool" ] && postfix -c "$d" stop >/dev/null 2>&1; done
  for p in "$dir"/*/pid; do [ -f "$p" ] && kill "$(cat "$p")" 2>/dev/null; done
  rm -rf "$dir"
}
trap 'clean' EXIT
trap 'exit 1' INT TERM HUP
set -- --daemon "$build/isthmusd" --dir "$dir" --slow-sync "$build/tests/bench/slow-sync.so"
[ "$form" = quick ] && set -- "$@" --quick
[ -n "${ISTHMUS_BENCH_REST:-}" ] && set -- "$@" --rest "$ISTHMUS_BENCH_REST"
[ -n "${ISTHMUS_BENCH_ONLY:-}" ] && set -- "$@" --only "$ISTHMUS_BENCH_ONLY"
[ -n "${ISTHMUS_BENCH_ROW:-}" ] && set -- "$@" --row "$ISTHMUS_BENCH_ROW"
if [ "$(id -u)" != 0 ] || ! command -v postfix >/dev/null; then
  echo "bench: no Postfix, or not root: rows have no ratio" >&2
  set -- "$@" --no-postfix
fi
echo "\`make bench BENCH=$form${ISTHMUS_BENCH_REST:+ ISTHMUS_BENCH_REST=$ISTHMUS_BENCH_REST}\`, $(uname -sr), $(grep -c ^processor /proc/cpuinfo) x $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(stat -f -c %T "$dir"); $("$build/isthmusd" --version), Postfix $(postconf -h mail_version 2>/dev/null || echo none), $(date -u +%Y-%m-%d)"
echo
status=0
"$build/tests/bench/isthmus-bench" "$@" || status=1
case ${ISTHMUS_BENCH_ONLY:-convert} in
  *convert*) echo; "$build/tests/bench/convert-bench" --dir "$dir" || status=1 ;;
esac
exit $status
