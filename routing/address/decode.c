#include "routing/address/decode.h"

#include "base/address.h"
#include "base/imcea.h"
#include "routing/address/notes-name.h"

#include <string.h>

struct _IstDecoder
{
  const IstDirectory *directory;
  GPtrArray *notes_domains;   /* const char * */
  GHashTable *ours;           /* keys of all domains served here */
  const char *default_domain; /* for Notes names nobody knows */
  const char *imcea_domain;   /* NULL: any of ours */
};

/* ---- making ---- */

static void
collect_domains (IstDecoder *self, const IstSettings *settings)
{
  const GPtrArray *domains = ist_settings_list (settings, "domain");

  for (guint i = 0; i < domains->len; i++)
    {
      const IstDomainSettings *domain = g_ptr_array_index (domains, i);
      char *key = ist_domain_key (domain->group.name);

      if (domain->type != IST_DOMAIN_ROUTING && self->default_domain == NULL)
        self->default_domain = domain->group.name;
      if (key != NULL)
        g_hash_table_add (self->ours, key);
    }
}

IstDecoder *
ist_decoder_new (const IstSettings *settings, const IstDirectory *directory)
{
  IstDecoder *self = g_new0 (IstDecoder, 1);
  const GPtrArray *sides = ist_settings_list (settings, "side");
  const IstSideSettings *exchange = ist_settings_get (settings, "side", "exchange");

  self->directory = directory;
  self->notes_domains = g_ptr_array_new ();
  self->ours = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->imcea_domain = exchange != NULL ? exchange->imcea_domain : NULL;
  collect_domains (self, settings);
  for (guint i = 0; i < sides->len; i++)
    {
      const IstSideSettings *side = g_ptr_array_index (sides, i);

      if (side->notes_domain != NULL)
        g_ptr_array_add (self->notes_domains, side->notes_domain);
    }
  return self;
}

void
ist_decoder_free (IstDecoder *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->notes_domains);
  g_hash_table_unref (self->ours);
  g_free (self);
}

/* ---- questions ---- */

gboolean
ist_decoder_is_ours (const IstDecoder *self, const char *domain)
{
  g_autofree char *key = domain != NULL ? ist_domain_key (domain) : NULL;

  return key != NULL && g_hash_table_contains (self->ours, key);
}

gboolean
ist_decoder_is_notes_domain (const IstDecoder *self, const char *domain)
{
  for (guint i = 0; domain != NULL && i < self->notes_domains->len; i++)
    if (g_ascii_strcasecmp (g_ptr_array_index (self->notes_domains, i), domain) == 0)
      return TRUE;
  return FALSE;
}

gboolean
ist_decoder_is_plain (const char *address)
{
  g_autofree char *local = NULL;

  return ist_address_is_valid (address, TRUE) && ist_address_split (address, &local, NULL)
         && (local[0] == '"' || strchr (local, '@') == NULL);
}

static char *
look_up (const IstDecoder *self, const char *key)
{
  g_auto (IstPerson) person = { 0 };

  if (self->directory == NULL
      || self->directory->who_is (self->directory->self, key, &person) != IST_DIRECTORY_FOUND)
    return NULL;
  return g_strdup (person.primary);
}

/* ---- the forms ---- */

char *
ist_decoder_strip (const IstDecoder *self, const char *address)
{
  const char *last = ist_address_domain (address);
  g_autofree char *rest = NULL;
  g_autofree char *name = NULL;

  if (!ist_decoder_is_notes_domain (self, last))
    return NULL;
  rest = g_strndup (address, (gsize) (last - address - 1));
  if (ist_address_domain (rest) != NULL)
    return g_steal_pointer (&rest);
  name = ist_address_unquote_local (rest);
  return ist_notes_name_is (name) ? g_steal_pointer (&name) : look_up (self, name);
}

/* The Notes domains that each hop put behind an address inside IMCEANOTES: names without a dot, ours or not
 * (docs/addresses.md, "IMCEA addresses"). */
static char *
strip_undotted (const char *text)
{
  g_autofree char *rest = g_strdup (text);

  for (;;)
    {
      char *at = strrchr (rest, '@');

      if (at == NULL || strchr (at, '.') != NULL || strpbrk (at, ">\"") != NULL)
        return g_steal_pointer (&rest);
      *at = '\0';
    }
}

/* What stands inside: an SMTP mailbox ("Mar, Pat" <pat@example.com>), a Notes name, a DN. */
static char *
unwrap (const IstDecoder *self, const char *type, const char *inner)
{
  g_autofree char *plain
      = strcmp (type, "NOTES") == 0 ? strip_undotted (inner) : g_strdup (inner);
  const char *open = strrchr (plain, '<');
  const char *close = open != NULL ? strchr (open, '>') : NULL;
  g_autofree char *found = look_up (self, inner);
  g_autofree char *mailbox = NULL;

  if (found == NULL)
    found = look_up (self, plain);
  if (found != NULL)
    return g_steal_pointer (&found);
  if (close != NULL)
    mailbox = g_strndup (open + 1, (gsize) (close - open - 1));
  else
    mailbox = g_strdup (plain);
  return ist_decoder_is_plain (mailbox) ? g_steal_pointer (&mailbox) : NULL;
}

/* [MS-OXCMAIL], IMCEA de-encapsulation: only for our own domain, or a stranger could make us write any address. */
char *
ist_decoder_imcea (const IstDecoder *self, const char *address)
{
  g_autofree char *local = NULL;
  g_autofree char *domain = NULL;
  g_autofree char *type = NULL;
  g_autofree char *inner = NULL;
  gboolean mine;

  if (!ist_address_split (address, &local, &domain))
    return NULL;
  mine = self->imcea_domain != NULL ? g_ascii_strcasecmp (self->imcea_domain, domain) == 0
                                    : ist_decoder_is_ours (self, domain);
  if (!mine || !ist_imcea_decode (local, &type, &inner))
    return NULL;
  return unwrap (self, type, inner);
}

/* Domino writes the blanks of a name as '_' where SMTP allows none. */
static char *
look_up_name (const IstDecoder *self, const char *text)
{
  g_autofree char *name = g_strdup (text);
  char *found = look_up (self, name);

  return found != NULL ? found : look_up (self, g_strdelimit (name, "_", ' '));
}

char *
ist_decoder_name (const IstDecoder *self, const char *address)
{
  g_autofree char *local = NULL;
  g_autofree char *domain = NULL;
  g_autofree char *name = NULL;

  if (address[0] == '/' && strchr (address, '@') == NULL)
    return look_up (self, address);
  if (ist_address_split (address, &local, &domain) && ist_decoder_is_ours (self, domain))
    {
      name = ist_address_unquote_local (local);
      return ist_notes_name_is (name) ? look_up_name (self, name) : NULL;
    }
  /* An Internet address of an organisation keeps '/' in its local part as its own affair. */
  if (!ist_notes_name_is (address) || (domain != NULL && strchr (domain, '.') != NULL))
    return NULL;
  return look_up_name (self, address);
}

char *
ist_decoder_stand_in (const IstDecoder *self, const char *address)
{
  const char *domain = ist_address_domain (address);
  g_autofree char *local = NULL;
  char *out;

  if (self->default_domain == NULL || !ist_notes_name_is (address)
      || (domain != NULL
          && (strchr (domain, '.') != NULL || ist_decoder_is_ours (self, domain))))
    return NULL;
  local = ist_notes_name_local (address);
  out = g_strdup_printf ("%s@%s", local, self->default_domain);
  if (ist_decoder_is_plain (out))
    return out;
  g_free (out);
  return NULL;
}
