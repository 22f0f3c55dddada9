/*
 * routing/address/rewrite.c - one address at a time: what must it be on the other side?
 */
#include "routing/address/rewrite-private.h"

#include "base/address.h"

#include <string.h>

/* ---- making ---- */

static void
free_sub (gpointer data)
{
  IstSubdomain *sub = data;

  g_free (sub->key);
  g_free (sub->primary);
  g_free (sub);
}

static void
add_subdomain (IstRewriter *self, const char *domain, const char *primary)
{
  IstSubdomain *sub;
  char *key = ist_domain_key (domain);

  if (key == NULL)
    return;
  sub = g_new0 (IstSubdomain, 1);
  sub->key = key;
  sub->primary = g_strdup (primary);
  g_ptr_array_add (self->subdomains, sub);
}

static void
collect_subdomains (IstRewriter *self)
{
  const GPtrArray *domains = ist_settings_list (self->settings, "domain");

  for (guint i = 0; i < domains->len; i++)
    {
      const IstDomainSettings *domain = g_ptr_array_index (domains, i);

      if (domain->type == IST_DOMAIN_ROUTING)
        add_subdomain (self, domain->group.name, domain->primary);
    }
}

IstRewriter *
ist_rewriter_new (IstSettings *settings, const IstDirectory *directory, IstSide from, IstSide to)
{
  static const IstRewriteSettings defaults = {
    .enabled = TRUE,
    .subdomain_to_primary = TRUE,
    .notes_names = TRUE,
    .strip_notes_domain = TRUE,
    .imcea = TRUE,
  };
  IstRewriter *self = g_new0 (IstRewriter, 1);
  g_autofree char *name = g_strdup_printf ("%s-to-%s", ist_side_name (from), ist_side_name (to));

  self->settings = ist_settings_ref (settings);
  self->from = from;
  self->to = to;
  self->steps = ist_settings_get (settings, "rewrite", name);
  if (self->steps == NULL)
    self->steps = &defaults;
  self->subdomains = g_ptr_array_new_with_free_func (free_sub);
  collect_subdomains (self);
  self->decoder = ist_decoder_new (settings, directory);
  return self;
}

void
ist_rewriter_free (IstRewriter *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->subdomains);
  ist_decoder_free (self->decoder);
  ist_settings_unref (self->settings);
  g_free (self);
}

/* ---- steps; each gives a new address or NULL ---- */

const char *
ist_rewriter_primary_domain (const IstRewriter *self, const char *domain)
{
  g_autofree char *key = ist_domain_key (domain);

  for (guint i = 0; key != NULL && i < self->subdomains->len; i++)
    {
      const IstSubdomain *sub = g_ptr_array_index (self->subdomains, i);

      if (strcmp (sub->key, key) == 0)
        return sub->primary;
    }
  return NULL;
}

static char *
subdomain_to_primary (IstRewriter *self, const char *address)
{
  const char *domain = ist_address_domain (address);
  const char *primary = domain != NULL ? ist_rewriter_primary_domain (self, domain) : NULL;

  if (primary == NULL)
    return NULL;
  return g_strdup_printf ("%.*s%s", (int) (domain - address), address, primary);
}

static char *
strip (IstRewriter *self, const char *address)
{
  return ist_decoder_strip (self->decoder, address);
}

static char *
imcea (IstRewriter *self, const char *address)
{
  return ist_decoder_imcea (self->decoder, address);
}

/* Only Domino writes Notes names; from elsewhere "a/b" is somebody else's text, not to be made an address. */
static char *
name (IstRewriter *self, const char *address)
{
  char *known = ist_decoder_name (self->decoder, address);

  if (known != NULL || self->from != IST_SIDE_DOMINO)
    return known;
  return ist_decoder_stand_in (self->decoder, address);
}

typedef char *(*Step) (IstRewriter *self, const char *address);

static gboolean
apply (IstRewriter *self, gboolean on, Step step, char **address)
{
  g_autofree char *better = on ? step (self, *address) : NULL;

  if (better == NULL || strcmp (better, *address) == 0)
    return FALSE;
  g_free (*address);
  *address = g_steal_pointer (&better);
  return TRUE;
}

/* Each hop may have added its domain. */
static gboolean
strip_all (IstRewriter *self, char **address)
{
  gboolean any = FALSE;

  for (guint i = 0; i < 5 && apply (self, self->steps->strip_notes_domain, strip, address); i++)
    any = TRUE;
  return any;
}

char *
ist_rewriter_address (IstRewriter *self, const char *address, gboolean *changed)
{
  const IstRewriteSettings *s = self->steps;
  char *out = g_strdup (address);
  gboolean any = FALSE;

  if (s->enabled && address[0] != '\0' && strlen (address) <= IST_ADDRESS_MAX)
    {
      any |= strip_all (self, &out);
      /* What was wrapped may carry a Notes domain of its own. */
      if (apply (self, s->imcea, imcea, &out))
        {
          strip_all (self, &out);
          any = TRUE;
        }
      any |= apply (self, s->notes_names, name, &out);
      any |= apply (self, s->subdomain_to_primary, subdomain_to_primary, &out);
    }
  if (changed != NULL)
    *changed = any;
  return out;
}
