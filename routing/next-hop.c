#include "routing/next-hop.h"

#include "base/address.h"
#include "base/clock.h"
#include "base/error.h"

#include <gio/gio.h>
#include <string.h>

#define MIN_TTL_SECS 5
#define MAX_TTL_SECS 3600
#define BAD_TTL_SECS 30
#define STALE_SECS 86400 /* how long an old answer stands in while the name servers are in trouble (RFC 8767) */
#define MAX_CACHED 1000
#define SMTP_PORT 25

/* What a name resolved to, or why it did not. */
typedef struct
{
  GPtrArray *records; /* NULL: failed */
  GError *error;
  gint64 until;
  gint64 learnt; /* when the records came */
} Cached;

struct _IstNextHop
{
  IstDns *dns;
  IstHostHealth *health;
  GMutex mutex;
  GHashTable *cache; /* "mx NAME" or "a NAME" → Cached */
};

/* One line of a relay's host list. */
typedef struct
{
  char *name;
  guint16 port;
  guint priority;
  gboolean mx;
} Entry;

typedef struct
{
  IstHop *hop;
  guint64 rank;  /* priority and MX preference; small is tried first */
  guint32 order; /* random among equals */
} Candidate;

static void
hop_free (IstHop *hop)
{
  g_free (hop->host);
  g_free (hop->address);
  g_free (hop);
}

static void
cached_free (Cached *cached)
{
  if (cached->records != NULL)
    g_ptr_array_unref (cached->records);
  g_clear_error (&cached->error);
  g_free (cached);
}

IstNextHop *
ist_next_hop_new (IstDns *dns, IstHostHealth *health)
{
  IstNextHop *self = g_new0 (IstNextHop, 1);

  self->dns = dns;
  self->health = health;
  g_mutex_init (&self->mutex);
  self->cache = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) cached_free);
  return self;
}

void
ist_next_hop_free (IstNextHop *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->cache);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

/* ---- names ---- */

static gint64
cache_time (const GPtrArray *records)
{
  guint ttl = BAD_TTL_SECS;

  for (guint i = 0; records != NULL && i < records->len; i++)
    {
      const IstDnsRecord *record = g_ptr_array_index (records, i);

      ttl = i == 0 ? record->ttl_secs : MIN (ttl, record->ttl_secs);
    }
  return ist_clock_mono_usecs ()
         + (gint64) CLAMP (ttl, MIN_TTL_SECS, MAX_TTL_SECS) * G_USEC_PER_SEC;
}

static Cached *
ask (IstNextHop *self, gboolean mx, const char *name)
{
  Cached *fresh = g_new0 (Cached, 1);

  fresh->records = mx ? ist_dns_mx (self->dns, name, &fresh->error)
                      : ist_dns_addresses (self->dns, name, &fresh->error);
  fresh->until = cache_time (fresh->records);
  fresh->learnt = ist_clock_mono_usecs ();
  return fresh;
}

/* Nobody could be asked: what was known goes on for a while. A name that is gone is gone. */
static void
keep_old (Cached *fresh, const Cached *old)
{
  if (old == NULL || old->records == NULL || !ist_error_is (fresh->error, IST_ERROR_RETRY)
      || ist_clock_mono_usecs () - old->learnt > (gint64) STALE_SECS * G_USEC_PER_SEC)
    return;
  g_clear_error (&fresh->error);
  fresh->records = g_ptr_array_ref (old->records);
  fresh->learnt = old->learnt;
}

static GPtrArray *
look_up (IstNextHop *self, gboolean mx, const char *name, GError **error)
{
  g_autofree char *key = g_strdup_printf ("%s %s", mx ? "mx" : "a", name);
  Cached *cached;
  GPtrArray *out;

  g_mutex_lock (&self->mutex);
  cached = g_hash_table_lookup (self->cache, key);
  if (cached == NULL || cached->until <= ist_clock_mono_usecs ())
    {
      g_mutex_unlock (&self->mutex);
      cached = ask (self, mx, name);
      g_mutex_lock (&self->mutex);
      keep_old (cached, g_hash_table_lookup (self->cache, key));
      if (g_hash_table_size (self->cache) >= MAX_CACHED)
        g_hash_table_remove_all (self->cache);
      g_hash_table_replace (self->cache, g_steal_pointer (&key), cached);
    }
  out = cached->records != NULL ? g_ptr_array_ref (cached->records) : NULL;
  if (out == NULL && error != NULL && *error == NULL)
    *error = g_error_copy (cached->error);
  g_mutex_unlock (&self->mutex);
  return out;
}

/* ---- the list ---- */

static gboolean
parse_entry (const char *text, Entry *entry)
{
  g_auto (GStrv) words = g_strsplit_set (text, " \t", -1);
  char *colon;
  guint64 number;

  memset (entry, 0, sizeof *entry);
  entry->port = SMTP_PORT;
  for (guint i = 1; words[0] != NULL && words[i] != NULL; i++)
    {
      if (words[i][0] == '\0')
        continue;
      if (!g_str_has_prefix (words[i], "priority=")
          || !g_ascii_string_to_unsigned (words[i] + 9, 10, 0, 65535, &number, NULL))
        return FALSE;
      entry->priority = (guint) number;
    }
  if (words[0] == NULL || words[0][0] == '\0')
    return FALSE;
  entry->mx = g_str_has_prefix (words[0], "mx:");
  entry->name = g_strdup (words[0] + (entry->mx ? 3 : 0));
  colon = strrchr (entry->name, ':');
  /* A colon within an IPv6 literal is no port's. */
  if (colon != NULL && colon > entry->name
      && (entry->name[0] == '[' ? colon[-1] == ']' : strchr (entry->name, ':') == colon))
    {
      if (!g_ascii_string_to_unsigned (colon + 1, 10, 1, 65535, &number, NULL))
        return FALSE;
      *colon = '\0';
      entry->port = (guint16) number;
    }
  if (entry->name[0] == '[' && g_str_has_suffix (entry->name, "]"))
    {
      entry->name[strlen (entry->name) - 1] = '\0';
      memmove (entry->name, entry->name + 1, strlen (entry->name));
      return g_hostname_is_ip_address (entry->name);
    }
  return g_hostname_is_ip_address (entry->name) || ist_domain_is_valid (entry->name, FALSE);
}

gboolean
ist_next_hop_entry_is_valid (const char *text)
{
  Entry entry;
  gboolean valid = parse_entry (text, &entry);

  g_free (entry.name);
  return valid;
}

static void
add_host (IstNextHop *self, const char *host, const Entry *entry, guint preference, GArray *out,
          GError **error)
{
  g_autoptr (GPtrArray) addresses = look_up (self, FALSE, host, error);

  for (guint i = 0; addresses != NULL && i < addresses->len; i++)
    {
      const IstDnsRecord *record = g_ptr_array_index (addresses, i);
      Candidate candidate
          = { .rank = (guint64) entry->priority << 32 | preference, .order = g_random_int () };

      candidate.hop = g_new0 (IstHop, 1);
      candidate.hop->host = g_strdup (host);
      candidate.hop->address = g_strdup (record->name);
      candidate.hop->port = entry->port;
      g_array_append_val (out, candidate);
    }
}

static gint
by_rank (gconstpointer a, gconstpointer b)
{
  const Candidate *x = a;
  const Candidate *y = b;

  if (x->rank != y->rank)
    return x->rank < y->rank ? -1 : 1;
  return x->order < y->order ? -1 : x->order > y->order;
}

/* Every address of every host, best first. Its errors are the last one met. */
static GArray *
candidates (IstNextHop *self, const IstRelaySettings *relay, GError **error)
{
  GArray *out = g_array_new (FALSE, FALSE, sizeof (Candidate));

  for (guint i = 0; relay->hosts[i] != NULL; i++)
    {
      g_autoptr (GPtrArray) mx = NULL;
      Entry entry;

      if (!parse_entry (relay->hosts[i], &entry))
        {
          g_free (entry.name);
          if (error != NULL && *error == NULL)
            g_set_error (error, IST_ERROR, IST_ERROR_REFUSED, "\"%s\" is no host", relay->hosts[i]);
          continue;
        }
      if (!entry.mx)
        add_host (self, entry.name, &entry, 0, out, error);
      else if ((mx = look_up (self, TRUE, entry.name, error)) != NULL)
        for (guint k = 0; k < mx->len; k++)
          {
            const IstDnsRecord *record = g_ptr_array_index (mx, k);

            add_host (self, record->name, &entry, record->preference, out, error);
          }
      g_free (entry.name);
    }
  g_array_sort (out, by_rank);
  return out;
}

/* The dead ones' addresses and last troubles go into `dead`, as far as a line of a report has room. */
#define MAX_DEAD_WORDS 400

static void
note_dead (IstNextHop *self, const IstHop *hop, GString *dead)
{
  g_autofree char *why = ist_host_health_why (self->health, hop->address, hop->port);

  if (dead->len < MAX_DEAD_WORDS)
    g_string_append_printf (dead, "%s%s", dead->len > 0 ? "; " : "", why != NULL ? why : hop->address);
}

/* `dead` may be NULL: then the dead ones are listed with the others. */
static GPtrArray *
make_list (IstNextHop *self, const IstRelaySettings *relay, GString *dead, GError **error)
{
  g_autoptr (GArray) all = candidates (self, relay, error);
  GPtrArray *out = g_ptr_array_new_with_free_func ((GDestroyNotify) hop_free);

  for (guint i = 0; i < all->len; i++)
    {
      IstHop *hop = g_array_index (all, Candidate, i).hop;

      if (dead == NULL || ist_host_health_may_try (self->health, hop->address, hop->port))
        {
          g_ptr_array_add (out, hop);
          continue;
        }
      note_dead (self, hop, dead);
      hop_free (hop);
    }
  return out;
}

GPtrArray *
ist_next_hop_list (IstNextHop *self, const IstRelaySettings *relay, gboolean *all_dead,
                   GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GString) dead = g_string_new (NULL);
  g_autoptr (GPtrArray) out = make_list (self, relay, dead, &local);

  *all_dead = FALSE;
  if (out->len > 0)
    return g_steal_pointer (&out);
  *all_dead = dead->len > 0;
  if (*all_dead)
    g_set_error (error, IST_ERROR, IST_ERROR_RETRY,
                 "relay %s: no host answers (%s); each is tried again in the background",
                 relay->group.name, dead->str);
  else
    g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

GPtrArray *
ist_next_hop_list_all (IstNextHop *self, const IstRelaySettings *relay, GError **error)
{
  g_autoptr (GError) local = NULL;
  GPtrArray *out = make_list (self, relay, NULL, &local);

  if (out->len > 0)
    return out;
  g_ptr_array_unref (out);
  g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}
