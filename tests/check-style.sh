#!/bin/sh
# House style that a program can see: banned calls, goto, the clock, what only POSIX has, file length, tabs.
set -u
cd "${ISTHMUS_SRCDIR:-$(dirname "$0")/..}" || exit 99
n=0
status=0
sources=$(find base routing convert dirsync freebusy connector tests -name '*.[ch]' 2>/dev/null | sort)
product=$(printf '%s\n' $sources | grep -v '^tests/')
# check NAME LINES: passes when LINES is empty
check () {
  n=$((n + 1))
  if [ -z "$2" ]; then echo "ok $n - $1"; return; fi
  printf '%s\n' "$2" | head -20 | sed 's/^/# /'
  echo "not ok $n - $1"
  status=1
}
# code PATTERN FILES...: lines of code (no comment lines) that match
code () {
  pattern=$1
  shift
  grep -nHE "$pattern" "$@" | grep -vE '^[^:]*:[0-9]+: *(\*|/\*|//)'
}
echo 1..8
check 'no banned calls' "$(code '(^|[^A-Za-z0-9_>.])(sprintf|vsprintf|strcpy|strcat|strncpy|strncat|strtok|strtok_r|system|popen|gets|atoi|atol|atoll|atof|alloca|g_alloca|time|localtime|gmtime|ctime|sleep|usleep|fork|vfork|rand|srand|mktemp|tmpnam) \(' $sources)"
check 'no goto' "$(code '(^|[^A-Za-z0-9_])goto[ ;]' $sources)"
check 'only base/clock.c reads the clock' "$(grep -nE 'g_get_(real|monotonic)_time|clock_gettime|gettimeofday|g_date_time_new_now' $sources | grep -vE '^(base/clock|tests/)')"
check 'what only POSIX has stands in *-posix.c' "$(code '#include <(unistd|netdb|poll|pthread|dirent|pwd|grp|syslog|resolv|termios|sys/[a-z]+|netinet/[a-z]+|arpa/[a-z]+|glib-unix|gio/gunix[a-z]+)\.h>' $product | grep -vE '^[^:]*-posix\.c:')"
check 'no file over 1000 lines' "$(wc -l $sources | awk '$2 != "total" && $1 > 1000 { print $2 ": " $1 " lines" }')"
check 'a file over 600 lines says why in its head' "$(for f in $(wc -l $sources | awk '$2 != "total" && $1 > 600 { print $2 }'); do
  head -40 "$f" | grep -qi 'one file because' || echo "$f: longer than 600 lines; say \"one file because …\" in its head"; done)"
check 'half of the files have at most 250 lines' "$(wc -l $sources | awk '$2 != "total" { print $1 }' | sort -n |
  awk '{ l[NR] = $1 } END { if (l[int((NR + 1) / 2)] > 250) print "median " l[int((NR + 1) / 2)] }')"
check 'no tabs, no trailing blanks in C' "$(grep -nP '\t|[ ]+$' $sources)"
exit $status
