#include "tests/scenario/sender.h"

#include <gio/gio.h>
#include <string.h>

/* The last line of a reply. */
static char *
read_reply (GDataInputStream *in)
{
  for (;;)
    {
      char *line = g_data_input_stream_read_line (in, NULL, NULL, NULL);

      if (line == NULL)
        return g_strdup ("(connection closed)");
      if (strlen (line) < 4 || line[3] != '-')
        return line;
      g_free (line);
    }
}

static char *
ask (GDataInputStream *in, GOutputStream *out, const char *format, ...) G_GNUC_PRINTF (3, 4);

static char *
ask (GDataInputStream *in, GOutputStream *out, const char *format, ...)
{
  g_autofree char *line = NULL;
  va_list args;

  va_start (args, format);
  line = g_strdup_vprintf (format, args);
  va_end (args);
  g_output_stream_printf (out, NULL, NULL, NULL, "%s\r\n", line);
  return read_reply (in);
}

/* "address parameters" → "<address> parameters" */
static char *
path_of (const char *text)
{
  gsize n = strcspn (text, " ");

  if (text[0] == '"')
    n = (gsize) (strrchr (text, '"') - text) + strcspn (strrchr (text, '"'), " ");
  return g_strdup_printf ("<%.*s>%s", (int) n, text, text + n);
}

static GString *
stuffed (const char *text, gsize size)
{
  GString *out = g_string_sized_new (size + size / 40 + 8);
  gboolean line_start = TRUE;

  for (gsize i = 0; i < size; i++)
    {
      if (line_start && text[i] == '.')
        g_string_append_c (out, '.');
      if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r'))
        g_string_append_c (out, '\r');
      g_string_append_c (out, text[i]);
      line_start = text[i] == '\n';
    }
  if (!line_start)
    g_string_append (out, "\r\n");
  return g_string_append (out, ".\r\n");
}

static gboolean
is_good (const char *reply)
{
  return reply[0] == '2' || reply[0] == '3';
}

static char *
give_text (GDataInputStream *in, GOutputStream *out, const char *text, gsize size)
{
  g_autofree char *reply = ask (in, out, "DATA");
  g_autoptr (GString) data = NULL;

  if (!is_good (reply))
    return g_steal_pointer (&reply);
  data = stuffed (text, size);
  g_output_stream_write_all (out, data->str, data->len, NULL, NULL, NULL);
  return read_reply (in);
}

static char *
converse (GDataInputStream *in, GOutputStream *out, const char *from, const char *to,
          const char *text, gsize size)
{
  g_auto (GStrv) rcpts = g_strsplit (to, "|", -1);
  g_autofree char *refusal = NULL;
  g_autofree char *path = path_of (from);
  g_autofree char *reply = read_reply (in);
  guint n_good = 0;

  if (is_good (reply))
    {
      g_free (reply);
      reply = ask (in, out, "EHLO sender.example");
    }
  if (!is_good (reply))
    return g_steal_pointer (&reply);
  g_free (reply);
  reply = ask (in, out, "MAIL FROM:%s", path);
  if (!is_good (reply))
    return g_steal_pointer (&reply);
  for (guint i = 0; rcpts[i] != NULL; i++)
    {
      g_autofree char *rcpt = path_of (g_strstrip (rcpts[i]));
      char *answer = ask (in, out, "RCPT TO:%s", rcpt);

      n_good += is_good (answer);
      if (is_good (answer))
        {
          g_free (answer);
          continue;
        }
      g_free (refusal);
      refusal = answer;
    }
  return n_good > 0 ? give_text (in, out, text, size) : g_steal_pointer (&refusal);
}

char *
ist_sender_send (guint16 port, const char *from, const char *to, const char *text, gsize size_bytes)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection
      = g_socket_client_connect_to_host (client, "127.0.0.1", port, NULL, NULL);
  g_autoptr (GDataInputStream) in = NULL;
  GOutputStream *out;
  g_autofree char *bye = NULL;
  char *reply;

  if (connection == NULL)
    return g_strdup ("(no connection)");
  in = g_data_input_stream_new (g_io_stream_get_input_stream (G_IO_STREAM (connection)));
  g_data_input_stream_set_newline_type (in, G_DATA_STREAM_NEWLINE_TYPE_CR_LF);
  out = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  reply = converse (in, out, from, to, text, size_bytes);
  bye = ask (in, out, "QUIT");
  g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
  return reply;
}
