#!/bin/sh
# run.sh SEEDS BUILD SECS: runs each libFuzzer target of BUILD for SECS seconds, those of conversion ten times as long,
# one after the other. What is found lies in BUILD/found; the inputs learnt lie in BUILD/learnt and are the start of the
# next run.
set -u
unset G_DEBUG # its trap loses the input; fuzz.h aborts instead
seeds=$1
build=$2
secs=$3
status=0
mkdir -p "$build/found"
for program in "$build"/tests/fuzz/fuzz-*.t; do
  name=${program##*/fuzz-}
  name=${name%.t}
  mkdir -p "$build/learnt/$name"
  case $name in
    cd | html | lmbcs | nsf | rtf | tnef | transforms) time=$((10 * secs)) ;;
    *) time=$secs ;;
  esac
  if "$program" -max_total_time="$time" -timeout=20 -rss_limit_mb=2048 -max_len=8192 -print_final_stats=1 \
    -artifact_prefix="$build/found/$name-" "$build/learnt/$name" "$seeds/$name" >"$build/found/$name.log" 2>&1; then
    echo "fuzz $name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$build/found/$name.log") inputs in $time s, nothing found"
  else
    echo "fuzz $name: FOUND something; see $build/found/$name.log"
    tail -n 20 "$build/found/$name.log"
    status=1
  fi
done
exit $status
