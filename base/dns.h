/*
 * base/dns.h - the few DNS questions a mail system asks.
 *
 * dns-posix.c uses libresolv (res_nquery), dns-windows.c DnsQuery. GResolver shows neither TTL nor
 * the AD bit and takes no server, hence not used. Answers are not cached here.
 *
 * Threads: an IstDns is immutable; queries may run in any number of threads.
 */
#ifndef IST_BASE_DNS_H
#define IST_BASE_DNS_H

#include <glib.h>

G_BEGIN_DECLS

typedef struct _IstDns IstDns;

/* `server` is "HOST:PORT" or "[V6]:PORT" with a literal address, or NULL for the system's servers
 * (/etc/resolv.conf) and /etc/hosts. Tests bring their own. IST_ERROR_CONFIG when it does not parse. */
IstDns *ist_dns_new (const char *server, guint timeout_secs, GError **error);
void ist_dns_free (IstDns *dns);

typedef struct
{
  char *name;       /* MX: the host; address: the literal */
  guint preference; /* MX: 0 is the best */
  guint ttl_secs;
} IstDnsRecord;

/* Each gives a GPtrArray of IstDnsRecord (free with g_ptr_array_unref), never empty on success.
 * Errors: IST_ERROR_REFUSED when the name does not exist or has no such record (a null MX,
 * RFC 7505, is REFUSED too), IST_ERROR_RETRY when nobody answered or the server failed. */
GPtrArray *ist_dns_mx (IstDns *dns, const char *domain, GError **error);        /* sorted, best first */
GPtrArray *ist_dns_addresses (IstDns *dns, const char *host, GError **error);   /* A and AAAA; a
                                          literal answers itself; without a server of our own the
                                          system's host file counts as well */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstDns, ist_dns_free)

G_END_DECLS

#endif
