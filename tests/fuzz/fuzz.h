/*
 * tests/fuzz/fuzz.h - what the fuzz targets share.
 *
 * A target is one file with LLVMFuzzerTestOneInput(). In `make check` it is linked with replay.c and runs its
 * seeds; `make fuzz` links it with libFuzzer. A target asserts what must hold for any input (g_assert), not only
 * that nothing crashes.
 */
#ifndef IST_TESTS_FUZZ_H
#define IST_TESTS_FUZZ_H

#include "base/message.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* Says what is wrong and aborts, so that libFuzzer keeps the input (it does not after g_error()). */
#define FUZZ_FAIL(...) \
  G_STMT_START \
  { \
    g_printerr (__VA_ARGS__); \
    g_assert_not_reached (); \
  } \
  G_STMT_END

/* A bug that GLib noticed is a finding too; abort(), not GLib's trap, because libFuzzer keeps the input only then. */
static inline GLogWriterOutput
fuzz_log (GLogLevelFlags level, const GLogField *fields, gsize n, gpointer user)
{
  g_autofree char *text = g_log_writer_format_fields (level, fields, n, FALSE);

  g_printerr ("%s\n", text);
  if ((level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL)) != 0)
    abort ();
  return G_LOG_WRITER_HANDLED;
}

/* One for the program, though replay.c and the target both have this header. */
__attribute__ ((weak)) gboolean fuzz_watches_log;

__attribute__ ((constructor)) static void
fuzz_watch_log (void)
{
  if (!fuzz_watches_log)
    g_log_set_writer_func (fuzz_log, NULL, NULL);
  fuzz_watches_log = TRUE;
}

/* The input as a C string, up to its first NUL. */
static inline char *
fuzz_text (const guint8 *data, gsize size)
{
  return g_strndup ((const char *) data, size);
}

/* The input as a message. The bytes are copied into a block of exact size, so that an overrun is seen. */
static inline IstMessage *
fuzz_message (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);

  return ist_message_new (body);
}

/* Does a bare CR or LF stand in it? */
static inline gboolean
fuzz_has_bare_newline (const char *data, gsize size)
{
  for (gsize i = 0; i < size; i++)
    if ((data[i] == '\n' && (i == 0 || data[i - 1] != '\r'))
        || (data[i] == '\r' && (i + 1 == size || data[i + 1] != '\n')))
      return TRUE;
  return FALSE;
}

#endif
