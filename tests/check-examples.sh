#!/bin/sh
# Configurations that people copy are good: the sample, and each complete one in docs/admin.md (between
# "```isthmus.conf" and "```").
set -u
cd "${ISTHMUS_SRCDIR:-$(dirname "$0")/..}" || exit 99
daemon=${ISTHMUS_BUILDDIR:-.}/isthmusd
dir=$(mktemp -d "${TMPDIR:-/tmp}/isthmus-examples-XXXXXX") || exit 99
trap 'rm -rf "$dir"' EXIT
cp packaging/isthmus.conf.sample "$dir/sample.conf"
awk -v dir="$dir" '
  /^```isthmus.conf/ { n++; inside = 1; next }
  /^```/ { inside = 0 }
  inside { print > (dir "/admin-" n ".conf") }' docs/admin.md
sed '/^hostname/d' "$dir/sample.conf" >"$dir/wrong"
count=$(ls "$dir"/*.conf | wc -l)
echo "1..$((count + 2))"
n=0
status=0
verdict () {
  n=$((n + 1))
  if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; status=1; fi
}
for file in "$dir"/*.conf; do
  words=$("$daemon" --check --config "$file" 2>&1)
  code=$?
  [ $code = 0 ] || printf '%s\n' "$words" | sed 's/^/# /'
  verdict $code "${file##*/}"
done
[ "$count" -ge 3 ]
verdict $? "docs/admin.md holds complete configurations"
"$daemon" --check --config "$dir/wrong" >/dev/null 2>&1
[ $? = 4 ]
verdict $? 'the check finds a missing key'
exit $status
