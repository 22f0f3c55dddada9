#!/bin/sh
# Part of `make check-long`: every fuzz target for FUZZ_SECS (60) seconds, those of conversion for ten times that.
set -u
if ! command -v clang >/dev/null; then
  echo '1..0 # SKIP clang is not installed'
  exit 0
fi
echo 1..1
if make -s -C "$ISTHMUS_BUILDDIR" fuzz FUZZ_SECS="${FUZZ_SECS:-60}" | sed 's/^/# /' | tee "$ISTHMUS_BUILDDIR/fuzz.log" &&
  ! grep -q 'FOUND' "$ISTHMUS_BUILDDIR/fuzz.log" && grep -q 'nothing found' "$ISTHMUS_BUILDDIR/fuzz.log"; then
  echo 'ok 1 - fuzz targets'
  exit 0
fi
echo 'not ok 1 - fuzz targets'
exit 1
