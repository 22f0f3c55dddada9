#!/bin/sh
# tidy.sh BUILD: functions of at most 60 lines, as clang-tidy counts them (readability-function-size). Run by .ci/run.
set -eu
cd "$(dirname "$0")/.."
build=$1
flags="-std=gnu11 -I. -I$build -DG_LOG_DOMAIN=\"isthmus\" -DISTHMUS_SYSCONFDIR=\"\" -DISTHMUS_LOCALSTATEDIR=\"\"
  $(pkg-config --cflags gmime-3.0 gio-2.0 openssl sqlite3 jansson libcurl libevent icu-uc libedit cunit)"
config="{Checks: '-*,readability-function-size', WarningsAsErrors: '*', CheckOptions: [
  {key: readability-function-size.LineThreshold, value: '61'},
  {key: readability-function-size.StatementThreshold, value: '100000'}]}"
find base routing convert dirsync connector -name '*.c' |
  FLAGS="$flags" CONFIG="$config" xargs -P "$(nproc)" -n 8 \
    sh -c 'clang-tidy --quiet --config="$CONFIG" "$@" -- $FLAGS 2>/dev/null' tidy
echo "clang-tidy: functions of at most 60 lines"
