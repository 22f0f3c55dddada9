#!/bin/sh
# The quickstart's tour as a user runs it: twice at a time; and it must fail when a message does not arrive.
set -u
build=${ISTHMUS_BUILDDIR:-.}
fixtures=${ISTHMUS_SRCDIR:-$(dirname "$0")/..}/tests/fixtures/tour
dir=$(mktemp -d "${TMPDIR:-/tmp}/isthmus-tour-XXXXXX") || exit 99
trap 'rm -rf "$dir"' EXIT
n=0
status=0
verdict () {
  n=$((n + 1))
  if [ "$1" = 0 ]; then echo "ok $n - $2"; return; fi
  sed 's/^/# /' "$3"
  echo "not ok $n - $2"
  status=1
}
tour () {
  mkdir -p "$dir/$1"
  "$build/isthmus-lab" --daemon "$build/isthmusd" --fixtures "$2" --dir "$dir/$1" --once >"$dir/$1.out" 2>&1
}
echo 1..4
tour one "$fixtures" &
first=$!
tour two "$fixtures"
verdict $? 'the tour' "$dir/two.out"
wait $first
verdict $? 'another one at the same time' "$dir/one.out"
grep -q 'changed: From: .*Anna Berg/Research/Acme@ACME.* became .*anna@acme.example' "$dir/two.out" &&
  grep -q "^Log: $dir/two/log/isthmus.log" "$dir/two.out" && [ -s "$dir/two/log/isthmus.log" ]
verdict $? 'it tells what was changed and where the log is' "$dir/two.out"
cp -r "$fixtures" "$dir/fixtures" && chmod -R u+w "$dir/fixtures"
sed -i '/^bob@/d' "$dir/fixtures/exchange.csv"
tour three "$dir/fixtures"
[ $? = 1 ] && grep -q 'Something did NOT go as expected' "$dir/three.out"
verdict $? 'it ends with status 1 when mail does not arrive' "$dir/three.out"
exit $status
