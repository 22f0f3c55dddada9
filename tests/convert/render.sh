#!/bin/sh
# Converted messages as pictures, for a person to look at: are tables, lists, tabs, sections, pictures and links right?
#
#   tests/convert/render.sh [FOLDER [NAME…]]      from the build folder; FOLDER: ./render; NAME: only messages like that
#
# FOLDER/index.html shows all of them; FOLDER/NAME.png is one, FOLDER/NAME.out.eml the message it was made of. Messages
# towards Notes are shown twice, NAME-came is what came. Needs `make check TESTS=` (the programs) and Chromium.
# RENDER_PNG=no makes the pages only. Status 1: a message could not be converted, or a picture in it is missing.
set -u
export LC_ALL=C.UTF-8
src=${ISTHMUS_SRCDIR:-$(cd "$(dirname "$0")/../.." && pwd)}
build=${ISTHMUS_BUILDDIR:-.}
out=${1:-render}
[ $# -gt 0 ] && shift
wanted=$*
corpus=${ISTHMUS_CORPUS:-}
fixtures=$src/tests/fixtures/transforms
width=${RENDER_WIDTH:-900}
status=0

browser=
for name in chromium chromium-browser google-chrome; do
  [ -n "$browser" ] || browser=$(command -v "$name")
done
if [ -z "$browser" ] && [ "${RENDER_PNG:-yes}" != no ]; then
  echo 'SKIP: chromium is not installed'
  exit 0
fi
for program in isthmusctl tests/convert/render-html tests/convert/render-make tests/convert/render-nsf; do
  [ -x "$build/$program" ] && continue
  echo "$build/$program is not built; run: make check TESTS=" >&2
  exit 2
done
mkdir -p "$out" || exit 2
out=$(cd "$out" && pwd)
profile=$(mktemp -d "${TMPDIR:-/tmp}/isthmus-render-XXXXXX") || exit 2
trap 'rm -rf "$profile"' EXIT
: >"$profile/came" # pictures that were missing before

# is_wanted NAME
is_wanted () {
  [ -n "$wanted" ] || return 0
  for pattern in $wanted; do
    case $1 in $pattern) return 0 ;; esac
  done
  return 1
}

chrome () {
  "$browser" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
    --disable-component-update --disable-sync --host-resolver-rules='MAP * ~NOTFOUND' --hide-scrollbars \
    --user-data-dir="$profile" "$@" 2>"$profile/log"
}

# picture NAME: NAME.html, in its whole height, as NAME.png
picture () {
  [ "${RENDER_PNG:-yes}" != no ] || return 0
  height=$(chrome --window-size="$width,600" --dump-dom "file://$out/$1.html" |
    sed -n 's/.*<title>height=\([0-9]*\)<.*/\1/p' | head -1)
  [ -n "$height" ] || height=1200
  [ "$height" -le 6000 ] || height=6000
  # What a screen without one leaves at the bottom is not painted.
  chrome --window-size="$width,$((height + 100))" --screenshot="$out/$1.png" "file://$out/$1.html" >/dev/null
}

# page NAME TITLE FILE.eml: the page, its picture and its entry in the contact sheet
page () {
  failed=0
  "$build/tests/convert/render-html" "$out" "$1" <"$3" 2>"$profile/missing" || failed=$?
  sed -i 's/^[^:]*: //' "$profile/missing"
  # What was missing as it came may stay so: a signed message is not repaired.
  case $1 in
    *-came) mv "$profile/missing" "$profile/came" ;;
    *)
      if [ "$failed" = 1 ] && grep -Fxv -f "$profile/came" "$profile/missing"; then status=1; fi
      [ "$failed" -le 1 ] || status=1
      : >"$profile/came"
      ;;
  esac
  picture "$1"
  printf '<div><a href="%s.html">%s</a><br><a href="%s.png"><img src="%s.png"></a></div>\n' \
    "$1" "$(printf '%s' "$2" | sed 's/&/\&amp;/g; s/</\&lt;/g')" "$1" "$1" >>"$out/index.html"
}

# convert NAME DIRECTION
convert () {
  if [ -f "$out/$1.conf" ]; then
    "$build/isthmusctl" --config "$out/$1.conf" convert --direction "$2"
  else
    "$build/isthmusctl" convert --direction "$2"
  fi
}

# message NAME DIRECTION TITLE FILE.eml
message () {
  is_wanted "$1" || return 0
  echo "$1: $3"
  case $2 in
    none) page "$1" "$3" "$4"; return ;;
    exchange-to-domino) page "$1-came" "$3 (as it came)" "$4" ;;
  esac
  if ! convert "$1" "$2" <"$4" >"$out/$1.out.eml" 2>"$out/$1.log"; then
    cat "$out/$1.log" >&2
    status=1
  fi
  page "$1" "$3" "$out/$1.out.eml"
}

# fixture TRANSFORM DIRECTION NAME…: what comes into a transform
fixture () {
  transform=$1 direction=$2
  shift 2
  for case in "$@"; do
    message "$transform-$case" "$direction" "$transform: $case" "$fixtures/$transform/$case.in.eml"
  done
}

# from LIST: the lines "NAME DIRECTION TITLE" of a program that wrote NAME.eml
from () {
  while read -r name direction title; do
    message "$name" "$direction" "$title" "$out/$name.eml"
  done <"$1"
}

cat >"$out/index.html" <<END
<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>Converted messages</title>
<style>div { display: inline-block; vertical-align: top; margin: 8px; font: 12px sans-serif }
img { width: 420px; max-height: 600px; object-fit: cover; object-position: top; border: 1px solid #888 }</style></head><body>
END
"$build/tests/convert/render-make" "$out" >"$profile/list" || exit 2
from "$profile/list"
fixture exchange-html exchange-to-domino comment-open data-picture data-svg large-font large-table lists lists-going-on lists-numbered \
  missing-picture related-kept word
fixture exchange-tnef-decode exchange-to-domino html-in-rtf other-text attached-message embedded-and-ole contact task \
  voting meeting-request read-receipt mixed-with-text
fixture doclinks-ndl domino-to-exchange texts-and-html
fixture format-flowed domino-to-exchange paragraphs quotes
fixture notes-uuencode domino-to-exchange two-files-no-mime
if [ -d "$corpus/nsf" ]; then
  for file in "$corpus"/nsf/*.nsf; do
    base=$(basename "$file" .nsf)
    "$build/tests/convert/render-nsf" "$out" "nsf-$base" "$file" >"$profile/list" || status=1
    from "$profile/list"
  done
fi
# mail_of FILE: a mail with this winmail.dat
mail_of () {
  printf 'Subject: %s\r\nMIME-Version: 1.0\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\n' "$(basename "$1")"
  printf 'Content-Transfer-Encoding: base64\r\n\r\n'
  base64 "$1"
}

for file in "$corpus"/corpus/tnef/*; do
  [ -f "$file" ] || continue
  name=tnef-$(basename "$file" | tr -c 'A-Za-z0-9\n' '-')
  case $file in
    *.eml | *.mbox) sed '1{/^From /d}' "$file" >"$out/$name.eml" ;;
    *) mail_of "$file" >"$out/$name.eml" ;;
  esac
  message "$name" exchange-to-domino "tnef: $(basename "$file")" "$out/$name.eml"
done
for file in "$corpus"/corpus/exchange-mail/*.eml; do
  grep -q MsoNormal "$file" 2>"$profile/log" || continue
  name=outlook-$(basename "$file" .eml | tr -c 'A-Za-z0-9\n' '-')
  message "$name" exchange-to-domino "Outlook: $(basename "$file")" "$file"
done
echo '</body></html>' >>"$out/index.html"
echo "look at $out/index.html"
exit $status
