#include "routing/settings.h"

#include "routing/next-hop.h"
#include "base/address.h"

#include <string.h>

/* One row; the struct's type is named once per table by the ROW macro around it. */
#define FIELD(type_, member) G_STRUCT_OFFSET (type_, member)
#define BOOL(T, key_, member, def_, text) \
  { .key = key_, .type = IST_SETTING_BOOL, .offset = FIELD (T, member), .def = def_, .sentence = text }
#define TEXT(T, key_, member, def_, text) \
  { .key = key_, .type = IST_SETTING_STRING, .offset = FIELD (T, member), .def = def_, .sentence = text }
#define LIST(T, key_, member, text) \
  { .key = key_, .type = IST_SETTING_LIST, .offset = FIELD (T, member), .sentence = text }
#define FILE_(T, key_, member, text) \
  { .key = key_, .type = IST_SETTING_PATH, .offset = FIELD (T, member), .sentence = text }
#define REF(T, key_, member, kind_, text) \
  { .key = key_, .type = IST_SETTING_GROUP, .offset = FIELD (T, member), .unit = kind_, .sentence = text }
#define ENUM(T, key_, member, names_, def_, text) \
  { .key = key_, .type = IST_SETTING_ENUM, .offset = FIELD (T, member), .names = names_, .def = def_, \
    .sentence = text }
#define NUM(T, type_, key_, member, def_, min_, max_, text) \
  { .key = key_, .type = type_, .offset = FIELD (T, member), .def = def_, .min = min_, .max = max_, \
    .applies = IST_APPLIES_NEW_SESSIONS, .sentence = text }
#define INT(T, key_, member, def_, min_, max_, text) \
  NUM (T, IST_SETTING_INT, key_, member, def_, min_, max_, text)
#define SECS(T, key_, member, def_, min_, max_, text) \
  NUM (T, IST_SETTING_SECS, key_, member, def_, min_, max_, text)
#define BYTES(T, key_, member, def_, min_, max_, text) \
  NUM (T, IST_SETTING_BYTES, key_, member, def_, min_, max_, text)
#define END { .key = NULL }

#define TIB (G_GINT64_CONSTANT (1) << 40)
#define YEAR 31536000

static const char *const domain_types[] = { "shared", "own", "routing", NULL };
static const char *const dkim_names[] = { "keep", "rename", NULL };
static const char *const newline_names[] = { "refuse", "normalize", NULL };
static const char *const action_names[]
    = { "relay", "hold", "refuse", "discard", "redirect", "convert-mode", "convert-profile", NULL };
static const char *const priority_names[] = { "keep", "high", "normal", "low", NULL };
static const char *const mode_names[] = { "convert", "report-only", NULL };
static const char *const version_names[] = { "TLSv1.2", "TLSv1.3", "TLSv1.1", "TLSv1", NULL };
static const char *const level_names[] = { "none", "may", "encrypt", "verify", "pinned", NULL };

/* ---- [connector] ---- */

#define C IstConnectorSettings
static const IstSettingRow connector_rows[] = {
  { .key = "hostname", .type = IST_SETTING_STRING, .offset = FIELD (C, hostname), .required = TRUE,
    .sentence = "Full name of this server in greetings, HELO, Received fields and reports." },
  { .key = "node", .type = IST_SETTING_STRING, .offset = FIELD (C, node), .def = "n1",
    .applies = IST_APPLIES_RESTART,
    .sentence = "Short name of this node, letters and digits; it ends every queue id." },
  { .key = "queue-directory", .type = IST_SETTING_PATH, .offset = FIELD (C, queue_directory),
    .def = ISTHMUS_LOCALSTATEDIR "/lib/isthmus/queue", .applies = IST_APPLIES_RESTART,
    .sentence = "Folder of the mail queue; on a local disk." },
  { .key = "directory-database", .type = IST_SETTING_PATH, .offset = FIELD (C, directory_database),
    .def = ISTHMUS_LOCALSTATEDIR "/lib/isthmus/directory.db", .applies = IST_APPLIES_RESTART,
    .sentence = "File of the mirror of both directories." },
  TEXT (C, "postmaster", postmaster, NULL,
        "Address that gets the daily news about dead messages; empty: nobody."),
  { .key = "dns-server", .type = IST_SETTING_ENDPOINT, .offset = FIELD (C, dns_server),
    .applies = IST_APPLIES_RESTART,
    .sentence = "DNS server to ask; empty: the system's servers and host file." },
  SECS (C, "stop-grace", stop_grace_secs, "60s", 1, 600,
        "How long a stop waits for deliveries that have passed their final dot."),
  { .key = "body-threshold", .type = IST_SETTING_BYTES, .offset = FIELD (C, body_threshold_bytes),
    .def = "128K", .min = 1024, .max = 1048576, .applies = IST_APPLIES_RESTART,
    .sentence = "Message texts up to this size are stored in the queue database, larger ones in files." },
  { .key = "max-queue-size", .type = IST_SETTING_BYTES, .offset = FIELD (C, max_queue_bytes),
    .def = "0", .max = TIB * 64, .applies = IST_APPLIES_RESTART,
    .sentence = "New mail is refused with 452 when the queue holds more; 0: no limit." },
  { .key = "max-queue-messages", .type = IST_SETTING_INT, .offset = FIELD (C, max_queue_messages),
    .def = "0", .max = 1000000000, .applies = IST_APPLIES_RESTART,
    .sentence = "New mail is refused with 452 when the queue holds more messages; 0: no limit." },
  { .key = "min-free", .type = IST_SETTING_BYTES, .offset = FIELD (C, min_free_bytes),
    .def = "256M", .min = 1048576, .max = TIB, .applies = IST_APPLIES_RESTART,
    .sentence = "New mail is refused with 452 when the queue's disk has less free space." },
  INT (C, "max-deliveries", max_deliveries, "100", 1, 5000,
       "Most connections to relays at once."),
  { .key = "dead-keep-days", .type = IST_SETTING_INT, .offset = FIELD (C, dead_keep_days),
    .def = "14", .min = 1, .max = 3650, .applies = IST_APPLIES_RESTART,
    .sentence = "How long a dead message (one that can be neither delivered nor reported) is kept." },
  INT (C, "max-hops", max_hops, "50", 5, 500,
       "Received fields at which a message counts as going in circles."),
  ENUM (C, "broken-dkim", broken_dkim, dkim_names, "keep",
        "What happens to a DKIM-Signature that a needed change breaks: kept as it is, or renamed to "
        "X-Isthmus-Broken-DKIM-Signature."),
  INT (C, "max-sessions", max_sessions, "2000", 1, 100000,
       "Most SMTP sessions over all listeners; more are answered 421."),
  END,
};

static void
check_address (const IstSettings *settings, const IstGroup *group, const char *key, const char *address,
               GPtrArray *errors)
{
  if (address != NULL && !ist_address_is_valid (address, TRUE))
    ist_settings_complain (settings, group, key, errors, "\"%s\" is no mail address", address);
}

static void
check_connector (const IstSettings *settings, const IstGroup *group, GPtrArray *errors)
{
  const IstConnectorSettings *c = (const IstConnectorSettings *) group;
  gsize length = c->node != NULL ? strlen (c->node) : 0;

  if (length == 0 || length > 16
      || strspn (c->node, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") != length)
    ist_settings_complain (settings, group, "node", errors, "write 1 to 16 letters and digits");
  check_address (settings, group, "postmaster", c->postmaster, errors);
}

static const IstSettingGroup connector_group = {
  .kind = "connector", .struct_size = sizeof (C), .rows = connector_rows, .check = check_connector,
  .sentence = "What concerns this node as a whole.",
};

/* ---- [side NAME] ---- */

static void
check_side_name (const IstSettings *settings, const IstGroup *group, const char *key,
                 const char *side, GPtrArray *errors)
{
  if (side != NULL && ist_side_from_name (side) == IST_SIDE_NONE)
    ist_settings_complain (settings, group, key, errors,
                           "\"%s\" is no side; write domino, exchange or internet", side);
}

#define S IstSideSettings
static const IstSettingRow side_rows[] = {
  REF (S, "relay", relay, "relay", "Relay that mail to this side is handed to."),
  TEXT (S, "notes-domain", notes_domain, NULL,
        "Notes domain of this side; it is stripped from addresses of the form user@domain@NotesDomain."),
  TEXT (S, "routing-domain", routing_domain, NULL,
        "Routing sub-domain under which this side takes mail; it is written into envelopes towards this "
        "side and kept out of every header."),
  BYTES (S, "max-message-size", max_message_bytes, "0", 0, TIB,
         "Largest message taken for this side; 0: no limit of its own."),
  LIST (S, "tenant-ids", tenant_ids,
        "Exchange Online tenants that are ours, compared with X-MS-Exchange-CrossTenant-Id."),
  LIST (S, "tenant-domains", tenant_domains,
        "Exchange Online organisations that are ours, compared with X-OriginatorOrg."),
  TEXT (S, "imcea-domain", imcea_domain, NULL,
        "Domain under which Exchange encapsulates foreign addresses (IMCEANOTES-...@domain); empty: any "
        "domain served here."),
  END,
};

static void
check_side (const IstSettings *settings, const IstGroup *group, GPtrArray *errors)
{
  const IstSideSettings *side = (const IstSideSettings *) group;
  const IstDomainSettings *domain = NULL;

  check_side_name (settings, group, NULL, group->name, errors);
  if (side->routing_domain == NULL)
    return;
  domain = ist_settings_get (settings, "domain", side->routing_domain);
  if (domain == NULL || domain->type != IST_DOMAIN_ROUTING)
    ist_settings_complain (settings, group, "routing-domain", errors,
                           "needs a group [domain %s] with type = routing and primary = DOMAIN",
                           side->routing_domain);
}

static const IstSettingGroup side_group = {
  .kind = "side", .named = TRUE, .struct_size = sizeof (S), .rows = side_rows, .check = check_side,
  .sentence = "One of the sides domino, exchange and internet.",
};

/* ---- [domain NAME] ---- */

#define D IstDomainSettings
static const IstSettingRow domain_rows[] = {
  ENUM (D, "type", type, domain_types, "shared",
        "shared: the directory says on which side each person lives; own: all of it lives on one side; "
        "routing: a sub-domain that stands for a primary domain on the way to one side."),
  TEXT (D, "side", side, NULL,
        "Side of an own or routing domain; for a shared one the side that gets people whom the directory "
        "does not know, if check-recipients is off."),
  TEXT (D, "primary", primary, NULL, "Primary domain that a routing sub-domain stands for."),
  TEXT (D, "language", language, NULL,
        "Language of texts that are put into mail for its people (en, de, fr, it, ja, pt), where the directory says "
        "none."),
  BOOL (D, "check-recipients", check_recipients, "yes",
        "Refuse recipients that a fresh directory mirror does not know."),
  END,
};

/* A sub-domain that stands for nothing served here would make its mail foreign. */
static void
check_primary (const IstSettings *settings, const IstDomainSettings *d, GPtrArray *errors)
{
  const IstDomainSettings *primary
      = d->primary != NULL ? ist_settings_get (settings, "domain", d->primary) : NULL;

  if (d->primary == NULL)
    ist_settings_complain (settings, &d->group, "primary", errors, "is needed for type routing");
  else if (primary == NULL || primary->type == IST_DOMAIN_ROUTING)
    ist_settings_complain (settings, &d->group, "primary", errors,
                           "there is no group [domain %s] of type shared or own", d->primary);
}

/* One domain in two spellings would be two answers to one question. */
static void
check_domain_name (const IstSettings *settings, const IstGroup *group, GPtrArray *errors)
{
  const GPtrArray *domains = ist_settings_list (settings, "domain");
  g_autofree char *key = ist_domain_key (group->name);

  if (key == NULL || !ist_domain_is_valid (group->name, TRUE) || group->name[0] == '[')
    {
      ist_settings_complain (settings, group, NULL, errors, "\"%s\" is no domain name", group->name);
      return;
    }
  for (guint i = 0; i < domains->len; i++)
    {
      const IstGroup *other = g_ptr_array_index (domains, i);
      g_autofree char *other_key = ist_domain_key (other->name);

      if (other->line < group->line && g_strcmp0 (other_key, key) == 0)
        ist_settings_complain (settings, group, NULL, errors, "is the same domain as [domain %s] in line %u",
                               other->name, other->line);
    }
}

static void
check_domain (const IstSettings *settings, const IstGroup *group, GPtrArray *errors)
{
  const IstDomainSettings *d = (const IstDomainSettings *) group;

  check_domain_name (settings, group, errors);
  check_side_name (settings, group, "side", d->side, errors);
  if (d->type != IST_DOMAIN_SHARED && d->side == NULL)
    ist_settings_complain (settings, group, "side", errors, "is needed for type %s",
                           domain_types[d->type]);
  if (d->type == IST_DOMAIN_ROUTING)
    check_primary (settings, d, errors);
  if (d->type == IST_DOMAIN_SHARED && !d->check_recipients && d->side == NULL)
    ist_settings_complain (settings, group, "side", errors,
                           "is needed without check-recipients: where do unknown people live?");
}

static const IstSettingGroup domain_group = {
  .kind = "domain", .named = TRUE, .struct_size = sizeof (D), .rows = domain_rows,
  .check = check_domain, .sentence = "A mail domain served here.",
};

/* ---- [listener NAME] ---- */

#define L IstListenerSettings
static const IstSettingRow listener_rows[] = {
  { .key = "address", .type = IST_SETTING_ENDPOINT, .offset = FIELD (L, address), .required = TRUE,
    .sentence = "Address and port to listen on." },
  TEXT (L, "side", side, NULL, "Side that listed peers without a side of their own speak for."),
  BOOL (L, "public", public_, "no",
        "Clients that are no listed peers may send to recipients served here."),
  REF (L, "tls", tls, "tls", "Certificate and key for STARTTLS or implicit TLS; empty: no TLS."),
  BOOL (L, "implicit-tls", implicit_tls, "no", "TLS from the first byte (RFC 8314)."),
  BOOL (L, "require-tls", require_tls, "no", "Mail is taken only after STARTTLS."),
  INT (L, "max-sessions", max_sessions, "1000", 1, 100000, "Most sessions of this listener."),
  INT (L, "max-sessions-per-client", max_sessions_per_peer, "20", 0, 100000,
       "Most sessions from one address that is no listed peer; 0: no limit."),
  BYTES (L, "max-message-size", max_message_bytes, "50M", 0, TIB,
         "Largest message, announced with SIZE; 0: no limit."),
  INT (L, "max-recipients", max_recipients, "1000", 100, 100000,
       "Most recipients in one transaction; more get 452 (RFC 5321 4.5.3.1.8 asks for at least 100)."),
  INT (L, "max-commands", max_commands, "1000", 0, 1000000,
       "Commands of an unlisted client without a message before 421; 0: no limit."),
  INT (L, "max-errors", max_errors, "20", 0, 1000000,
       "Error replies to an unlisted client before 421; 0: no limit."),
  INT (L, "max-messages", max_messages, "100", 0, 1000000,
       "Messages of an unlisted client in one session before 421; 0: no limit."),
  BYTES (L, "max-header-size", max_header_bytes, "1M", 65536, 16777216,
         "Largest message header; Notes invitations reach 100 KiB."),
  INT (L, "rate-per-minute", rate_per_minute, "120", 0, 1000000,
       "Messages per minute from one address that is no listed peer; 0: no limit."),
  SECS (L, "command-timeout", command_timeout_secs, "5m", 1, 3600,
        "How long the next command may take (RFC 5321 4.5.3.2.7)."),
  SECS (L, "data-timeout", data_timeout_secs, "3m", 1, 3600,
        "How long the next block of message text may take."),
  SECS (L, "data-total", data_total_secs, "1h", 1, 86400, "How long a whole message text may take."),
  INT (L, "tarpit", tarpit_msecs, "1000", 0, 60000,
       "Milliseconds that an error reply to an unlisted client is delayed."),
  END,
};

static void
check_listener (const IstSettings *settings, const IstGroup *group, GPtrArray *errors)
{
  const IstListenerSettings *l = (const IstListenerSettings *) group;

  check_side_name (settings, group, "side", l->side, errors);
  if ((l->implicit_tls || l->require_tls) && l->tls == NULL)
    ist_settings_complain (settings, group, "tls", errors,
                           "is needed: name the [tls NAME] group with the certificate");
}

static const IstSettingGroup listener_group = {
  .kind = "listener", .named = TRUE, .struct_size = sizeof (L), .rows = listener_rows,
  .check = check_listener, .sentence = "An address on which SMTP is spoken.",
};

/* ---- [peer NAME] ---- */

#define P IstPeerSettings
static const IstSettingRow peer_rows[] = {
  TEXT (P, "side", side, NULL, "Side this peer speaks for; empty: the listener's."),
  { .key = "addresses", .type = IST_SETTING_CIDRS, .offset = FIELD (P, addresses),
    .sentence = "Addresses and networks it comes from." },
  LIST (P, "certificates", certificates,
        "SHA-256 fingerprints, or DNS names of verified client certificates."),
  LIST (P, "listeners", listeners, "Listeners it may use; empty: any."),
  BOOL (P, "exchange-online", exchange_online, "no",
        "The addresses are shared by all tenants of Exchange Online: a message must carry our tenant's "
        "header too."),
  BOOL (P, "relay-internet", relay_internet, "no", "It may send to recipients on side internet."),
  BOOL (P, "xclient", xclient, "no", "It may tell with XCLIENT whom it speaks for."),
  ENUM (P, "bare-newline", bare_newline, newline_names, "normalize",
        "A bare LF or CR in message text is refused, or made CRLF; never does one end a message."),
  END,
};

/* Whose mail is it? Without an answer neither the loop guard nor rewriting would know a direction. */
static void
check_peer_side (const IstSettings *settings, const IstPeerSettings *p, GPtrArray *errors)
{
  const GPtrArray *listeners = ist_settings_list (settings, "listener");

  for (guint i = 0; p->side == NULL && i < listeners->len; i++)
    {
      const IstListenerSettings *l = g_ptr_array_index (listeners, i);

      if (l->side != NULL
          || (p->listeners[0] != NULL
              && !g_strv_contains ((const char *const *) p->listeners, l->group.name)))
        continue;
      ist_settings_complain (settings, &p->group, "side", errors,
                             "is missing, and [listener %s] has none either", l->group.name);
      return;
    }
}

static void
check_peer (const IstSettings *settings, const IstGroup *group, GPtrArray *errors)
{
  const IstPeerSettings *p = (const IstPeerSettings *) group;

  check_side_name (settings, group, "side", p->side, errors);
  check_peer_side (settings, p, errors);
  if (p->addresses->len == 0 && p->certificates[0] == NULL)
    ist_settings_complain (settings, group, "addresses", errors,
                           "is missing: a peer is known by addresses or certificates");
  for (guint i = 0; p->listeners[i] != NULL; i++)
    if (ist_settings_get (settings, "listener", p->listeners[i]) == NULL)
      ist_settings_complain (settings, group, "listeners", errors, "there is no group [listener %s]",
                             p->listeners[i]);
}

static const IstSettingGroup peer_group = {
  .kind = "peer", .named = TRUE, .struct_size = sizeof (P), .rows = peer_rows, .check = check_peer,
  .sentence = "Mail servers whose mail is taken for any recipient their side may write to.",
};

/* ---- [relay NAME] ---- */

#define R IstRelaySettings
static const IstSettingRow relay_rows[] = {
  { .key = "hosts", .type = IST_SETTING_LIST, .offset = FIELD (R, hosts), .required = TRUE,
    .sentence = "Hosts to hand mail to: \"host\", \"host:port\", \"[IPv6]:port\" or \"mx:domain\", each "
                "with \" priority=N\" if wanted; 0 is tried first, equal ones are shared evenly." },
  ENUM (R, "tls-level", tls_level, level_names, "may",
        "none: never; may: when it can be had; encrypt: TLS or nothing; verify: with a trusted "
        "certificate of the right name; pinned: with one of the listed certificates."),
  REF (R, "tls", tls, "tls", "Roots, pins and versions for this relay; empty: the defaults."),
  BOOL (R, "implicit-tls", implicit_tls, "no", "TLS from the first byte."),
  INT (R, "max-connections", max_connections, "19", 1, 1000,
       "Most connections to one host; Exchange refuses the 21st of a source by default."),
  INT (R, "max-messages", max_messages, "100", 0, 1000000,
       "Messages over one connection before it is closed; 0: no limit."),
  SECS (R, "idle", idle_secs, "5s", 0, 300, "How long an open connection waits for more mail."),
  { .key = "retry", .type = IST_SETTING_SECS_LIST, .offset = FIELD (R, retry),
    .def = "1m, 2m, 5m, 10m, 20m, 30m, 1h",
    .sentence = "Waiting times between attempts; the last one repeats." },
  SECS (R, "expire", expire_secs, "0", 0, YEAR,
        "Age at which a message is given up and reported, after one more attempt; 0: 5 days, or one day "
        "if tls-level refuses clear text."),
  SECS (R, "delay-warning", delay_warning_secs, "4h", 0, YEAR,
        "Age at which the sender is told of a delay; 0: never."),
  SECS (R, "connect-timeout", connect_timeout_secs, "30s", 1, 300, "Time to connect and be greeted."),
  SECS (R, "command-timeout", command_timeout_secs, "5m", 1, 3600, "Time for the answer to a command."),
  SECS (R, "data-timeout", data_timeout_secs, "3m", 1, 3600, "Time for one block of text to leave."),
  SECS (R, "dot-timeout", dot_timeout_secs, "10m", 1, 3600,
        "Time for the answer to the final dot (RFC 5321 4.5.3.2.6); Exchange delays it on purpose."),
  BYTES (R, "max-line-length", max_line_bytes, "0", 0, 1048576,
         "Lines longer than this are encoded anew, or folded in the header, where no signature forbids it; "
         "0: passed on as they are, which all known systems take. 998 is the limit of RFC 5321."),
  SECS (R, "probe", probe_secs, "15s", 1, 3600, "How often a dead host is tried in the background."),
  TEXT (R, "source", source, NULL, "Local address to connect from."),
  TEXT (R, "auth-user", auth_user, NULL, "User for SMTP AUTH; used over TLS only."),
  FILE_ (R, "auth-password-file", auth_password_file, "File (mode 0600) with the password."),
  BOOL (R, "hold", hold, "no", "Everything for this relay is held."),
  REF (R, "convert", convert, "convert", "Profile by which mail for this relay is converted; empty: [convert] itself."),
  END,
};

static void
check_relay (const IstSettings *settings, const IstGroup *group, GPtrArray *errors)
{
  const IstRelaySettings *r = (const IstRelaySettings *) group;

  if (r->hosts[0] == NULL)
    ist_settings_complain (settings, group, "hosts", errors, "is empty; name at least one host");
  for (guint i = 0; r->hosts[i] != NULL; i++)
    if (!ist_next_hop_entry_is_valid (r->hosts[i]))
      ist_settings_complain (settings, group, "hosts", errors,
                             "has \"%s\"; write \"host\", \"host:port\", \"[IPv6]:port\" or "
                             "\"mx:domain\", each with \" priority=N\" if wanted",
                             r->hosts[i]);
  if (r->auth_user != NULL && r->auth_password_file == NULL)
    ist_settings_complain (settings, group, "auth-password-file", errors, "is needed with auth-user");
  if (r->auth_user != NULL && r->tls_level < IST_TLS_ENCRYPT)
    ist_settings_complain (settings, group, "tls-level", errors,
                           "must be encrypt, verify or pinned with auth-user: a password never leaves "
                           "in clear text");
}

static const IstSettingGroup relay_group = {
  .kind = "relay", .named = TRUE, .struct_size = sizeof (R), .rows = relay_rows, .check = check_relay,
  .sentence = "Where mail is handed to, and how.",
};

/* ---- [rule NAME] ---- */

#define U IstRuleSettings
static const IstSettingRow rule_rows[] = {
  LIST (U, "senders", senders,
        "Addresses, @domains or patterns with * and ?; <> is the null sender. Empty: any."),
  LIST (U, "recipients", recipients,
        "Addresses, @domains or patterns, of the address as written or the person's primary one. Empty: any."),
  LIST (U, "origins", origins, "Sides the message comes from. Empty: any."),
  LIST (U, "destinations", destinations, "Sides the recipient lives on. Empty: any."),
  BYTES (U, "larger-than", larger_than_bytes, "0", 0, TIB, "Only messages larger than this; 0: any."),
  TEXT (U, "header", header, NULL,
        "\"Name: pattern\" that some header field matches, as it stands in the message (encoded words are "
        "not decoded)."),
  ENUM (U, "action", action, action_names, "relay",
        "relay: to the named relay; hold; refuse; discard (with an event); redirect: to another address; "
        "convert-mode: only sets mode, the search goes on; convert-profile: only sets convert, the search goes on."),
  REF (U, "relay", relay, "relay", "Relay for action relay; empty: the side's own."),
  TEXT (U, "redirect", redirect, NULL, "Address for action redirect."),
  TEXT (U, "reply", reply, NULL, "Words of a refusal."),
  ENUM (U, "priority", priority, priority_names, "keep", "Priority in the queue."),
  ENUM (U, "mode", mode, mode_names, "convert",
        "convert, or report-only: the mail passes unchanged and the log says what would have been done. The "
        "first convert-mode rule that matches decides, also over a pilot group."),
  REF (U, "convert", convert, "convert",
       "Profile by which the mail is converted, in place of the relay's. The first matching rule that names one decides. "
       "Empty: the relay's."),
  BOOL (U, "back-to-origin", back_to_origin, "no",
        "The recipient may be sent back to the side the message came from."),
  END,
};

static void
check_rule (const IstSettings *settings, const IstGroup *group, GPtrArray *errors)
{
  const IstRuleSettings *u = (const IstRuleSettings *) group;

  for (guint i = 0; u->origins[i] != NULL; i++)
    check_side_name (settings, group, "origins", u->origins[i], errors);
  for (guint i = 0; u->destinations[i] != NULL; i++)
    check_side_name (settings, group, "destinations", u->destinations[i], errors);
  if (u->action == 4 && u->redirect == NULL)
    ist_settings_complain (settings, group, "redirect", errors, "is needed for action redirect");
  check_address (settings, group, "redirect", u->redirect, errors);
  if (u->action == 6 && u->convert == NULL)
    ist_settings_complain (settings, group, "convert", errors, "is needed for action convert-profile");
  if (u->header != NULL && strchr (u->header, ':') == NULL)
    ist_settings_complain (settings, group, "header", errors, "write \"Name: pattern\"");
}

static const IstSettingGroup rule_group = {
  .kind = "rule", .named = TRUE, .struct_size = sizeof (U), .rows = rule_rows, .check = check_rule,
  .sentence = "Rules are tried in the order of the file; the first that matches decides.",
};

/* ---- [tls NAME] ---- */

#define T IstTlsSettings
static const IstSettingRow tls_rows[] = {
  FILE_ (T, "certificate-file", certificate_file, "PEM file with the certificate and its chain."),
  FILE_ (T, "key-file", key_file, "PEM file (mode 0600) with the private key, without pass phrase."),
  FILE_ (T, "ca-file", ca_file, "PEM file with trusted roots; empty: the system's."),
  TEXT (T, "ciphers", ciphers, NULL, "OpenSSL cipher list for TLS 1.2 and older; empty: the default."),
  LIST (T, "pins", pins, "SHA-256 fingerprints of certificates for tls-level pinned."),
  ENUM (T, "min-version", min_version, version_names, "TLSv1.2",
        "Oldest version; TLSv1.1 and TLSv1 are exceptions for one named old host."),
  BOOL (T, "ask-client-certificate", ask_client_certificate, "no",
        "Ask clients for a certificate, so that peers can be known by it."),
  END,
};

static const IstSettingGroup tls_group = {
  .kind = "tls", .named = TRUE, .struct_size = sizeof (T), .rows = tls_rows,
  .sentence = "Certificates, trust and versions for listeners and relays.",
};

/* ---- [rewrite FROM-to-TO] ---- */

#define W IstRewriteSettings
static const IstSettingRow rewrite_rows[] = {
  BOOL (W, "enabled", enabled, "yes", "Rewrite addresses in this direction at all."),
  BOOL (W, "subdomain-to-primary", subdomain_to_primary, "yes",
        "Routing sub-domains become their primary domains in every header."),
  BOOL (W, "notes-names", notes_names, "yes", "Notes names become Internet addresses."),
  BOOL (W, "strip-notes-domain", strip_notes_domain, "yes",
        "user@domain@NotesDomain loses what stands to the right."),
  BOOL (W, "imcea", imcea, "yes",
        "IMCEANOTES, IMCEAEX and X.500 addresses are decoded and looked up in the directory."),
  BOOL (W, "friendly-names", friendly_names, "no", "Display names are replaced by the addresses."),
  TEXT (W, "pilot", pilot, NULL,
        "Directory group: mail in this direction is converted when its sender or its recipient is a member; "
        "all other mail passes unchanged and the log says what would have been done. Empty: all is converted."),
  END,
};

static void
check_rewrite (const IstSettings *settings, const IstGroup *group, GPtrArray *errors)
{
  g_auto (GStrv) parts = g_strsplit (group->name, "-to-", 2);

  if (g_strv_length (parts) != 2 || ist_side_from_name (parts[0]) == IST_SIDE_NONE
      || ist_side_from_name (parts[1]) == IST_SIDE_NONE)
    ist_settings_complain (settings, group, NULL, errors,
                           "the name must be FROM-to-TO with sides, such as domino-to-exchange");
}

static const IstSettingGroup rewrite_group = {
  .kind = "rewrite", .named = TRUE, .struct_size = sizeof (W), .rows = rewrite_rows,
  .check = check_rewrite, .sentence = "How addresses change from one side to another.",
};

const IstSettingGroup *const ist_routing_setting_groups[]
    = { &connector_group, &side_group, &domain_group, &listener_group, &peer_group, &relay_group,
        &rule_group, &tls_group, &rewrite_group, NULL };

void
ist_routing_tls_options (const IstTlsSettings *tls, IstTlsLevel level, IstTlsOptions *options)
{
  static const IstTlsVersion versions[] = { IST_TLS_1_2, IST_TLS_1_3, IST_TLS_1_1, IST_TLS_1_0 };

  *options = (IstTlsOptions){ .level = level };
  if (tls == NULL)
    return;
  options->certificate_file = tls->certificate_file;
  options->key_file = tls->key_file;
  options->ca_file = tls->ca_file;
  options->ciphers = tls->ciphers;
  options->pins = (const char *const *) tls->pins;
  options->min_version = versions[tls->min_version];
  options->ask_client_certificate = tls->ask_client_certificate;
}
