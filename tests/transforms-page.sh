#!/bin/sh
# transforms-page.sh: docs/transforms.md as the table of transforms and the fixtures make it, on standard output. Words
# between the sections and in them are what stands in the file; made anew are
#   - the table of all transforms, between "<!-- table -->" and "<!-- end of table -->", before the first section,
#   - the order of the sections of transforms, which is that of the table,
#   - an example at the end of each, between "<!-- example -->" and "<!-- end of example -->": the difference between
#     tests/fixtures/transforms/NAME/CASE.in.eml and its .want.eml. CASE stands in the file "example" there; without
#     one it is the smallest.
# `make transforms-page` writes it into the file, tests/check-transforms.sh sees that this was done.
set -eu
cd "${ISTHMUS_SRCDIR:-$(dirname "$0")/..}"
ctl=${ISTHMUS_BUILDDIR:-.}/isthmusctl
dir=$(mktemp -d "${TMPDIR:-/tmp}/isthmus-page-XXXXXX")
trap 'rm -rf "$dir"' EXIT
LC_ALL=C
export LC_ALL
printf '[connector]\nhostname = localhost\n' >"$dir/defaults.conf"
"$ctl" --config "$dir/defaults.conf" --socket "$dir/none" --json transforms >"$dir/table.json"

# Each row as NAME, then what the table of the page says of it.
awk '
  function value(line) {
    sub(/^[^:]*: "?/, "", line)
    sub(/"?,?$/, "", line)
    gsub(/\\"/, "\"", line)
    gsub(/\\\\/, "\\", line)
    return line
  }
  /^ *"name": / { name = value($0) }
  /^ *"on_by_default": / { on = value($0) == "true" ? "on" : "off" }
  /^ *"from": / { from = value($0) }
  /^ *"to": / { to = value($0) }
  /^ *"summary": / { summary = value($0) }
  /^ *"source": / {
    source = value($0)
    gsub(/\|/, "\\|", summary)
    gsub(/\|/, "\\|", source)
    printf "%s\t| [%s](#%s) | %s | %s | %s | %s | %s |\n", name, name, name, from, to, on, summary, source
  }' "$dir/table.json" >"$dir/rows"

case_of () {
  if [ -f "tests/fixtures/transforms/$1/example" ]; then
    cat "tests/fixtures/transforms/$1/example"
    return
  fi
  for want in "tests/fixtures/transforms/$1"/*.want.eml; do
    [ -f "$want" ] || continue
    base=${want%.want.eml}
    echo "$(cat "$base.in.eml" "$want" | wc -c) ${base##*/}"
  done | sort -n -k1,1 -k2 | sed -n '1s/^[^ ]* //p'
}

# The difference as people read it: no names of files, no numbers of lines, base64 and long texts cut short, bytes that
# are no UTF-8 written as \xE9.
example_of () {
  in="tests/fixtures/transforms/$1/$2.in.eml"
  want="tests/fixtures/transforms/$1/$2.want.eml"
  [ -f "$in" ] && [ -f "$want" ] || { echo "no example $2 of $1" >&2; exit 1; }
  diff -U1 "$in" "$want" | sed -e 1,2d -e 's/\r$//' | awk '
    BEGIN {
      for (i = 128; i < 256; i++)
        hex[sprintf("%c", i)] = sprintf("\\x%02X", i)
      utf8 = "^([\302-\337][\200-\277]|[\340-\357][\200-\277][\200-\277]|[\360-\364][\200-\277][\200-\277][\200-\277])"
    }
    function readable(line,   out) {
      while (line != "") {
        if (match(line, /^[\001-\177]+/) || match(line, utf8))
          out = out substr(line, 1, RLENGTH)
        else {
          RLENGTH = 1
          out = out hex[substr(line, 1, 1)]
        }
        line = substr(line, RLENGTH + 1)
      }
      return out
    }
    function cut(line) {
      if (length(line) <= 120)
        return line
      line = substr(line, 1, 120)
      while (line ~ /[\200-\377]$/)
        line = substr(line, 1, length(line) - 1)
      return line "…"
    }
    function flush_base64() {
      if (n64 > 1)
        print sign "… (" n64 - 1 " more lines)"
      n64 = 0
    }
    /^\\/ { next }
    { line = readable($0) }
    length(line) > 60 && line ~ /^[-+ ][A-Za-z0-9+\/=]+$/ {
      if (n64 > 0 && substr(line, 1, 1) != sign)
        flush_base64()
      sign = substr(line, 1, 1)
      if (n64++ == 0 && ++lines <= 40)
        print cut(line)
      next
    }
    {
      flush_base64()
      if (line ~ /^@@/)
        line = lines > 0 ? "@@" : ""
      if (line != "" && ++lines <= 40)
        print cut(line)
    }
    END {
      flush_base64()
      if (lines > 40)
        print "… (" lines - 40 " more lines)"
    }'
}

while IFS='	' read -r name row; do
  chosen=$(case_of "$name")
  [ -n "$chosen" ] || { echo "$name has no fixture that shows what it does" >&2; exit 1; }
  {
    printf '<!-- example -->\n**Example** (`tests/fixtures/transforms/%s/%s.in.eml`):\n\n```diff\n' "$name" "$chosen"
    example_of "$name" "$chosen"
    printf '```\n<!-- end of example -->\n'
  } >"$dir/$name.example"
done <"$dir/rows"

awk -v dir="$dir" '
  function finish_section() {
    while (text ~ /\n\n$/)
      sub(/\n$/, "", text)
    if (section == "")
      start = text
    else if (section in known)
      words[section] = text
    else
      common = common text "\n"
    text = ""
  }
  FILENAME == ARGV[1] {
    split($0, cells, "\t")
    order[++n] = cells[1]
    table[n] = cells[2]
    known[cells[1]] = 1
    next
  }
  /^<!-- (table|example) -->$/ { generated = 1; next }
  /^<!-- end of (table|example) -->$/ { generated = 0; next }
  generated { next }
  /^## / { finish_section(); section = substr($0, 4) }
  { text = text $0 "\n" }
  END {
    finish_section()
    printf "%s\n<!-- table -->\n| transform | from | to | default | what it does | source |\n", start
    print "|---|---|---|---|---|---|"
    for (i = 1; i <= n; i++)
      print table[i]
    printf "<!-- end of table -->\n\n%s", common
    for (i = 1; i <= n; i++) {
      if (!(order[i] in words)) {
        print order[i] " has no section in docs/transforms.md" >"/dev/stderr"
        exit 1
      }
      printf "%s\n", words[order[i]]
      while ((getline line < (dir "/" order[i] ".example")) > 0)
        print line
      if (i < n)
        print ""
    }
  }' "$dir/rows" docs/transforms.md
