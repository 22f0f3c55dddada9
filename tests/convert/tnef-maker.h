/*
 * tests/convert/tnef-maker.h - makes TNEF messages of properties, and looks at what they become.
 *
 *   Maker m = maker_begin ("IPM.Task");
 *   text (&m, 0x0037, "Subject");
 *   got = part_of (maker_end (&m), "text/calendar", NULL);
 *
 * Threads: one.
 */
#ifndef IST_TESTS_TNEF_MAKER_H
#define IST_TESTS_TNEF_MAKER_H

#include "base/mime-tree.h"
#include "convert/format/mapi-props.h"
#include "convert/tnef-place.h"
#include "tests/convert/tnef-builder.h"
#include "tests/harness/harness.h"

/* A message being made: its properties, its recipients, its attachments. */
typedef struct
{
  const char *class;
  GByteArray *props, *people, *files;
  guint n_props, n_people;
} Maker;

static inline Maker
maker_begin (const char *class)
{
  Maker m = { class, g_byte_array_new (), g_byte_array_new (), g_byte_array_new (), 0, 0 };

  return m;
}

static inline void
text (Maker *m, guint32 id, const char *value)
{
  tnef_property (m->props, id << 16 | 0x1E, value, strlen (value) + 1);
  m->n_props++;
}

static inline void
number (Maker *m, guint32 id, guint32 value)
{
  tnef_long (m->props, id, value);
  m->n_props++;
}

static inline void
named_long (Maker *m, const guint8 set[16], guint32 lid, guint32 value)
{
  tnef_named_long (m->props, set, lid, value);
  m->n_props++;
}

static inline void
named_bool (Maker *m, const guint8 set[16], guint32 lid)
{
  tnef_named_bool (m->props, set, lid, TRUE);
  m->n_props++;
}

static inline void
named_time (Maker *m, const guint8 set[16], guint32 lid, gint64 utc)
{
  tnef_named_time (m->props, set, lid, utc);
  m->n_props++;
}

static inline void
named_text (Maker *m, const guint8 set[16], guint32 lid, const char *value)
{
  tnef_named_bytes (m->props, 0x1E, set, lid, value, strlen (value) + 1);
  m->n_props++;
}

static inline void
named_bytes (Maker *m, const guint8 set[16], guint32 lid, const GByteArray *value)
{
  tnef_named_bytes (m->props, 0x0102, set, lid, value->data, value->len);
  m->n_props++;
}

static inline void
person (Maker *m, const char *name, const char *address, guint32 kind, guint32 flags, guint32 answer)
{
  tnef_u32 (m->people, address != NULL ? 5 : 4);
  tnef_property (m->people, 0x3001001E, name, strlen (name) + 1);
  if (address != NULL)
    tnef_property (m->people, 0x39FE001E, address, strlen (address) + 1);
  tnef_long (m->people, 0x0C15, kind);
  tnef_long (m->people, 0x5FFD, flags);
  tnef_long (m->people, 0x5FFF, answer);
  m->n_people++;
}

static inline GByteArray *
maker_end (Maker *m)
{
  GByteArray *stream = tnef_begin (1252);
  g_autoptr (GByteArray) props = g_byte_array_new ();
  g_autoptr (GByteArray) people = g_byte_array_new ();

  text (m, 0x001A, m->class);
  tnef_u32 (props, m->n_props);
  g_byte_array_append (props, m->props->data, m->props->len);
  tnef_attribute (stream, 1, 0x00069003, props->data, props->len);
  tnef_u32 (people, m->n_people);
  if (m->people->len > 0)
    g_byte_array_append (people, m->people->data, m->people->len);
  tnef_attribute (stream, 1, 0x00069004, people->data, people->len);
  if (m->files->len > 0)
    g_byte_array_append (stream, m->files->data, m->files->len);
  g_byte_array_unref (m->props);
  g_byte_array_unref (m->people);
  g_byte_array_unref (m->files);
  return stream;
}

#define HEAD "From: \"Anna Adler\" <anna@x.example>\r\nTo: <bob@n.example>\r\nSubject: x\r\nMIME-Version: 1.0\r\n"

/* The message that the stream becomes; *note (may be NULL) gets what was said about it. */
static inline IstMessage *
convert (GByteArray *taken, const IstConvertContext *context, char **note)
{
  g_autoptr (GByteArray) stream = taken;
  g_autofree char *base64 = g_base64_encode (stream->data, stream->len);
  g_autofree char *mail = g_strconcat (HEAD "Content-Type: application/ms-tnef\r\nContent-Transfer-Encoding: base64\r\n\r\n",
                                       base64, "\r\n", NULL);
  g_autoptr (GBytes) bytes = g_bytes_new (mail, strlen (mail));
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);
  IstMessage *message = ist_message_new (body);
  IstTnefRun run = { context, 0 };
  g_autoptr (GString) said = g_string_new (NULL);

  IST_ASSERT_INT (ist_tnef_place_all (message, &run), 1);
  for (guint i = 0; i < ist_message_changes (message)->len; i++)
    g_string_append (said, ((IstChange *) g_ptr_array_index (ist_message_changes (message), i))->what);
  if (note != NULL)
    *note = g_strdup (said->str);
  return message;
}

typedef struct
{
  const char *type;
  char *text;
} Wanted;

static inline gboolean
look (gpointer user, IstMimeNode *node)
{
  Wanted *wanted = user;

  if (wanted->text == NULL && strcmp (node->type, wanted->type) == 0)
    wanted->text = ist_mime_node_text (node, 1 << 20, NULL);
  return TRUE;
}

/* The text of the first part of this type with its lines unfolded; "" when there is none. */
static inline char *
part_of (GByteArray *taken, const char *type, char **note)
{
  g_autoptr (IstMessage) message = convert (taken, NULL, note);
  Wanted wanted = { type, NULL };
  g_auto (GStrv) lines = NULL;

  ist_mime_node_visit (ist_mime_tree (message), look, &wanted);
  if (!IST_ASSERT (wanted.text != NULL))
    return g_strdup ("");
  lines = g_strsplit (wanted.text, "\n ", -1);
  g_free (wanted.text);
  return g_strjoinv ("", lines);
}

/* Is each of the lines (ended by LF) there, in this order? */
static inline void
check_lines (const char *got, const char *want)
{
  g_auto (GStrv) lines = g_strsplit (want, "\n", -1);
  const char *at = got;

  for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
    {
      g_autofree char *line = g_strconcat ("\n", lines[i], "\n", NULL);
      const char *found = strstr (at, line);

      if (!IST_ASSERT (found != NULL))
        {
          ist_note ("no line \"%s\" behind the one before it in:", lines[i]);
          ist_note ("%s", got);
          return;
        }
      at = found + strlen (line) - 1;
    }
}

static inline void
u16 (GByteArray *out, guint value)
{
  guint8 bytes[2] = { (guint8) value, (guint8) (value >> 8) };

  g_byte_array_append (out, bytes, 2);
}

static inline gint64
unix_of (int year, int month, int day, int hour, int minute)
{
  g_autoptr (GDateTime) time = g_date_time_new_utc (year, month, day, hour, minute, 0);

  return g_date_time_to_unix (time);
}

static inline guint32
minutes_of (gint64 local)
{
  return (guint32) (local / 60 + 194074560);
}

/* RecurrencePattern to the counts: `specific` are the words behind the pattern. */
static inline GByteArray *
recur_begin (guint frequency, guint pattern, guint period, const guint32 *specific, guint n_specific, guint end,
             guint count)
{
  GByteArray *out = g_byte_array_new ();

  u16 (out, 0x3004);
  u16 (out, 0x3004);
  u16 (out, frequency);
  u16 (out, pattern);
  u16 (out, 0);
  tnef_u32 (out, 0);
  tnef_u32 (out, period);
  tnef_u32 (out, 0);
  for (guint i = 0; i < n_specific; i++)
    tnef_u32 (out, specific[i]);
  tnef_u32 (out, end);
  tnef_u32 (out, count);
  tnef_u32 (out, 1); /* weeks begin on Monday */
  return out;
}

#endif
