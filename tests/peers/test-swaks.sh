#!/bin/sh
# A real client (swaks, and openssl for what swaks cannot say): STARTTLS, implicit TLS, sizes, 8-bit, SMTPUTF8.
set -u
. "${ISTHMUS_SRCDIR:-$(dirname "$0")/../..}/tests/peers/lib.sh"

have swaks || skip_all 'swaks is not installed'
have smtp-sink || skip_all 'smtp-sink is not installed (it comes with Postfix)'
have openssl || skip_all 'openssl is not installed'

certificate isthmus.acme.example 'DNS:isthmus.acme.example,DNS:localhost'
# shellcheck disable=SC2046
set -- $(ports 3)
in=$1 wrapped=$2 sink=$3

start_sink "$sink"
{
  config_head
  printf '[side exchange]\nrelay = sink\n[relay sink]\nhosts = 127.0.0.1:%s\n' "$sink"
  printf '[tls ours]\ncertificate-file = %s\nkey-file = %s\n' "$dir/isthmus.acme.example.crt" \
    "$dir/isthmus.acme.example.key"
  printf '[listener in]\naddress = 127.0.0.1:%s\ntls = ours\nmax-message-size = 100000\n' "$in"
  printf '[listener wrapped]\naddress = 127.0.0.1:%s\ntls = ours\nimplicit-tls = yes\n' "$wrapped"
  printf '[peer domino]\nside = domino\naddresses = 127.0.0.1\n'
} >"$dir/isthmus.conf"
start_isthmusd "$dir/isthmus.conf" || { not_ok 'isthmusd starts'; finish; }
ok 'isthmusd starts'

# client ARGUMENTS...: one message by swaks
client () {
  swaks --server 127.0.0.1 --ehlo client.example --from anna@acme.example --to bob@acme.example \
    --timeout 30 "$@"
}
# says WORDS ARGUMENTS...: the conversation holds these words
says () {
  words=$1
  shift
  client "$@" >"$dir/talk"
  cat "$dir/talk"
  grep -qF -- "$words" "$dir/talk"
}
# came SUBJECT WORDS: that message came to the sink, with these words in it
came () { wait_for sh -c "grep -lx 'Subject: $1' '$dir'/sink/* | xargs grep -laF -- '$2'"; }

check 'a small message is taken' client --port "$in" --header 'Subject: small'
check 'and arrives' came small 'This is a test mailing'
for word in PIPELINING 'SIZE 100000' 8BITMIME SMTPUTF8 CHUNKING DSN ENHANCEDSTATUSCODES STARTTLS; do
  check "EHLO offers $word" says "$word" --port "$in" --quit-after EHLO
done

if swaks --support 2>&1 | grep -q '=== TLS supported'; then
  check 'STARTTLS' says 'TLS started' --port "$in" -tls --header 'Subject: starttls'
  check 'STARTTLS is offered once' [ "$(grep -c '250.STARTTLS' "$dir/talk")" = 1 ]
  check 'STARTTLS is in the Received field' came starttls 'with ESMTPS id'
  check 'implicit TLS' client --port "$wrapped" -tlsc --header 'Subject: wrapped'
  check 'implicit TLS is in the Received field' came wrapped 'with ESMTPS id'
  check 'clear text at the implicit TLS port gets nothing' sh -c "! swaks --server 127.0.0.1 --port $wrapped \
    --from a@acme.example --to b@acme.example --timeout 3"
else
  skip 'STARTTLS and implicit TLS' 'swaks has no TLS here (libnet-ssleay-perl)'
fi

head -c 90000 /dev/zero | tr '\0' 'x' | fold -w 70 >"$dir/fits"
head -c 120000 /dev/zero | tr '\0' 'x' | fold -w 70 >"$dir/large"
check 'a message below the limit' client --port "$in" --header 'Subject: fits' --body "@$dir/fits"
check 'a message above the limit' says '552 5.3.4' --port "$in" --header 'Subject: large' --body "@$dir/large"
check 'a size announced above the limit' says '552 5.3.4' --port "$in" --from 'anna@acme.example> SIZE=100001 AUTH=<'

printf 'Gr\303\274\303\237e aus K\303\266ln\n' >"$dir/eight"
check '8-bit text' client --port "$in" --header 'Subject: eight' --add-header 'MIME-Version: 1.0' \
  --add-header 'Content-Type: text/plain; charset=utf-8' --add-header 'Content-Transfer-Encoding: 8bit' --body "@$dir/eight"
check '8-bit text arrives' came eight "$(cat "$dir/eight")"
check 'no relaying for strangers' says '550 5.7.1' --port "$in" --to somebody@far.example

# SMTPUTF8 with everything in one go (RFC 2920, RFC 3030): swaks does not know it.
text=$(printf 'From: <gr\303\274n@acme.example>\r\nSubject: utf8\r\n\r\nhello\r\n.')
printf 'EHLO client.example\r\nMAIL FROM:<gr\303\274n@acme.example> SMTPUTF8\r\nRCPT TO:<bob@acme.example>\r\nDATA\r\n' \
  >"$dir/utf8"
printf '%s\r\nQUIT\r\n' "$text" >"$dir/utf8-text"
utf8 () {
  { cat "$dir/utf8"; sleep 1; cat "$dir/utf8-text"; sleep 1; } |
    openssl s_client -connect "127.0.0.1:$wrapped" -quiet -ign_eof 2>/dev/null >"$dir/talk"
  cat "$dir/talk"
  grep -q '^250 2.0.0 queued' "$dir/talk"
}
check 'SMTPUTF8 is taken' utf8
finish
