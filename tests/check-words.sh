#!/bin/sh
# What must not stand in the repository: unfinished work, paths of one machine, hosts of package registries.
set -u
cd "${ISTHMUS_SRCDIR:-$(dirname "$0")/..}" || exit 99
n=0
status=0
check () {
  n=$((n + 1))
  if [ -z "$2" ]; then echo "ok $n - $1"; return; fi
  printf '%s\n' "$2" | head -20 | sed 's/^/# /'
  echo "not ok $n - $1"
  status=1
}
files=$(find README.md quickstart .ci Makefile.am configure.ac base routing convert dirsync freebusy connector tests docs packaging \
  -type f ! -name check-words.sh ! -path 'tests/fuzz/seeds/*' 2>/dev/null | sort)
echo 1..3
check 'no unfinished words' "$(grep -nIE '\b(TODO|FIXME|XXX|HACK|TBD|WIP)\b|[Pp]laceholder|[Nn]ot (yet )?implemented' $files)"
check 'no paths of one machine' "$(grep -nIE '(^|[^A-Za-z0-9_.$-])/(work|root|home|tmp|mnt)/' $files)"
check 'no package registries' "$(grep -nIiE 'pypi\.org|npmjs|proxy\.golang|crates\.io|deb\.debian\.org|docker\.io|ghcr\.io|artifactory|artifactregistry' $files)"
exit $status
