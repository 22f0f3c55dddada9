#!/bin/sh
# House style that a program can see: banned calls, goto, file length, tabs, unfinished words.
set -u
cd "${ISTHMUS_SRCDIR:-$(dirname "$0")/..}" || exit 99
n=0
status=0
sources=$(find base routing convert dirsync freebusy connector tests -name '*.[ch]' 2>/dev/null | sort)
# check NAME LINES: passes when LINES is empty
check () {
  n=$((n + 1))
  if [ -z "$2" ]; then echo "ok $n - $1"; return; fi
  printf '%s\n' "$2" | head -20 | sed 's/^/# /'
  echo "not ok $n - $1"
  status=1
}
echo 1..6
check 'no banned calls' "$(grep -nE '(^|[^A-Za-z0-9_>.])(sprintf|vsprintf|strcpy|strcat|strncpy|strncat|strtok|system|popen|gets|atoi|atol|alloca|time|sleep|usleep|fork|rand) \(' $sources | grep -vE '^[^:]*:[0-9]+: *(\*|/\*|//)')"
check 'no goto' "$(grep -nE '(^|[^A-Za-z0-9_])goto[ ;]' $sources | grep -vE '^[^:]*:[0-9]+: *(\*|/\*)')"
check 'only base/clock.c reads the clock' "$(grep -nE 'g_get_(real|monotonic)_time|clock_gettime|gettimeofday|g_date_time_new_now' $sources | grep -vE '^(base/clock|tests/)')"
check 'no file over 1000 lines' "$(wc -l $sources | awk '$2 != "total" && $1 > 1000 { print $2 ": " $1 " lines" }')"
check 'a file over 600 lines says why in its head' "$(for f in $(wc -l $sources | awk '$2 != "total" && $1 > 600 { print $2 }'); do
  head -40 "$f" | grep -qi 'one file because' || echo "$f: longer than 600 lines; say \"one file because …\" in its head"; done)"
check 'no tabs, no trailing blanks in C' "$(grep -nP '\t|[ ]+$' $sources)"
exit $status
