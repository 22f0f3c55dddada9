/*
 * Names of Notes and addresses wrapped by Exchange.
 */
#include "tests/fuzz/fuzz.h"

#include "dirsync/object.h"
#include "base/imcea.h"
#include "routing/address/notes-name.h"

static void
check_imcea (const char *text)
{
  g_autofree char *type = NULL;
  g_autofree char *address = NULL;
  g_autofree char *encoded = ist_imcea_encode ("NOTES", text);
  g_autofree char *type2 = NULL;
  g_autofree char *address2 = NULL;

  if (!ist_imcea_decode (text, &type, &address))
    {
      g_assert_null (type);
      g_assert_null (address);
    }
  if (encoded == NULL || text[0] == '\0' || strpbrk (text, "\r\n") != NULL
      || !g_utf8_validate (text, -1, NULL))
    return;
  g_assert_true (ist_imcea_decode (encoded, &type2, &address2));
  g_assert_cmpstr (type2, ==, "NOTES");
  g_assert_cmpstr (address2, ==, text);
}

static void
check_notes (const char *text)
{
  gboolean is = ist_notes_name_is (text);
  g_autofree char *common = is ? ist_notes_name_common (text) : NULL;
  g_autofree char *local = is ? ist_notes_name_local (text) : NULL;

  g_assert_true (!is || (common != NULL && local != NULL && local[0] != '\0'));
  g_assert_true (!is || strchr (local, ' ') == NULL);
}

/* "a/b@acme.example" is an SMTP address, and no Notes name holds an '@' in front of its Notes domain. */
static gboolean
is_name (const char *text)
{
  const char *at = strchr (text, '@');

  return g_utf8_validate (text, -1, NULL) && ist_notes_name_is (text)
         && (at == NULL || (at > strrchr (text, '/') && strchr (at, '.') == NULL));
}

/* A Notes domain behind a name says where, not who. */
static void
check_domain (const char *text)
{
  g_autofree char *with = g_strconcat (text, "@HUB", NULL);
  g_autofree char *key = ist_object_key (text);
  g_autofree char *key_with = ist_object_key (with);
  g_autofree char *local = ist_notes_name_local (text);
  g_autofree char *local_with = ist_notes_name_local (with);

  if (!is_name (text))
    return;
  g_assert_cmpstr (key, ==, key_with);
  g_assert_cmpstr (local, ==, local_with);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = fuzz_text (data, size);

  check_imcea (text);
  check_notes (text);
  check_domain (text);
  return 0;
}
