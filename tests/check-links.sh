#!/bin/sh
# Links in the documentation lead to files that are there, and files that the overview names are there.
set -u
cd "${ISTHMUS_SRCDIR:-$(dirname "$0")/..}" || exit 99
echo 1..2
status=0
bad=$(for page in README.md docs/*.md; do
  grep -oE '\]\([^)#]+' "$page" | sed 's/^](//' | grep -vE '^[a-z]+:' | sort -u | while read -r link; do
    [ -e "$(dirname "$page")/$link" ] || echo "$page: $link"
  done
done)
if [ -z "$bad" ]; then echo 'ok 1 - links'; else printf '%s\n' "$bad" | sed 's/^/# /'; echo 'not ok 1 - links'; status=1; fi
bad=$(grep -ohE '`(base|routing|convert|dirsync|connector|tests|packaging|docs)/[A-Za-z0-9_/.*-]+`' README.md docs/*.md | tr -d '`' | grep -v NAME | sort -u | while read -r name; do
  set -- $name
  [ -e "$1" ] || [ -e "$1.c" ] || echo "$name"
done)
if [ -z "$bad" ]; then echo 'ok 2 - files that pages name'; else printf '%s\n' "$bad" | sed 's/^/# /'; echo 'not ok 2 - files that pages name'; status=1; fi
exit $status
