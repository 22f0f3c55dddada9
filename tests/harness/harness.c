#include "tests/harness/harness.h"

#include "base/error.h"

#include <CUnit/CUnit.h>
#include <CUnit/TestRun.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *row_name;
static char *skip_reason;
static GPtrArray *dirs;
static guint n_done, n_failed;
static GMutex output_mutex;

void
ist_row (const char *format, ...)
{
  va_list args;

  g_free (row_name);
  va_start (args, format);
  row_name = g_strdup_vprintf (format, args);
  va_end (args);
}

void
ist_skip (const char *format, ...)
{
  va_list args;

  g_free (skip_reason);
  va_start (args, format);
  skip_reason = g_strdup_vprintf (format, args);
  va_end (args);
}

static void
print_diagnostic (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&output_mutex);

  for (guint i = 0; lines[i] != NULL; i++)
    printf ("# %s\n", lines[i]);
  fflush (stdout);
}

void
ist_note (const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  print_diagnostic (text);
}

static gboolean
judge (gboolean ok, const char *file, guint line, const char *what)
{
  g_autofree char *text = NULL;

  CU_assertImplementation (ok, line, what, file, "", CU_FALSE);
  if (ok)
    return TRUE;
  text = g_strdup_printf ("%s:%u: row \"%s\": %s", file, line, row_name != NULL ? row_name : "-", what);
  print_diagnostic (text);
  return FALSE;
}

gboolean
ist_assert_true_impl (gboolean ok, const char *expression, const char *file, guint line)
{
  return judge (ok, file, line, expression);
}

gboolean
ist_assert_str_impl (const char *got, const char *want, const char *expression, const char *file,
                     guint line)
{
  g_autofree char *what = NULL;

  if (g_strcmp0 (got, want) != 0)
    what = g_strdup_printf ("%s\n   got: %s\n  want: %s", expression, got != NULL ? got : "(null)",
                            want != NULL ? want : "(null)");
  return judge (what == NULL, file, line, what != NULL ? what : expression);
}

gboolean
ist_assert_int_impl (gint64 got, gint64 want, const char *expression, const char *file, guint line)
{
  g_autofree char *what = NULL;

  if (got != want)
    what = g_strdup_printf ("%s: got %" G_GINT64_FORMAT ", want %" G_GINT64_FORMAT, expression, got,
                            want);
  return judge (what == NULL, file, line, what != NULL ? what : expression);
}

gboolean
ist_assert_no_error_impl (const GError *error, const char *file, guint line)
{
  g_autofree char *what = NULL;

  if (error != NULL)
    what = g_strdup_printf ("unexpected error (%s): %s",
                            error->domain == IST_ERROR ? ist_error_code_name (error->code) : "foreign",
                            error->message);
  return judge (what == NULL, file, line, what != NULL ? what : "no error");
}

gboolean
ist_assert_error_impl (const GError *error, int code, const char *file, guint line)
{
  g_autofree char *what = NULL;

  if (!ist_error_is (error, (IstError) code))
    what = g_strdup_printf ("want error \"%s\", got %s", ist_error_code_name ((IstError) code),
                            error != NULL ? error->message : "none");
  return judge (what == NULL, file, line, what != NULL ? what : "error");
}

void
ist_test_remove_tree (const char *path)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (!g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    dir = g_dir_open (path, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      ist_test_remove_tree (child);
    }
  g_remove (path);
}

char *
ist_test_dir (void)
{
  g_autoptr (GError) error = NULL;
  char *path = g_dir_make_tmp ("isthmus-test-XXXXXX", &error);

  if (path == NULL)
    g_error ("%s", error->message);
  if (dirs == NULL)
    dirs = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (dirs, g_strdup (path));
  return path;
}

char *
ist_test_source (const char *relative)
{
  const char *root = g_getenv ("ISTHMUS_SRCDIR");

  return g_build_filename (root != NULL ? root : ".", relative, NULL);
}

char *
ist_test_corpus (const char *relative)
{
  const char *root = g_getenv ("ISTHMUS_CORPUS");
  g_autofree char *path = g_build_filename (root != NULL ? root : "../shared", relative, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS) ? g_steal_pointer (&path) : NULL;
}

char *
ist_test_exact (const char *text, gsize *size_bytes)
{
  *size_bytes = strlen (text);
  return g_memdup2 (text, *size_bytes);
}

char *
ist_test_read (const char *path, gsize *size_bytes)
{
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  if (!g_file_get_contents (path, &text, size_bytes, &error))
    {
      judge (FALSE, __FILE__, __LINE__, error->message);
      text = g_strdup ("");
    }
  return text;
}

static void
add_extension (X509 *certificate, int nid, const char *value)
{
  X509V3_CTX context;
  X509_EXTENSION *extension;

  X509V3_set_ctx_nodb (&context);
  X509V3_set_ctx (&context, certificate, certificate, NULL, NULL, 0);
  extension = X509V3_EXT_conf_nid (NULL, &context, nid, value);
  X509_add_ext (certificate, extension, -1);
  X509_EXTENSION_free (extension);
}

void
ist_test_certificate (const char *folder, const char *const *names)
{
  g_autofree char *crt = g_strdup_printf ("%s/%s.crt", folder, names[0]);
  g_autofree char *key_path = g_strdup_printf ("%s/%s.key", folder, names[0]);
  g_autoptr (GString) alt = g_string_new (NULL);
  EVP_PKEY *key = EVP_EC_gen ("P-256");
  X509 *certificate = X509_new ();
  FILE *file;

  for (guint i = 0; names[i] != NULL; i++)
    g_string_append_printf (alt, "%s%s:%s", i > 0 ? "," : "",
                            g_hostname_is_ip_address (names[i]) ? "IP" : "DNS", names[i]);
  X509_set_version (certificate, 2);
  ASN1_INTEGER_set (X509_get_serialNumber (certificate), g_random_int_range (1, G_MAXINT));
  X509_gmtime_adj (X509_getm_notBefore (certificate), -3600);
  X509_gmtime_adj (X509_getm_notAfter (certificate), 86400L * 3650);
  X509_set_pubkey (certificate, key);
  X509_NAME_add_entry_by_txt (X509_get_subject_name (certificate), "CN", MBSTRING_UTF8,
                              (const unsigned char *) names[0], -1, -1, 0);
  X509_set_issuer_name (certificate, X509_get_subject_name (certificate));
  add_extension (certificate, NID_basic_constraints, "critical,CA:TRUE");
  add_extension (certificate, NID_subject_alt_name, alt->str);
  X509_sign (certificate, key, EVP_sha256 ());

  file = g_fopen (crt, "wb");
  PEM_write_X509 (file, certificate);
  fclose (file);
  file = g_fopen (key_path, "wb");
  PEM_write_PrivateKey (file, key, NULL, NULL, 0, NULL, NULL);
  fclose (file);
  g_chmod (key_path, 0600);
  X509_free (certificate);
  EVP_PKEY_free (key);
}

static void
test_complete (const CU_pTest test, const CU_pSuite suite, const CU_pFailureRecord failure)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&output_mutex);

  n_done++;
  if (failure != NULL)
    n_failed++;
  printf ("%s %u - %s", failure != NULL ? "not ok" : "ok", n_done, test->pName);
  if (skip_reason != NULL)
    printf (" # SKIP %s", skip_reason);
  printf ("\n");
  fflush (stdout);
  g_clear_pointer (&skip_reason, g_free);
  g_clear_pointer (&row_name, g_free);
}

static void
remove_dirs (void)
{
  for (guint i = 0; dirs != NULL && i < dirs->len; i++)
    ist_test_remove_tree (g_ptr_array_index (dirs, i));
  g_clear_pointer (&dirs, g_ptr_array_unref);
}

int
ist_test_main (const char *suite_name, const IstTest *tests)
{
  const char *only = g_getenv ("ISTHMUS_TEST");
  CU_pSuite suite;
  guint n = 0;

  g_setenv ("TZ", "UTC", TRUE);
  if (CU_initialize_registry () != CUE_SUCCESS)
    return 99;
  suite = CU_add_suite (suite_name, NULL, NULL);
  for (guint i = 0; tests[i].name != NULL; i++)
    if (only == NULL || strcmp (only, tests[i].name) == 0)
      {
        CU_add_test (suite, tests[i].name, tests[i].run);
        n++;
      }
  printf ("1..%u\n", n);
  CU_set_test_complete_handler (test_complete);
  CU_run_all_tests ();
  CU_cleanup_registry ();
  remove_dirs ();
  printf ("# %s: %u passed, %u failed\n", suite_name, n_done - n_failed, n_failed);
  return n_failed == 0 && n_done == n ? 0 : 1;
}

char *
ist_test_fingerprint (const char *pem_file)
{
  g_autofree char *text = ist_test_read (pem_file, NULL);
  const char *start = strstr (text, "CERTIFICATE-----") + strlen ("CERTIFICATE-----");
  g_autofree char *coded = g_strndup (start, (gsize) (strstr (start, "-----END") - start));
  gsize size;
  g_autofree guchar *der = g_base64_decode (coded, &size);

  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, der, size);
}
