/*
 * routing/settings.h - the groups of isthmus.conf that the mail path reads.
 *
 * The rows (types, defaults, limits, sentences) are in settings.c; the structs here are what the
 * snapshot holds. Every struct begins with IstGroup.
 */
#ifndef IST_ROUTING_SETTINGS_H
#define IST_ROUTING_SETTINGS_H

#include "base/settings.h"
#include "base/side.h"
#include "base/tls.h"

G_BEGIN_DECLS

/* [connector] */
typedef struct
{
  IstGroup group;
  char *hostname;            /* name in greetings, HELO, Received, reports; never NULL once loaded */
  char *node;                /* ends queue ids */
  char *queue_directory;
  char *directory_database;
  char *postmaster;          /* gets daily dead-letter news; From of reports is postmaster@hostname's */
  char *dns_server;          /* NULL: the system's */
  gint64 stop_grace_secs;
  gint64 body_threshold_bytes;
  gint64 max_queue_bytes;
  gint64 max_queue_messages;
  gint64 min_free_bytes;
  gint64 max_deliveries;     /* connections to relays in all */
  gint64 dead_keep_days;
  gint64 max_hops;           /* Received fields before a message is a loop */
  int broken_dkim;           /* 0 keep, 1 rename */
  gint64 max_sessions;       /* SMTP sessions over all listeners */
} IstConnectorSettings;

/* [side domino|exchange|internet] */
typedef struct
{
  IstGroup group;
  char *relay;               /* default relay towards this side */
  char *notes_domain;        /* Notes domain stripped from user@domain@NotesDomain; domino only */
  char *routing_domain;      /* routing sub-domain of this side, NULL: none */
  gint64 max_message_bytes;  /* towards this side; 0: none */
  char **tenant_ids;         /* exchange: X-MS-Exchange-CrossTenant-Id values that are ours */
  char **tenant_domains;     /* exchange: X-OriginatorOrg values that are ours */
  char *imcea_domain;        /* exchange: default domain of IMCEA addresses, NULL: any served one */
} IstSideSettings;

typedef enum
{
  IST_DOMAIN_SHARED,         /* the directory decides */
  IST_DOMAIN_OWN,            /* all of it lives on one side */
  IST_DOMAIN_ROUTING         /* sub-domain that stands for a primary one */
} IstDomainType;

/* [domain NAME]: NAME is the domain */
typedef struct
{
  IstGroup group;
  int type;                  /* IstDomainType */
  char *side;                /* for own and routing: its side; shared: where unknown users go, or NULL */
  char *primary;             /* routing: the primary domain it stands for */
  char *language;            /* of texts for its people; NULL: the default one */
  gboolean check_recipients; /* unknown in a fresh mirror: 550 */
} IstDomainSettings;

/* [listener NAME] */
typedef struct
{
  IstGroup group;
  char *address;             /* endpoint */
  char *side;                /* default origin side of listed peers without side; NULL */
  gboolean public_;          /* key "public": unlisted clients may mail our own recipients */
  char *tls;                 /* [tls NAME] */
  gboolean implicit_tls;
  gboolean require_tls;
  gint64 max_sessions;
  gint64 max_sessions_per_peer;
  gint64 max_message_bytes;
  gint64 max_recipients;
  gint64 max_commands;
  gint64 max_errors;
  gint64 max_messages;
  gint64 max_header_bytes;
  gint64 rate_per_minute;    /* messages per unlisted client address and minute; 0: none */
  gint64 command_timeout_secs;
  gint64 data_timeout_secs;
  gint64 data_total_secs;
  gint64 tarpit_msecs;
} IstListenerSettings;

/* [peer NAME]: who may relay through us */
typedef struct
{
  IstGroup group;
  char *side;                /* the side it speaks for */
  GPtrArray *addresses;      /* GInetAddressMask */
  char **certificates;       /* SHA-256 fingerprints or subjectAltNames of verified certificates */
  char **listeners;          /* only through these; empty: any */
  gboolean exchange_online;  /* addresses shared by all tenants: also needs the tenant's header */
  gboolean relay_internet;   /* may send to side internet */
  gboolean xclient;
  int bare_newline;          /* 0 refuse, 1 normalize */
} IstPeerSettings;

/* [relay NAME] */
typedef struct
{
  IstGroup group;
  char **hosts;              /* "host", "host:port", "[v6]:port", "mx:domain", each may end in " priority=N"
                                (0 highest, default 0) */
  int tls_level;             /* IstTlsLevel */
  char *tls;                 /* [tls NAME] with ca, pins, versions; NULL: defaults */
  gboolean implicit_tls;
  gint64 max_connections;    /* per host, 20 by default minus one: Exchange refuses the 21st */
  gint64 max_messages;       /* per connection */
  gint64 idle_secs;          /* an open connection waits so long for more */
  GArray *retry;             /* gint64 seconds; the last repeats */
  gint64 expire_secs;        /* 0: see ist_retry_expire_secs() */
  gint64 delay_warning_secs; /* 0: none */
  gint64 connect_timeout_secs;
  gint64 command_timeout_secs;
  gint64 data_timeout_secs;
  gint64 dot_timeout_secs;
  gint64 max_line_bytes;     /* longer lines are re-encoded or folded; 0: passed on as they are */
  gint64 probe_secs;         /* a dead host is probed in the background every so often */
  char *source;              /* local address */
  char *auth_user;
  char *auth_password_file;
  gboolean hold;             /* everything for it is held */
  char *convert;             /* conversion profile, [convert NAME]; NULL: [convert] */
} IstRelaySettings;

/* [rule NAME], in file order; the first that matches decides */
typedef struct
{
  IstGroup group;
  char **senders;            /* addresses, "@domain", "*" globs; "<>" is the null sender */
  char **recipients;
  char **origins;            /* side names */
  char **destinations;       /* side names */
  gint64 larger_than_bytes;
  char *header;              /* "Name: glob" */
  int action;                /* 0 relay 1 hold 2 refuse 3 discard 4 redirect 5 convert-mode only
                                6 convert-profile only */
  char *relay;
  char *redirect;            /* address */
  char *reply;               /* text of the refusal */
  int priority;              /* 0 keep 1 high 2 normal 3 low */
  int mode;                  /* 0 convert 1 report-only */
  char *convert;             /* conversion profile in place of the relay's; NULL: keep */
  gboolean back_to_origin;   /* allows sending a recipient back to the side it came from */
} IstRuleSettings;

/* [tls NAME] */
typedef struct
{
  IstGroup group;
  char *certificate_file;
  char *key_file;
  char *ca_file;
  char *ciphers;
  char **pins;
  int min_version;           /* 0 TLSv1.2 1 TLSv1.3 2 TLSv1.1 3 TLSv1 */
  gboolean ask_client_certificate;
} IstTlsSettings;

/* [rewrite domino-to-exchange|exchange-to-domino|domino-to-internet|exchange-to-internet|…] */
typedef struct
{
  IstGroup group;            /* name: "FROM-to-TO" with side names */
  gboolean enabled;
  gboolean subdomain_to_primary; /* routing sub-domains in headers become primary domains */
  gboolean notes_names;      /* Notes names become Internet addresses */
  gboolean strip_notes_domain;
  gboolean imcea;            /* IMCEANOTES/IMCEAEX/X500 decoded and resolved */
  gboolean friendly_names;
  char *pilot;               /* directory group; outside it mail passes unchanged. NULL: everybody */
} IstRewriteSettings;

/* NULL-ended table of the above for ist_settings_load(). */
extern const IstSettingGroup *const ist_routing_setting_groups[];

/* TLS options of a [tls] group (NULL: defaults) for a client at `level` or, with level NONE, a server;
 * strings are borrowed from the snapshot. */
void ist_routing_tls_options (const IstTlsSettings *tls, IstTlsLevel level, IstTlsOptions *options);

G_END_DECLS

#endif
