#!/bin/sh
# The floors: base knows nobody; routing, convert, dirsync, freebusy know base and themselves;
# connector knows all; tests may include everything and nobody includes tests.
set -u
cd "${ISTHMUS_SRCDIR:-$(dirname "$0")/..}" || exit 99
echo 1..1
bad=$(for folder in base routing convert dirsync freebusy connector; do
  [ -d "$folder" ] || continue
  case $folder in
    base) allowed='base' ;;
    connector) allowed='base|routing|convert|dirsync|freebusy|connector' ;;
    *) allowed="base|$folder" ;;
  esac
  find "$folder" -name '*.[ch]' -exec grep -nH '^#include "' {} + |
    grep -vE "#include \"($allowed)/" | grep -v '#include "config.h"'
done)
if [ -z "$bad" ]; then echo "ok 1 - floors"; exit 0; fi
printf '%s\n' "$bad" | sed 's/^/# /'
echo "not ok 1 - floors"
exit 1
