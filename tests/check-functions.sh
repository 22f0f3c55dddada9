#!/bin/sh
# Functions of at most 60 lines; the table of rows that a test begins with is data and does not count. In this style a function's body begins with "{" and ends with "}", both alone at the
# beginning of a line, which a few lines of awk can count; .ci/run asks clang-tidy the same question about the product.
set -u
cd "${ISTHMUS_SRCDIR:-$(dirname "$0")/..}" || exit 99
echo 1..1
bad=$(find base routing convert dirsync freebusy connector tests -name '*.c' 2>/dev/null | sort | xargs awk '
  FNR == 1 { start = table = 0 }
  /^\{/ && previous ~ /\)$/ { start = FNR; name = previous; lines = table = 0 }
  start && FILENAME ~ /^tests\// && /^  static const / && !/;$/ { table = 1 }
  start && !table { lines++ }
  /^  \};$/ { table = 0 }
  /^\}/ && start { if (lines - 2 > 60) print FILENAME ":" start ": " lines - 2 " lines: " name; start = 0 }
  { previous = $0 }')
if [ -z "$bad" ]; then echo 'ok 1 - functions of at most 60 lines'; exit 0; fi
printf '%s\n' "$bad" | sed 's/^/# /'
echo 'not ok 1 - functions of at most 60 lines'
exit 1
