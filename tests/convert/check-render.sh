#!/bin/sh
# tests/convert/render.sh makes its pages, without a browser: every message converts and every picture has its part.
set -u
build=${ISTHMUS_BUILDDIR:-.}
script=${ISTHMUS_SRCDIR:-$(dirname "$0")/../..}/tests/convert/render.sh
dir=$(mktemp -d "${TMPDIR:-/tmp}/isthmus-check-render-XXXXXX") || exit 99
trap 'rm -rf "$dir"' EXIT
n=0
status=0
verdict () {
  n=$((n + 1))
  if [ "$1" = 0 ]; then echo "ok $n - $2"; return; fi
  sed 's/^/# /' "$dir/out"
  echo "not ok $n - $2"
  status=1
}
echo 1..4
ISTHMUS_CORPUS='' RENDER_PNG=no sh "$script" "$dir/pages" >"$dir/out" 2>&1
verdict $? 'all messages become pages'
"$build/tests/convert/render-make" "$dir" >"$dir/list" && while read -r name rest; do
  [ -s "$dir/pages/$name.html" ] && grep -q "$name.html" "$dir/pages/index.html" || exit 1
done <"$dir/list"
verdict $? 'each made message has a page, and the sheet shows it'
printf 'Content-Type: text/html\r\n\r\n<img src="cid:none">\r\n' >"$dir/missing.eml"
! "$build/tests/convert/render-html" "$dir" missing <"$dir/missing.eml" >"$dir/out" 2>&1
verdict $? 'a picture without its part is told'
PATH=/nonexistent ISTHMUS_SRCDIR=${ISTHMUS_SRCDIR:-.} /bin/sh "$script" "$dir/none" >"$dir/out" 2>&1 && grep -q '^SKIP' "$dir/out"
verdict $? 'without a browser it says so and ends well'
exit $status
