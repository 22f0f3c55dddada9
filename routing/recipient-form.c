#include "routing/router-private.h"

#include "base/address.h"

#include <string.h>

/* user@domain@NotesDomain: Domino appends its domain at each hop; it is taken off from the right as long as
 * it is one of the configured Notes domains. */
static char *
strip_notes_domains (IstRouter *self, const char *recipient, IstRoute *route)
{
  g_autofree char *address = g_strdup (recipient);
  const GPtrArray *sides = ist_settings_list (self->settings, "side");

  for (;;)
    {
      const char *last = ist_address_domain (address);
      gboolean stripped = FALSE;

      for (guint i = 0; last != NULL && i < sides->len && !stripped; i++)
        {
          const IstSideSettings *side = g_ptr_array_index (sides, i);

          if (side->notes_domain == NULL || g_ascii_strcasecmp (side->notes_domain, last) != 0)
            continue;
          address[last - address - 1] = '\0';
          ist_route_step (route, "Notes domain @%s taken off: <%s>", side->notes_domain, address);
          stripped = TRUE;
        }
      if (!stripped)
        return g_steal_pointer (&address);
    }
}

/* RFC 5321 forbids nobody to have '%' or '!' in a local part, but on a domain of ours these ask us to relay to
 * what they hide (the oldest open-relay tricks), quoted or not. */
static gboolean
hides_another (const char *local)
{
  g_autofree char *plain = ist_address_unquote_local (local);

  return strpbrk (plain, "%!@") != NULL || strchr (plain, ':') != NULL;
}

char *
ist_recipient_form (IstRouter *self, const char *recipient, IstRoute *route)
{
  g_autofree char *address = strip_notes_domains (self, recipient, route);
  g_autofree char *local = NULL;
  g_autofree char *domain = NULL;

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
