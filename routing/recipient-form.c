#include "routing/router-private.h"

#include "base/address.h"

#include <string.h>

#define MAX_STRIPS 10

typedef char *(*Step) (const IstDecoder *decoder, const char *address);

static gboolean
apply (IstRouter *self, Step step, const char *what, char **address, IstRoute *route)
{
  g_autofree char *better = step (self->decoder, *address);

  if (better == NULL || strcmp (better, *address) == 0)
    return FALSE;
  ist_route_step (route, "%s: <%s> means <%s>", what, *address, better);
  g_free (*address);
  *address = g_steal_pointer (&better);
  return TRUE;
}

/* Domino appends its domain at each hop; it is taken off from the right. */
static char *
decode (IstRouter *self, const char *recipient, IstRoute *route)
{
  g_autofree char *address = g_strdup (recipient);

  for (guint i = 0;
       i < MAX_STRIPS && apply (self, ist_decoder_strip, "Notes domain taken off", &address, route); i++)
    ;
  apply (self, ist_decoder_imcea, "IMCEA address", &address, route);
  apply (self, ist_decoder_name, "Notes or X.500 name", &address, route);
  return g_steal_pointer (&address);
}

/* RFC 5321 forbids nobody to have '%' or '!' in a local part, but on a domain of ours these ask us to relay to
 * what they hide (the oldest open-relay tricks), quoted or not. */
static gboolean
hides_another (const char *local)
{
  g_autofree char *plain = ist_address_unquote_local (local);

  return strpbrk (plain, "%!@") != NULL || strchr (plain, ':') != NULL;
}

/* A name in our own name space that leads to nobody: the directory says whether for good. */
static gboolean
is_unknown_name (IstRouter *self, const char *address)
{
  const char *domain = ist_address_domain (address);

  return ist_decoder_is_notes_domain (self->decoder, domain)
         || (domain == NULL && (address[0] == '/' || strchr (address, '/') != NULL));
}

char *
ist_recipient_form (IstRouter *self, const char *recipient, IstRoute *route)
{
  g_autofree char *address = decode (self, recipient, route);
  g_autofree char *local = NULL;
  g_autofree char *domain = NULL;

  if (is_unknown_name (self, address))
    {
      g_auto (IstPerson) person = { 0 };
      IstDirectoryAnswer answer = ist_route_ask_directory (self, address, &person);

      ist_route_refuse_answer (route, answer == IST_DIRECTORY_FOUND ? IST_DIRECTORY_UNKNOWN : answer,
                               recipient);
      return NULL;
    }
  if (!ist_address_split (address, &local, &domain))
    {
      ist_route_refuse (route, 550, "5.1.3", "<%s>: bad address syntax", recipient);
      return NULL;
    }
  if (strchr (local, '@') != NULL && local[0] != '"')
    {
      ist_route_refuse (route, 550, "5.1.3", "<%s>: more than one @", recipient);
      return NULL;
    }
  if (ist_router_is_our_domain (self, domain) && hides_another (local))
    {
      ist_route_refuse (route, 550, "5.7.1", "<%s>: this form asks us to relay; denied", recipient);
      return NULL;
    }
  return g_steal_pointer (&address);
}
