/*
 * tests/harness/harness.h - CUnit tests that speak TAP, with tables of named rows.
 *
 *   static void test_split (void) {
 *     static const struct { const char *name, *input, *want; } rows[] = { … };
 *     for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
 *       ist_row (rows[i].name);
 *       g_autofree char *got = …;
 *       IST_ASSERT_STR (got, rows[i].want);
 *     }
 *   }
 *   int main (void) {
 *     static const IstTest tests[] = { { "split", test_split }, { NULL } };
 *     return ist_test_main ("address", tests);
 *   }
 *
 * Each test is one TAP line; a failed assertion prints file, line, row name, and both values as TAP
 * diagnostics. The last line counts them.
 */
#ifndef IST_TESTS_HARNESS_H
#define IST_TESTS_HARNESS_H

#include <glib.h>

typedef struct
{
  const char *name; /* NULL ends the list */
  void (*run) (void);
} IstTest;

/* Runs all tests in CUnit and prints TAP. Returns the exit status. With ISTHMUS_TEST in the
 * environment only the test of that name runs. */
int ist_test_main (const char *suite, const IstTest *tests);

/* Names the row that the assertions after it belong to (format as printf). */
void ist_row (const char *format, ...) G_GNUC_PRINTF (1, 2);

/* Marks the running test as skipped with a reason; return from it afterwards. */
void ist_skip (const char *format, ...) G_GNUC_PRINTF (1, 2);

/* A TAP comment line. */
void ist_note (const char *format, ...) G_GNUC_PRINTF (1, 2);

gboolean ist_assert_true_impl (gboolean ok, const char *expression, const char *file, guint line);
gboolean ist_assert_str_impl (const char *got, const char *want, const char *expression,
                              const char *file, guint line);
gboolean ist_assert_int_impl (gint64 got, gint64 want, const char *expression, const char *file,
                              guint line);
gboolean ist_assert_no_error_impl (const GError *error, const char *file, guint line);
gboolean ist_assert_error_impl (const GError *error, int code, const char *file, guint line);

/* All return whether they held, so that a test can stop early: `if (!IST_ASSERT (x)) return;` */
#define IST_ASSERT(e) ist_assert_true_impl (!!(e), #e, __FILE__, __LINE__)
#define IST_ASSERT_STR(got, want) ist_assert_str_impl (got, want, #got, __FILE__, __LINE__)
#define IST_ASSERT_INT(got, want) ist_assert_int_impl (got, want, #got, __FILE__, __LINE__)
#define IST_ASSERT_NO_ERROR(error) ist_assert_no_error_impl (error, __FILE__, __LINE__)
#define IST_ASSERT_ERROR(error, code) ist_assert_error_impl (error, code, __FILE__, __LINE__)

/* A new empty folder under the temporary folder, removed at exit with all it holds; g_free(). */
char *ist_test_dir (void);

/* Removes a folder and everything in it. */
void ist_test_remove_tree (const char *path);

/* Path of a file in the repository, g_free(). */
char *ist_test_source (const char *relative);

/* Path below ISTHMUS_CORPUS (the collection of real messages), or NULL when it is absent; g_free(). */
char *ist_test_corpus (const char *relative);

/* `text` copied into an exact-size block without NUL, so that valgrind and ASan see an overrun. */
char *ist_test_exact (const char *text, gsize *size_bytes);

/* Whole file, fails the test when it cannot be read. */
char *ist_test_read (const char *path, gsize *size_bytes);

/* A self-signed certificate and key for `names` (first is the CN, all are subjectAltNames) written as
 * PEM into `folder`/NAME.crt and NAME.key (0600); NAME is the first name. */
void ist_test_certificate (const char *folder, const char *const *names);

/* SHA-256 of the first certificate in a PEM file, lower-case hex; g_free(). */
char *ist_test_fingerprint (const char *pem_file);

#endif
