#!/bin/sh
# Delivery to a real Postfix at each TLS level, and what happens where the level cannot be had.
set -u
. "${ISTHMUS_SRCDIR:-$(dirname "$0")/../..}/tests/peers/lib.sh"

have postfix || skip_all 'postfix is not installed'
have openssl || skip_all 'openssl is not installed'
[ "$(id -u)" = 0 ] || skip_all 'the Postfix master needs root'

certificate localhost 'DNS:localhost'
certificate elsewhere 'DNS:elsewhere.example'
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj '/CN=Other CA' \
  -keyout "$dir/other-ca.key" -out "$dir/other-ca.crt" 2>/dev/null
pin=$(openssl x509 -noout -fingerprint -sha256 -in "$dir/localhost.crt" | cut -d= -f2)
wrong_pin=$(openssl x509 -noout -fingerprint -sha256 -in "$dir/elsewhere.crt" | cut -d= -f2)

# shellcheck disable=SC2046
set -- $(ports 5)
tls=$1 plain=$2 other=$3 wrapped=$4 in=$5

# ---- Postfix: one instance, four listeners that differ in TLS ----
# The one with another certificate takes no session tickets: all of a Postfix share their key, so that a session
# of the right listener would be resumed there without any certificate being shown.
p=$dir/postfix
mkdir -p "$p/etc" "$p/queue" "$p/data" "$p/mail"
chown postfix "$p/data" "$p/mail"
uid=$(id -u postfix) gid=$(id -g postfix)
cat >"$p/etc/main.cf" <<CONF
compatibility_level = 3.6
queue_directory = $p/queue
data_directory = $p/data
daemon_directory = $(postconf -d -h daemon_directory)
command_directory = $(postconf -d -h command_directory)
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.acme.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
maillog_file = $p/maillog
maillog_file_prefixes = $dir
mynetworks = 127.0.0.0/8
alias_maps =
local_recipient_maps =
virtual_mailbox_domains = acme.example
virtual_mailbox_maps = static:box/
virtual_mailbox_base = $p/mail
virtual_uid_maps = static:$uid
virtual_gid_maps = static:$gid
virtual_minimum_uid = 1
smtpd_tls_cert_file = $dir/localhost.crt
smtpd_tls_key_file = $dir/localhost.key
smtpd_tls_security_level = may
smtpd_tls_received_header = yes
smtputf8_enable = yes
CONF
cat >"$p/etc/master.cf" <<CONF
127.0.0.1:$tls inet n - n - - smtpd
127.0.0.1:$plain inet n - n - - smtpd
  -o smtpd_tls_security_level=none
127.0.0.1:$other inet n - n - - smtpd
  -o smtpd_tls_cert_file=$dir/elsewhere.crt
  -o smtpd_tls_key_file=$dir/elsewhere.key
  -o tls_ssl_options=NO_TICKET
127.0.0.1:$wrapped inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
CONF
postfix -c "$p/etc" start >"$dir/postfix.out" 2>&1
answers () { openssl s_client -connect "127.0.0.1:$wrapped" </dev/null >/dev/null 2>&1; }
if ! wait_for answers; then
  note "$(cat "$dir/postfix.out" "$p/maillog" 2>/dev/null)"
  not_ok 'Postfix starts'
  finish
fi
ok 'Postfix starts'

# ---- isthmusd: one relay a case, chosen by the recipient ----
# case NAME LEVEL PORT KEYS...
relays=
relay () {
  name=$1 level=$2 port=$3
  shift 3
  printf '[relay %s]\nhosts = localhost:%s\ntls-level = %s\n' "$name" "$port" "$level"
  for key in "$@"; do printf '%s\n' "$key"; done
  printf '[rule %s]\nrecipients = %s@acme.example\naction = relay\nrelay = %s\n' "$name" "$name" "$name"
  relays="$relays $name"
}
{
  config_head
  printf '[listener in]\naddress = 127.0.0.1:%s\n[peer domino]\nside = domino\naddresses = 127.0.0.1\n' "$in"
  printf '[side exchange]\nrelay = none\n'
  printf '[tls ours]\nca-file = %s/ca.crt\n[tls other]\nca-file = %s/other-ca.crt\n' "$dir" "$dir"
  printf '[tls pin]\npins = %s\n[tls wrong-pin]\npins = %s\n' "$pin" "$wrong_pin"
  printf '[relay sink]\nhosts = localhost:9\n'
  relay none none "$tls"
  relay may may "$tls"
  relay may-plain may "$plain"
  relay encrypt encrypt "$tls"
  relay encrypt-plain encrypt "$plain"
  relay verify verify "$tls" 'tls = ours'
  relay verify-name verify "$other" 'tls = ours'
  relay verify-ca verify "$tls" 'tls = other'
  relay verify-plain verify "$plain" 'tls = ours'
  relay pinned pinned "$tls" 'tls = pin'
  relay pinned-wrong pinned "$tls" 'tls = wrong-pin'
  relay pinned-plain pinned "$plain" 'tls = pin'
  relay implicit verify "$wrapped" 'tls = ours' 'implicit-tls = yes'
  relay implicit-ca verify "$wrapped" 'tls = other' 'implicit-tls = yes'
} >"$dir/isthmus.conf"
start_isthmusd "$dir/isthmus.conf" || { not_ok 'isthmusd starts'; finish; }
ok 'isthmusd starts'

# The client is smtp-source, which comes with Postfix.
names='none may may-plain encrypt encrypt-plain verify verify-name verify-ca verify-plain pinned pinned-wrong
pinned-plain implicit implicit-ca'
for name in $names; do
  smtp-source -f anna@acme.example -t "$name@acme.example" -S "case $name" "127.0.0.1:$in"
done

# arrived NAME PROTOCOL: in Postfix' mailbox, taken over this protocol
arrived () {
  wait_for grep -rlq "^Subject: case $1\$" "$p/mail" || return 1
  file=$(grep -rl "^Subject: case $1\$" "$p/mail") || return 1
  [ "$(printf '%s\n' "$file" | wc -l)" = 1 ] || return 1
  sed -n '1,/^$/p' "$file" | tr '\n' ' ' | grep -q "by mx.acme.example (Postfix) with $2 id"
}
# deferred NAME WORDS: waits in the queue with this reason, and nothing has arrived
deferred () {
  wait_for logged deferred "\"to\":\"$1@acme.example\"" || {
    grep -F "$1" "$dir/isthmus.log"
    return 1
  }
  logged deferred "\"to\":\"$1@acme.example\"" "$2" || { cat "$dir/lines"; return 1; }
  ! grep -rlq "^Subject: case $1\$" "$p/mail"
}

check 'none: clear text although TLS is offered' arrived none ESMTP
check 'may: TLS when it is offered' arrived may ESMTPS
check 'may: clear text when it is not' arrived may-plain ESMTP
check 'encrypt: TLS' arrived encrypt ESMTPS
check 'encrypt: no TLS offered' deferred encrypt-plain 'no STARTTLS offered'
check 'verify: TLS' arrived verify ESMTPS
check 'verify: certificate of another name' deferred verify-name 'localhost'
check 'verify: certificate of an unknown authority' deferred verify-ca 'certificate'
check 'verify: no TLS offered' deferred verify-plain 'no STARTTLS offered'
check 'pinned: TLS' arrived pinned ESMTPS
check 'pinned: another certificate' deferred pinned-wrong 'pin'
check 'pinned: no TLS offered' deferred pinned-plain 'no STARTTLS offered'
check 'implicit TLS' arrived implicit ESMTPS
check 'implicit TLS: unknown authority' deferred implicit-ca 'certificate'
for name in verify-name verify-ca pinned-wrong implicit-ca; do
  note "$name: $(grep "\"to\":\"$name@" "$dir/isthmus.log" | grep deferred | sed 's/.*"reply":"\([^"]*\)".*/\1/' | head -1)"
done
finish
