#include "base/dns.h"

#include "base/error.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <gio/gio.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <string.h>

#define ANSWER_SIZE 65536
#define HOSTS_TTL_SECS 60

struct _IstDns
{
  gboolean own_server;
  struct sockaddr_in server;
  guint timeout_secs;
};

static void
record_free (IstDnsRecord *record)
{
  g_free (record->name);
  g_free (record);
}

static void
add_record (GPtrArray *out, const char *name, guint preference, guint ttl)
{
  IstDnsRecord *record = g_new0 (IstDnsRecord, 1);

  record->name = g_strdup (name);
  record->preference = preference;
  record->ttl_secs = ttl;
  g_ptr_array_add (out, record);
}

IstDns *
ist_dns_new (const char *server, guint timeout_secs, GError **error)
{
  IstDns *self = g_new0 (IstDns, 1);
  const char *colon = server != NULL ? strrchr (server, ':') : NULL;
  g_autofree char *host = NULL;

  self->timeout_secs = timeout_secs > 0 ? timeout_secs : 5;
  if (server == NULL)
    return self;
  host = colon != NULL ? g_strndup (server, (gsize) (colon - server)) : g_strdup (server);
  self->own_server = TRUE;
  self->server.sin_family = AF_INET;
  self->server.sin_port
      = htons (colon != NULL ? (guint16) g_ascii_strtoull (colon + 1, NULL, 10) : 53);
  if (inet_pton (AF_INET, host, &self->server.sin_addr) == 1)
    return self;
  g_set_error (error, IST_ERROR, IST_ERROR_CONFIG,
               "dns-server \"%s\": write an IPv4 address and port, such as 127.0.0.1:53", server);
  g_free (self);
  return NULL;
}

void
ist_dns_free (IstDns *self)
{
  g_free (self);
}

/* One question. Returns the answer's length; -1 with *error. NODATA gives an answer without records. */
static int
query (const IstDns *self, const char *name, int type, guchar *answer, GError **error)
{
  struct __res_state state;
  int length, h;

  memset (&state, 0, sizeof state);
  if (res_ninit (&state) != 0)
    {
      g_set_error (error, IST_ERROR, IST_ERROR_RETRY, "the resolver cannot be set up");
      return -1;
    }
  if (self->own_server)
    {
      state.nsaddr_list[0] = self->server;
      state.nscount = 1;
    }
  state.retrans = (int) self->timeout_secs;
  state.retry = 2;
  length = res_nquery (&state, name, ns_c_in, type, answer, ANSWER_SIZE);
  h = state.res_h_errno;
  res_nclose (&state);
  if (length >= 0)
    return MIN (length, ANSWER_SIZE);
  if (h == NO_DATA)
    return 0;
  g_set_error (error, IST_ERROR, h == HOST_NOT_FOUND ? IST_ERROR_REFUSED : IST_ERROR_RETRY,
               h == HOST_NOT_FOUND ? "the name %s does not exist" : "no answer from DNS about %s",
               name);
  return -1;
}

typedef void (*EachRecord) (GPtrArray *out, const ns_msg *message, const ns_rr *record);

static gboolean
collect (const IstDns *self, const char *name, int type, EachRecord each, GPtrArray *out,
         GError **error)
{
  g_autofree guchar *answer = g_malloc (ANSWER_SIZE);
  int length = query (self, name, type, answer, error);
  ns_msg message;

  if (length < 0)
    return FALSE;
  if (length == 0 || ns_initparse (answer, length, &message) != 0)
    return TRUE;
  for (int i = 0; i < ns_msg_count (message, ns_s_an) && i < 200; i++)
    {
      ns_rr record;

      if (ns_parserr (&message, ns_s_an, i, &record) == 0 && (int) ns_rr_type (record) == type)
        each (out, &message, &record);
    }
  return TRUE;
}

static void
each_mx (GPtrArray *out, const ns_msg *message, const ns_rr *record)
{
  char name[NS_MAXDNAME];

  if (ns_rr_rdlen (*record) < 3
      || ns_name_uncompress (ns_msg_base (*message), ns_msg_end (*message),
                             ns_rr_rdata (*record) + 2, name, sizeof name)
             < 0)
    return;
  add_record (out, name, ns_get16 (ns_rr_rdata (*record)), ns_rr_ttl (*record));
}

static void
each_address (GPtrArray *out, const ns_msg *message, const ns_rr *record)
{
  gboolean six = ns_rr_type (*record) == ns_t_aaaa;
  char text[INET6_ADDRSTRLEN];

  if (ns_rr_rdlen (*record) == (six ? 16 : 4)
      && inet_ntop (six ? AF_INET6 : AF_INET, ns_rr_rdata (*record), text, sizeof text) != NULL)
    add_record (out, text, 0, ns_rr_ttl (*record));
}

static gint
by_preference (gconstpointer a, gconstpointer b)
{
  const IstDnsRecord *x = *(const IstDnsRecord *const *) a;
  const IstDnsRecord *y = *(const IstDnsRecord *const *) b;

  return x->preference < y->preference ? -1 : x->preference > y->preference;
}

GPtrArray *
ist_dns_mx (IstDns *self, const char *domain, GError **error)
{
  g_autoptr (GPtrArray) out = g_ptr_array_new_with_free_func ((GDestroyNotify) record_free);

  if (!collect (self, domain, ns_t_mx, each_mx, out, error))
    return NULL;
  /* RFC 7505: a single "." says that the domain takes no mail. */
  if (out->len == 1)
    {
      const IstDnsRecord *only = g_ptr_array_index (out, 0);

      if (only->name[0] == '\0' || strcmp (only->name, ".") == 0)
        {
          g_set_error (error, IST_ERROR, IST_ERROR_REFUSED, "%s takes no mail (null MX)", domain);
          return NULL;
        }
    }
  /* RFC 5321 5.1: without MX the domain itself is the host. */
  if (out->len == 0)
    add_record (out, domain, 0, HOSTS_TTL_SECS);
  g_ptr_array_sort (out, by_preference);
  return g_steal_pointer (&out);
}

/* The system's way: host file, then its servers. No TTL is told. */
static GPtrArray *
system_addresses (const char *host, GError **error)
{
  g_autoptr (GPtrArray) out = g_ptr_array_new_with_free_func ((GDestroyNotify) record_free);
  struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
  struct addrinfo *list = NULL;
  int code = getaddrinfo (host, NULL, &hints, &list);

  if (code != 0)
    {
      g_set_error (error, IST_ERROR,
                   code == EAI_NONAME ? IST_ERROR_REFUSED : IST_ERROR_RETRY,
                   "%s: %s", host, gai_strerror (code));
      return NULL;
    }
  for (const struct addrinfo *a = list; a != NULL; a = a->ai_next)
    {
      char text[NI_MAXHOST];

      if (getnameinfo (a->ai_addr, a->ai_addrlen, text, sizeof text, NULL, 0, NI_NUMERICHOST) == 0)
        add_record (out, text, 0, HOSTS_TTL_SECS);
    }
  freeaddrinfo (list);
  return g_steal_pointer (&out);
}

GPtrArray *
ist_dns_addresses (IstDns *self, const char *host, GError **error)
{
  g_autoptr (GPtrArray) out = g_ptr_array_new_with_free_func ((GDestroyNotify) record_free);
  g_autoptr (GError) four = NULL;
  g_autoptr (GError) six = NULL;

  if (g_hostname_is_ip_address (host))
    {
      add_record (out, host, 0, G_MAXINT);
      return g_steal_pointer (&out);
    }
  if (!self->own_server)
    return system_addresses (host, error);
  collect (self, host, ns_t_a, each_address, out, &four);
  collect (self, host, ns_t_aaaa, each_address, out, &six);
  if (out->len > 0)
    return g_steal_pointer (&out);
  if (four != NULL)
    g_propagate_error (error, g_steal_pointer (&four));
  else if (six != NULL)
    g_propagate_error (error, g_steal_pointer (&six));
  else
    g_set_error (error, IST_ERROR, IST_ERROR_REFUSED, "%s has no address", host);
  return NULL;
}
