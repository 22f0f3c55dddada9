#!/bin/sh
# The manual pages: every key of the configuration and every verb of the console is there, and they format without a
# warning where groff or mandoc is installed.
set -u
build=${ISTHMUS_BUILDDIR:-.}
n=0
status=0
check () {
  n=$((n + 1))
  if [ -z "$2" ]; then echo "ok $n - $1"; return; fi
  printf '%s\n' "$2" | head -20 | sed 's/^/# /'
  echo "not ok $n - $1"
  status=1
}
echo 1..3
conf=$build/docs/man/isthmus.conf.5
rows=$("$build/isthmusctl" config reference --man | grep -c '^\.B ')
shown=$("$build/isthmusctl" config reference | grep -c '^      Allowed: ')
check "isthmus.conf(5) documents every key ($rows)" "$(
  "$build/isthmusctl" config reference --man | grep -E '^\.(SS|B) ' | while read -r line; do
    grep -qxF -- "$line" "$conf" || echo "missing: $line"
  done
  [ "$rows" -gt 100 ] && [ "$rows" = "$shown" ] || echo "$rows keys in the manual page, $shown in the reference")"
check 'isthmusctl(1) documents every verb' "$(
  sed 's/\\f.//g; s/\\-/-/g; s/"//g' "$build/docs/man/isthmusctl.1" >"$build/verbs.tmp"
  "$build/isthmusctl" help | sed -n 's/^\(isthmusctl \|  \)\([a-z][a-z]*\) .*/\2/p' | sort -u | while read -r verb; do
    grep -qE "^\.(B|BI|BR) $verb( |\$)" "$build/verbs.tmp" || echo "missing: $verb"
  done
  rm -f "$build/verbs.tmp")"
if command -v groff >/dev/null; then
  check 'the pages format without warning' "$(
    for page in isthmusd.8 isthmusctl.1 isthmus.conf.5; do
      groff -man -Tutf8 -ww -W break -z "$build/docs/man/$page" 2>&1
    done)"
else
  n=$((n + 1))
  echo "ok $n - the pages format without warning # SKIP groff is not installed"
fi
exit $status
