#!/bin/sh
# format.sh [--check]: every C file in the form of .clang-format; with --check it only says which are not.
set -eu
cd "$(dirname "$0")/.."
files=$(find base routing convert dirsync connector tests -name '*.[ch]' | sort)
if [ "${1-}" = --check ]; then
  clang-format --dry-run -Werror $files
else
  clang-format -i $files
fi
