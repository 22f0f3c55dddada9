/*
 * routing/address/rewrite.c - one address at a time: what must it be on the other side?
 */
#include "routing/address/rewrite-private.h"

#include "base/address.h"
#include "routing/address/imcea.h"
#include "routing/address/notes-name.h"

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
collect_domains (IstRewriter *self)
{
  const GPtrArray *domains = ist_settings_list (self->settings, "domain");

  for (guint i = 0; i < domains->len; i++)
    {
      const IstDomainSettings *domain = g_ptr_array_index (domains, i);
      char *key = ist_domain_key (domain->group.name);

      if (domain->type == 2)
        add_subdomain (self, domain->group.name, domain->primary);
      else if (self->default_domain == NULL)
        self->default_domain = domain->group.name;
      if (key != NULL)
        g_hash_table_add (self->ours, key);
    }
}

static void
collect_notes_domains (IstRewriter *self)
{
  const GPtrArray *sides = ist_settings_list (self->settings, "side");

  for (guint i = 0; i < sides->len; i++)
    {
      const IstSideSettings *side = g_ptr_array_index (sides, i);

      if (side->notes_domain != NULL)
        g_ptr_array_add (self->notes_domains, side->notes_domain);
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
  const IstSideSettings *exchange;

  self->settings = ist_settings_ref (settings);
  self->directory = directory;
  self->from = from;
  self->to = to;
  self->steps = ist_settings_get (settings, "rewrite", name);
  if (self->steps == NULL)
    self->steps = &defaults;
  self->subdomains = g_ptr_array_new_with_free_func (free_sub);
  self->notes_domains = g_ptr_array_new ();
  self->ours = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  collect_domains (self);
  collect_notes_domains (self);
  exchange = ist_settings_get (settings, "side", "exchange");
  self->imcea_domain = exchange != NULL ? exchange->imcea_domain : NULL;
  return self;
}

void
ist_rewriter_free (IstRewriter *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->subdomains);
  g_ptr_array_unref (self->notes_domains);
  g_hash_table_unref (self->ours);
  ist_settings_unref (self->settings);
  g_free (self);
}

/* ---- steps; each gives a new address or NULL ---- */

static gboolean
is_ours (IstRewriter *self, const char *domain)
{
  g_autofree char *key = domain != NULL ? ist_domain_key (domain) : NULL;

  return key != NULL && g_hash_table_contains (self->ours, key);
}

static char *
look_up (IstRewriter *self, const char *key)
{
  g_auto (IstPerson) person = { 0 };

  if (self->directory == NULL
      || self->directory->who_is (self->directory->self, key, &person) != IST_DIRECTORY_FOUND)
    return NULL;
  return g_strdup (person.primary);
}

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

/* user@sub@notesdomain and user@domain@A@B: from the right, while it is a Notes domain of ours. */
static char *
strip_notes_domain (IstRewriter *self, const char *address)
{
  const char *last = ist_address_domain (address);

  for (guint i = 0; last != NULL && i < self->notes_domains->len; i++)
    if (g_ascii_strcasecmp (g_ptr_array_index (self->notes_domains, i), last) == 0)
      return g_strndup (address, (gsize) (last - address - 1));
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

/* What stands inside: an SMTP mailbox ("Mar, Pat" <pat@example.com>), a Notes name, a DN. */
static char *
unwrap (IstRewriter *self, const char *inner)
{
  const char *open = strrchr (inner, '<');
  const char *close = open != NULL ? strchr (open, '>') : NULL;
  g_autofree char *found = look_up (self, inner);
  g_autofree char *address = NULL;

  if (found != NULL)
    return g_steal_pointer (&found);
  if (close != NULL)
    address = g_strndup (open + 1, (gsize) (close - open - 1));
  else
    {
      g_autofree char *stripped = strip_notes_domain (self, inner);

      address = g_strdup (stripped != NULL ? stripped : inner);
    }
  if (ist_address_is_valid (address, TRUE))
    return g_steal_pointer (&address);
  return NULL;
}

/* Quirks of decoding: only for our own domain, or a stranger could make us write any address. */
static char *
decode_imcea (IstRewriter *self, const char *address)
{
  g_autofree char *local = NULL;
  g_autofree char *domain = NULL;
  g_autofree char *type = NULL;
  g_autofree char *inner = NULL;
  gboolean mine;

  if (!ist_address_split (address, &local, &domain))
    return NULL;
  mine = self->imcea_domain != NULL ? g_ascii_strcasecmp (self->imcea_domain, domain) == 0
                                    : is_ours (self, domain);
  if (!mine || !ist_imcea_decode (local, &type, &inner))
    return NULL;
  return unwrap (self, inner);
}

static char *
notes_name (IstRewriter *self, const char *address)
{
  g_autofree char *local = NULL;
  g_autofree char *domain = NULL;
  g_autofree char *name = NULL;
  char *found;

  if (address[0] == '/' && strchr (address, '@') == NULL)
    return look_up (self, address);
  /* An Internet address of an organisation keeps '/' in its local part as its own affair. */
  if (ist_address_split (address, &local, &domain) && is_ours (self, domain) && local[0] != '"')
    {
      if (!ist_notes_name_is (local))
        return NULL;
      name = g_strdelimit (g_strdup (local), "_", ' ');
      return look_up (self, name);
    }
  if (!ist_notes_name_is (address) || (domain != NULL && strchr (domain, '.') != NULL))
    return NULL;
  found = look_up (self, address);
  if (found != NULL || self->default_domain == NULL)
    return found;
  name = ist_notes_name_local (address);
  return g_strdup_printf ("%s@%s", name, self->default_domain);
}

/* An alias becomes the primary address, so that replies find one person on both sides. */
static char *
alias_to_primary (IstRewriter *self, const char *address)
{
  const char *domain = ist_address_domain (address);

  return is_ours (self, domain) ? look_up (self, address) : NULL;
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

char *
ist_rewriter_address (IstRewriter *self, const char *address, gboolean *changed)
{
  const IstRewriteSettings *s = self->steps;
  char *out = g_strdup (address);
  gboolean any = FALSE;

  if (s->enabled && address[0] != '\0' && strlen (address) <= IST_ADDRESS_MAX)
    {
      for (guint i = 0; i < 5 && apply (self, s->strip_notes_domain, strip_notes_domain, &out); i++)
        any = TRUE;
      any |= apply (self, s->imcea, decode_imcea, &out);
      any |= apply (self, s->notes_names, notes_name, &out);
      any |= apply (self, s->subdomain_to_primary, subdomain_to_primary, &out);
      any |= apply (self, s->notes_names, alias_to_primary, &out);
    }
  if (changed != NULL)
    *changed = any;
  return out;
}
