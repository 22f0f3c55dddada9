#!/bin/sh
# The quickstart's tour stays up, and every command it prints works as it is printed.
set -u
build=${ISTHMUS_BUILDDIR:-.}
source=${ISTHMUS_SRCDIR:-.}
dir=$(mktemp -d) || exit 99
"$build/isthmus-lab" --daemon "$build/isthmusd" --fixtures "$source/tests/fixtures/tour" --dir "$dir" \
  >"$dir/tour.out" 2>"$dir/tour.err" &
tour=$!
trap 'kill "$tour" 2>/dev/null; wait "$tour" 2>/dev/null; rm -rf "$dir"' EXIT
i=0
until grep -q '^Everything stays up' "$dir/tour.out" || [ $i -ge 600 ] || ! kill -0 "$tour" 2>/dev/null; do
  i=$((i + 1)); sleep 0.1
done
sed -n '/^To explore further/,/^$/s/^   //p' "$dir/tour.out" >"$dir/commands"
count=$(grep -c . "$dir/commands")
echo "1..$((count + 2))"
n=1
if [ "$count" -ge 10 ]; then echo "ok 1 - the tour prints commands"; else
  sed 's/^/# /' "$dir/tour.out" "$dir/tour.err"; echo "not ok 1 - the tour prints commands"; fi
while read -r line; do
  n=$((n + 1))
  # Those that go on until they are interrupted are given a moment.
  case $line in
    "tail -f"*) line="tail -n 1 ${line#tail -f}" ;;
    less*) line="cat ${line#less}" ;;
  esac
  if sh -c "$line" <"/dev/null" >"$dir/out" 2>"$dir/err"; then echo "ok $n - ${line##*/}"; else
    sed 's/^/# /' "$dir/out" "$dir/err"; echo "not ok $n - ${line##*/}"; fi
done <"$dir/commands"
n=$((n + 1))
kill -INT "$tour"
wait "$tour"
status=$?
if [ "$status" = 0 ]; then echo "ok $n - it ends with 0"; else
  sed 's/^/# /' "$dir/tour.out" "$dir/tour.err"; echo "not ok $n - it ends with $status"; fi
