#!/bin/sh
# docs/transforms.md is what the table of transforms and the fixtures make it (tests/transforms-page.sh), and says of each
# transform whether it is on by default as the table does.
set -u
cd "${ISTHMUS_SRCDIR:-$(dirname "$0")/..}" || exit 99
page=$(mktemp "${TMPDIR:-/tmp}/isthmus-page-XXXXXX") || exit 99
trap 'rm -f "$page"' EXIT
n=0
status=0
check () {
  n=$((n + 1))
  if [ -z "$2" ]; then echo "ok $n - $1"; return; fi
  printf '%s\n' "$2" | head -20 | sed 's/^/# /'
  echo "not ok $n - $1"
  status=1
}
echo 1..2
check 'docs/transforms.md is up to date; "make transforms-page" makes it so' "$(
  sh tests/transforms-page.sh 2>&1 >"$page" && diff -u docs/transforms.md "$page")"
check 'each section says whether the transform is on by default' "$(
  awk '
    /^\| \[/ { split($0, cell, " \\| "); name = cell[1]; sub(/^\| \[/, "", name); sub(/\].*/, "", name); on[name] = cell[4] }
    /^## / { section = substr($0, 4); first = "" }
    section in on && first == "" && !/^## / && NF > 0 {
      first = tolower($0)
      if (index(first, on[section] " by default") == 0)
        print section ": its first line does not say \"" on[section] " by default\""
    }' docs/transforms.md)"
exit $status
