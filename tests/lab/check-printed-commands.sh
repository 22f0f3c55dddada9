#!/bin/sh
# The quickstart's tour stays up, and every command it prints works as it is printed.
set -u
build=$(cd "${ISTHMUS_BUILDDIR:-.}" && pwd)
source=$(cd "${ISTHMUS_SRCDIR:-.}" && pwd)
dir=$(mktemp -d) || exit 99
: >"$dir/tour.out"
"$build/isthmus-lab" --daemon "$build/isthmusd" --fixtures "$source/tests/fixtures/tour" --dir "$dir/site" \
  >"$dir/tour.out" 2>"$dir/tour.err" &
tour=$!
trap 'kill "$tour" 2>/dev/null; wait "$tour" 2>/dev/null; rm -rf "$dir"' EXIT
i=0
until grep -q '^Everything stays up' "$dir/tour.out" || [ $i -ge 600 ] || ! kill -0 "$tour" 2>/dev/null; do
  i=$((i + 1)); sleep 0.1
done

# What stands behind two blanks or on a line of its own further in is an explanation.
sed -n '/^To explore further/,/^$/s/^   \([^ ].*\)/\1/p' "$dir/tour.out" | sed 's/  .*//' >"$dir/commands"
count=$(grep -c . "$dir/commands")
echo "1..$((count + 2))"
if [ "$count" -ge 6 ]; then echo "ok 1 - the tour prints commands"; else
  sed 's/^/# /' "$dir/tour.out" "$dir/tour.err"; echo "not ok 1 - the tour prints commands"; fi

# They are typed where ./quickstart was, in one shell.
mkdir "$dir/here" && ln -s "$build" "$dir/here/build" && ln -s "$source/tests" "$dir/here/tests"
cd "$dir/here" || exit 99
n=1
while IFS= read -r line; do
  n=$((n + 1))
  # Pagers and followers go on until somebody ends them.
  case $line in
    "tail -f"*) command="tail -n 1 ${line#tail -f}" ;;
    less*) command="cat ${line#less}" ;;
    *) command=$line ;;
  esac
  name=$(printf '%s' "$line" | sed "s|$dir||g; s|$build||g; s|$source||g; s/#//g")
  if eval "$command" <"/dev/null" >"$dir/out" 2>"$dir/err"; then echo "ok $n - $name"; else
    sed 's/^/# /' "$dir/out" "$dir/err"; echo "not ok $n - $name"; fi
done <"$dir/commands"
cd /
n=$((n + 1))
kill -INT "$tour"
wait "$tour"
status=$?
if [ "$status" = 0 ]; then echo "ok $n - it ends with 0"; else
  sed 's/^/# /' "$dir/tour.out" "$dir/tour.err"; echo "not ok $n - it ends with $status"; fi
