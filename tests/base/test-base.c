#include "base/body.h"
#include "base/error.h"
#include "base/side.h"
#include "tests/harness/harness.h"

#include <string.h>

static void
test_error_names (void)
{
  static const struct
  {
    const char *name;
    IstError code;
  } rows[] = {
    { "retry", IST_ERROR_RETRY },
    { "refused", IST_ERROR_REFUSED },
    { "damaged", IST_ERROR_DAMAGED },
    { "config", IST_ERROR_CONFIG },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = g_error_new (IST_ERROR, rows[i].code, "words");

      ist_row ("%s", rows[i].name);
      IST_ASSERT_STR (ist_error_code_name (rows[i].code), rows[i].name);
      IST_ASSERT (ist_error_is (error, rows[i].code));
      IST_ASSERT_INT (ist_error_code (error), rows[i].code);
    }
}

/* An error of another library must never turn into a refusal: nothing is lost by trying again. */
static void
test_foreign_error_is_retry (void)
{
  g_autoptr (GError) error = g_error_new (G_FILE_ERROR, G_FILE_ERROR_IO, "words");

  IST_ASSERT_INT (ist_error_code (error), IST_ERROR_RETRY);
  IST_ASSERT (!ist_error_is (error, IST_ERROR_RETRY));
}

static void
test_side_names (void)
{
  static const char *const names[] = { "none", "domino", "exchange", "internet" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      ist_row ("%s", names[i]);
      IST_ASSERT_STR (ist_side_name (ist_side_from_name (names[i])), names[i]);
    }
  IST_ASSERT_INT (ist_side_from_name ("Domino "), IST_SIDE_NONE);
}

static void
test_body_in_file (void)
{
  g_autofree char *dir = ist_test_dir ();
  g_autofree char *path = g_build_filename (dir, "body", NULL);
  g_autofree char *missing = g_build_filename (dir, "none", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (IstBody) body = NULL;
  gsize size;

  IST_ASSERT (g_file_set_contents (path, "a\0b", 3, NULL));
  body = ist_body_new_file (path, &error);
  IST_ASSERT_NO_ERROR (error);
  IST_ASSERT (memcmp (ist_body_data (body, &size), "a\0b", 3) == 0);
  IST_ASSERT_INT (size, 3);
  IST_ASSERT (ist_body_new_file (missing, &error) == NULL);
  IST_ASSERT_ERROR (error, IST_ERROR_DAMAGED);
}

int
main (void)
{
  static const IstTest tests[] = {
    { "error names", test_error_names },
    { "foreign error is retry", test_foreign_error_is_retry },
    { "side names", test_side_names },
    { "body in a file", test_body_in_file },
    { NULL, NULL },
  };

  return ist_test_main ("base", tests);
}
