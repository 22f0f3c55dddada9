#include "tests/scenario/conversion.h"

#include "convert/format/mapi-props.h"
#include "tests/convert/tnef-builder.h"
#include "tests/scenario/reader.h"

#define HEAD "From: \"Miller, Bob\" <bob@acme.example>\nTo: \"Anna Berg\" <anna@acme.example>\nMIME-Version: 1.0\n"
#define FILE_NAME "; name=\"winmail.dat\"\nContent-Disposition: attachment; filename=\"winmail.dat\"\n"

static const struct
{
  const char *name, *before, *after;
} places[CONVERSION_N_TNEF] = {
  [CONVERSION_TNEF_MIXED] = { "beside a text",
                              "Content-Type: multipart/mixed; boundary=\"m\"\n\n--m\nContent-Type: text/plain\n\n"
                              CONVERSION_TNEF_TEXT "\n\n--m\nContent-Type: application/ms-tnef" FILE_NAME
                              "Content-Transfer-Encoding: base64\n\n",
                              "\n--m--\n" },
  [CONVERSION_TNEF_WHOLE]
  = { "the whole message", "Content-Type: application/ms-tnef" FILE_NAME "Content-Transfer-Encoding: base64\n\n", "" },
  [CONVERSION_TNEF_VND] = { "the other type",
                            "Content-Type: multipart/mixed; boundary=\"m\"\n\n--m\nContent-Type: text/plain\n\n"
                            CONVERSION_TNEF_TEXT "\n\n--m\nContent-Type: application/vnd.ms-tnef" FILE_NAME
                            "Content-Transfer-Encoding: base64\n\n",
                            "\n--m--\n" },
  [CONVERSION_TNEF_OCTETS] = { "as octets",
                               "Content-Type: multipart/mixed; boundary=\"m\"\n\n--m\nContent-Type: text/plain\n\n"
                               CONVERSION_TNEF_TEXT "\n\n--m\nContent-Type: application/octet-stream" FILE_NAME
                               "Content-Transfer-Encoding: base64\n\n",
                               "\n--m--\n" },
  [CONVERSION_TNEF_NAMELESS] = { "without a name",
                                 "Content-Type: multipart/mixed; boundary=\"m\"\n\n--m\nContent-Type: text/plain\n\n"
                                 CONVERSION_TNEF_TEXT "\n\n--m\nContent-Type: application/ms-tnef\n"
                                 "Content-Transfer-Encoding: base64\n\n",
                                 "\n--m--\n" },
  [CONVERSION_TNEF_UUENCODED]
  = { "uuencoded", "Content-Type: text/plain\n\n" CONVERSION_TNEF_TEXT "\n\nbegin 600 WINMAIL.DAT\n", "`\nend\n" },
  [CONVERSION_TNEF_ATTACHED]
  = { "in an attached message",
      "Content-Type: multipart/mixed; boundary=\"o\"\n\n--o\nContent-Type: text/plain\n\nforwarded\n\n--o\n"
      "Content-Type: message/rfc822\n\nSubject: inner\nMIME-Version: 1.0\n"
      "Content-Type: multipart/mixed; boundary=\"m\"\n\n--m\nContent-Type: text/plain\n\n" CONVERSION_TNEF_TEXT
      "\n\n--m\nContent-Type: application/ms-tnef" FILE_NAME "Content-Transfer-Encoding: base64\n\n",
      "\n--m--\n\n--o--\n" },
};

const char *
conversion_tnef_place_name (ConversionTnefPlace place)
{
  return places[place].name;
}

/* Lines of 45 bytes (POSIX uuencode), blanks as '`'. */
static char *
uuencoded (const guint8 *data, gsize size)
{
  GString *out = g_string_new (NULL);

  for (gsize at = 0; at < size; at += 45)
    {
      gsize n = MIN (45, size - at);

      g_string_append_c (out, (char) (' ' + n));
      for (gsize i = 0; i < n; i += 3)
        {
          guint32 bits = (guint32) data[at + i] << 16 | (i + 1 < n ? (guint32) data[at + i + 1] << 8 : 0)
                         | (i + 2 < n ? data[at + i + 2] : 0);

          for (int shift = 18; shift >= 0; shift -= 6)
            g_string_append_c (out, (bits >> shift & 63) != 0 ? (char) (' ' + (bits >> shift & 63)) : '`');
        }
      g_string_append_c (out, '\n');
    }
  return g_string_free (out, FALSE);
}

char *
conversion_tnef_mail (const char *head, GByteArray *stream, ConversionTnefPlace place)
{
  g_autofree char *coded = place == CONVERSION_TNEF_UUENCODED ? uuencoded (stream->data, stream->len)
                                                              : ist_reader_base64 (stream->data, stream->len);
  char *mail = g_strconcat (HEAD, head, places[place].before, coded, places[place].after, NULL);

  g_byte_array_unref (stream);
  return mail;
}

/* ---- what is in a stream ---- */

void
conversion_add_properties (GByteArray *stream, guint n, GByteArray *taken)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();

  tnef_u32 (all, n);
  g_byte_array_append (all, taken->data, taken->len);
  tnef_attribute (stream, 1, 0x00069003, all->data, all->len);
  g_byte_array_unref (taken);
}

void
conversion_add_named (GByteArray *properties, const guint8 set[16], guint32 lid, guint16 type, const void *data,
                      gsize size_bytes)
{
  tnef_u32 (properties, 0x80000000u | type);
  g_byte_array_append (properties, set, 16);
  tnef_u32 (properties, 0);
  tnef_u32 (properties, lid);
  if (type == 0x001E || type == 0x001F || type == 0x0102)
    {
      tnef_u32 (properties, 1);
      tnef_u32 (properties, (guint32) size_bytes);
    }
  g_byte_array_append (properties, data, (guint) size_bytes);
  g_byte_array_append (properties, (const guint8 *) "\0\0\0", (guint) ((4 - size_bytes % 4) % 4));
}

static void
add_time (GByteArray *properties, guint32 lid, gint64 utc)
{
  guint64 ticks = ((guint64) utc + 11644473600u) * 10000000u;
  guint8 bytes[8];

  for (guint i = 0; i < 8; i++)
    bytes[i] = (guint8) (ticks >> (8 * i));
  conversion_add_named (properties, ist_mapi_set_appointment, lid, 0x0040, bytes, 8);
}

void
conversion_add_meeting (GByteArray *stream, const char *message_class, guint32 sensitivity)
{
  static const char id[] = "\4\0\0\0\x82\0\xE0\0\x74\xC5\xB7\x10\x1A\x82\xE0\x08\0\0\0\0\1\2\3\4\5\6\7\x08"
                           "\0\0\0\0\0\0\0\0\x10\0\0\0ABCDEFGHIJKLMNOP";
  GByteArray *properties = g_byte_array_new ();

  tnef_property (properties, 0x001A001E, message_class, strlen (message_class) + 1);
  tnef_property (properties, 0x0037001E, "Plan", 5);
  tnef_u32 (properties, 0x00360003);
  tnef_u32 (properties, sensitivity);
  conversion_add_named (properties, ist_mapi_set_meeting, 0x23, 0x0102, id, sizeof id - 1);
  add_time (properties, 0x820D, 1773046800);
  add_time (properties, 0x820E, 1773050400);
  conversion_add_properties (stream, 6, properties);
}

/* Not compressed ([MS-OXRTFCP] 2.1.3.1.5): sizes, "MELA", no checksum. */
void
conversion_add_rtf (GByteArray *stream, const char *rtf)
{
  GByteArray *list = g_byte_array_new ();
  g_autoptr (GByteArray) value = g_byte_array_new ();
  guint32 size = (guint32) strlen (rtf);

  tnef_u32 (value, size + 12);
  tnef_u32 (value, size);
  g_byte_array_append (value, (const guint8 *) "MELA\0\0\0\0", 8);
  g_byte_array_append (value, (const guint8 *) rtf, size);
  tnef_property (list, 0x10090102, value->data, value->len);
  conversion_add_properties (stream, 1, list);
}

void
conversion_add_text (GByteArray *stream, const char *text)
{
  tnef_attribute (stream, 1, 0x0002800C, text, strlen (text) + 1);
}

void
conversion_add_file (GByteArray *stream, const char *name, const void *data, gsize size_bytes)
{
  g_autoptr (GByteArray) list = g_byte_array_new ();

  tnef_attribute (stream, 2, 0x00069002, "\1\0\xFF\xFF\xFF\xFF\0\0\0\0\0\0\0\0", 14);
  tnef_attribute (stream, 2, 0x0006800F, data, size_bytes);
  tnef_u32 (list, 1);
  tnef_property (list, 0x3707001E, name, strlen (name) + 1);
  tnef_attribute (stream, 2, 0x00069005, list->data, list->len);
}

/* The object's interface stands before its data ([MS-OXTNEF] 2.1.3.4). */
static void
add_object (GByteArray *stream, const char *name, const char *interface, gboolean is_message, const void *data,
            gsize size_bytes)
{
  g_autoptr (GByteArray) list = g_byte_array_new ();
  g_autoptr (GByteArray) value = g_byte_array_new ();

  g_byte_array_append (value, (const guint8 *) interface, 16);
  g_byte_array_append (value, data, (guint) size_bytes);
  tnef_attribute (stream, 2, 0x00069002, is_message ? "\1\0\xFF\xFF\xFF\xFF\0\0\0\0\0\0\0\0"
                                                    : "\2\0\0\0\0\0\0\0\0\0\0\0\0\0", 14);
  tnef_u32 (list, 2);
  tnef_property (list, 0x3001001E, name, strlen (name) + 1);
  tnef_property (list, 0x3701000D, value->data, value->len);
  tnef_attribute (stream, 2, 0x00069005, list->data, list->len);
}

void
conversion_add_ole (GByteArray *stream, const char *name, const void *storage, gsize size_bytes)
{
  add_object (stream, name, "\x0B\0\0\0\0\0\0\0\xC0\0\0\0\0\0\0\x46", FALSE, storage, size_bytes);
}

void
conversion_add_message (GByteArray *stream, GByteArray *embedded)
{
  add_object (stream, "message", "\7\3\2\0\0\0\0\0\xC0\0\0\0\0\0\0\x46", TRUE, embedded->data, embedded->len);
  g_byte_array_unref (embedded);
}

/* ---- memos ---- */

char *
conversion_memo_mail (const char *head, GBytes *database, const char *texts)
{
  gsize size;
  const char *data = g_bytes_get_data (database, &size);
  g_autofree char *base64 = ist_reader_base64 (data, size);

  return g_strconcat ("From: \"Anna Berg\" <anna@acme.example>\nTo: <bob@acme.example>\nMIME-Version: 1.0\n", head,
                      "Content-Type: multipart/alternative; boundary=\"b\"\n\n", texts,
                      "--b\nContent-Type: application/X-Lotus-Encap2; name=\"encap2.ond\"\n"
                      "Content-Disposition: attachment; filename=\"encap2.ond\"\nContent-Transfer-Encoding: base64\n\n",
                      base64, "--b--\n", NULL);
}
