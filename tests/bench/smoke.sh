#!/bin/sh
# A few hundred messages through isthmusd with the generator and the sink of the benchmark: counted, not timed.
set -u
build=$(cd "${ISTHMUS_BUILDDIR:-.}" && pwd) || exit 1
dir=$(mktemp -d) || exit 99
trap 'for p in "$dir"/*/pid; do [ -f "$p" ] && kill "$(cat "$p")" 2>/dev/null; done; rm -rf "$dir"' EXIT
"$build/tests/bench/isthmus-bench" --daemon "$build/isthmusd" --dir "$dir" --smoke 210
