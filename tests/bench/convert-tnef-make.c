/*
 * tests/bench/convert-tnef-make.c - winmail.dat as Outlook writes it: compressed RTF, recipients with their
 * properties, attachments. Sources: [MS-OXTNEF], [MS-OXRTFCP], [MS-OXRTFEX].
 */
#include "tests/bench/convert-bench.h"
#include "tests/convert/tnef-builder.h"

#include <stdio.h>

#define WINDOW 4096
#define MAX_MATCH 17
#define HASH_BITS 12

static const char preload[]
    = "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss "
      "\\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier"
      "{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

/* ---- compressed RTF ---- */

static guint32
crc_of (const guint8 *p, gsize size)
{
  guint32 crc = 0;

  for (gsize i = 0; i < size; i++)
    {
      crc ^= p[i];
      for (guint bit = 0; bit < 8; bit++)
        crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320u : crc >> 1;
    }
  return crc;
}

static guint
hash_of (const char *p)
{
  return ((guint) (guint8) p[0] << 6 ^ (guint) (guint8) p[1] << 3 ^ (guint) (guint8) p[2]) & ((1 << HASH_BITS) - 1);
}

typedef struct
{
  const char *text; /* the preload, then the RTF */
  gsize size, at;
  gsize heads[1 << HASH_BITS]; /* the last place of three bytes, counted from 1 */
  GByteArray *out;
  guint control, bits; /* where the control byte stands; how many of its bits are used */
} Packer;

/* The longest match with the last place that begins alike. */
static gsize
find_match (const Packer *p, gsize *from)
{
  gsize n = 0, place;

  if (p->size - p->at < 3 || (place = p->heads[hash_of (p->text + p->at)]) == 0)
    return 0;
  *from = place - 1;
  if (p->at - *from >= WINDOW - MAX_MATCH)
    return 0;
  while (n < MAX_MATCH && p->at + n < p->size && p->text[*from + n] == p->text[p->at + n])
    n++;
  return n >= 3 ? n : 0;
}

static void
step (Packer *p, gsize n)
{
  for (; n > 0; n--, p->at++)
    if (p->size - p->at >= 3)
      p->heads[hash_of (p->text + p->at)] = p->at + 1;
}

static void
put_token (Packer *p, gboolean is_match, guint value)
{
  guint8 bytes[2] = { (guint8) (value >> 8), (guint8) value };

  if (p->bits % 8 == 0)
    {
      p->control = p->out->len;
      g_byte_array_append (p->out, (const guint8 *) "", 1);
    }
  p->out->data[p->control] |= (guint8) ((is_match ? 1 : 0) << p->bits++ % 8);
  g_byte_array_append (p->out, is_match ? bytes : bytes + 1, is_match ? 2 : 1);
}

GByteArray *
bench_convert_lzfu (const char *rtf, gsize size_bytes)
{
  g_autofree char *text = g_malloc (sizeof preload - 1 + size_bytes + 1);
  g_autofree Packer *p = g_new0 (Packer, 1);
  g_autoptr (GByteArray) packed = g_byte_array_new ();
  GByteArray *out = g_byte_array_new ();

  memcpy (text, preload, sizeof preload - 1);
  memcpy (text + sizeof preload - 1, rtf, size_bytes);
  p->text = text;
  p->size = sizeof preload - 1 + size_bytes;
  p->out = packed;
  step (p, sizeof preload - 1);
  while (p->at < p->size)
    {
      gsize from = 0;
      gsize n = find_match (p, &from);

      if (n > 0)
        put_token (p, TRUE, (guint) (from % WINDOW) << 4 | (guint) (n - 2));
      else
        put_token (p, FALSE, (guint8) text[p->at]);
      step (p, MAX (n, 1));
    }
  put_token (p, TRUE, (guint) (p->at % WINDOW) << 4);
  tnef_u32 (out, packed->len + 12);
  tnef_u32 (out, (guint32) size_bytes);
  tnef_u32 (out, 0x75465A4C);
  tnef_u32 (out, crc_of (packed->data, packed->len));
  g_byte_array_append (out, packed->data, packed->len);
  return out;
}

/* ---- RTF ---- */

static void
append_html (GString *out, gsize size_bytes)
{
  g_autoptr (GString) words = g_string_new (NULL);
  g_auto (GStrv) lines = NULL;

  g_string_append (out, "{\\rtf1\\ansi\\ansicpg1252\\fromhtml1 \\fbidis \\deff0{\\fonttbl\r\n{\\f0\\fswiss Arial;}\r\n"
                        "{\\f1\\fmodern Courier New;}}\r\n{\\colortbl\\red0\\green0\\blue0;\\red0\\green0\\blue255;}\r\n"
                        "\\uc1\\pard\\plain\\deftab360 \\f0\\fs24\r\n{\\*\\htmltag19 <html>}\r\n"
                        "{\\*\\htmltag50 <body lang=EN-GB link=blue>}\\htmlrtf \\lang2057 \\htmlrtf0\r\n");
  bench_convert_words (words, size_bytes / 3, "\n");
  lines = g_strsplit (words->str, "\n", -1);
  for (guint i = 0; lines[i] != NULL && out->len < size_bytes; i++)
    g_string_append_printf (out,
                            "{\\*\\htmltag64 <p class=MsoNormal>}\\htmlrtf {\\htmlrtf0 %s\r\n"
                            "{\\*\\htmltag84 <b>}\\htmlrtf {\\b \\htmlrtf0 no. %u\\htmlrtf }\\htmlrtf0 "
                            "{\\*\\htmltag92 </b>}{\\*\\htmltag84 &nbsp;}\\htmlrtf \\'a0\\htmlrtf0 caf\\'e9 \\u8364 ?"
                            "{\\*\\htmltag244 <o:p>}{\\*\\htmltag252 </o:p>}\\htmlrtf \\par}\\htmlrtf0\r\n"
                            "\\htmlrtf \\par\\htmlrtf0 {\\*\\htmltag72 </p>}\r\n",
                            lines[i], i);
  g_string_append (out, "{\\*\\htmltag58 </body>}{\\*\\htmltag27 </html>}}\r\n");
}

static void
append_rich (GString *out, gsize size_bytes)
{
  g_autoptr (GString) words = g_string_new (NULL);
  g_auto (GStrv) lines = NULL;

  g_string_append (out, "{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0\\fnil\\fcharset0 Arial;}"
                        "{\\f1\\fnil\\fcharset2 Symbol;}}\r\n{\\colortbl ;\\red255\\green0\\blue0;}\r\n\\uc1\\pard\\f0\\fs20 ");
  bench_convert_words (words, size_bytes, "\n");
  lines = g_strsplit (words->str, "\n", -1);
  for (guint i = 0; lines[i] != NULL && out->len < size_bytes; i++)
    g_string_append_printf (out, "%s\\par\r\n\\b no. %u\\b0  %s, \\cf1\\i caf\\'e9\\i0\\cf0 .\\par\r\n", lines[i], i,
                            lines[i + 1] != NULL ? lines[i + 1] : "");
  g_string_append (out, "}\r\n");
}

/* ---- the stream ---- */

/* As tnef_attribute(), with the sum of the bytes, which other readers look at. */
static void
attribute (GByteArray *out, guint8 level, guint32 id, const void *data, gsize size)
{
  guint sum = 0;

  for (gsize i = 0; i < size; i++)
    sum += ((const guint8 *) data)[i];
  tnef_attribute (out, level, id, data, size);
  out->data[out->len - 2] = (guint8) sum;
  out->data[out->len - 1] = (guint8) (sum >> 8);
}

static void
text_property (GByteArray *out, guint32 tag, const char *text)
{
  tnef_property (out, tag, text, strlen (text) + 1);
}

static void
long_property (GByteArray *out, guint32 tag, guint32 value)
{
  tnef_u32 (out, tag);
  tnef_u32 (out, value);
}

static void
append_recipients (GByteArray *out, guint n)
{
  g_autoptr (GByteArray) rows = g_byte_array_new ();

  tnef_u32 (rows, n);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("Recipient Number %u", i);
      g_autofree char *address = g_strdup_printf ("recipient.number.%u@b.example", i);

      tnef_u32 (rows, 8);
      long_property (rows, 0x0C150003, 1 + i % 2);
      text_property (rows, 0x3001001E, name);
      text_property (rows, 0x3002001E, "SMTP");
      text_property (rows, 0x3003001E, address);
      text_property (rows, 0x39FE001E, address);
      long_property (rows, 0x39000003, 0);
      long_property (rows, 0x0FFE0003, 6);
      tnef_property (rows, 0x300B0102, "SMTP:RECIPIENT@B.EXAMPLE", 25);
    }
  attribute (out, 1, 0x00069004, rows->data, rows->len);
}

static void
append_props (GByteArray *out, const BenchTnef *what)
{
  g_autoptr (GByteArray) props = g_byte_array_new ();
  g_autoptr (GString) rtf = g_string_new (NULL);
  g_autoptr (GByteArray) packed = NULL;

  if (what->is_html)
    append_html (rtf, what->text_bytes);
  else
    append_rich (rtf, what->text_bytes);
  packed = bench_convert_lzfu (rtf->str, rtf->len);
  tnef_u32 (props, 6);
  text_property (props, 0x001A001E, "IPM.Note");
  text_property (props, 0x0037001E, "Measurement");
  text_property (props, 0x0C1A001E, "Anna Berg");
  text_property (props, 0x0C1F001E, "anna@a.example");
  long_property (props, 0x3FDE0003, 1252);
  tnef_property (props, 0x10090102, packed->data, packed->len);
  attribute (out, 1, 0x00069003, props->data, props->len);
}

static void
append_file (GByteArray *out, guint number, gsize size_bytes)
{
  g_autofree char *name = g_strdup_printf ("plan-%u.pdf", number);
  g_autoptr (GBytes) bytes = bench_convert_noise (size_bytes, number + 1);
  g_autoptr (GByteArray) props = g_byte_array_new ();

  attribute (out, 2, 0x00069002, "\1\0\xFF\xFF\xFF\xFF\0\0\0\0\0\0\0\0", 14);
  attribute (out, 2, 0x00018010, name, strlen (name) + 1);
  attribute (out, 2, 0x0006800F, g_bytes_get_data (bytes, NULL), size_bytes);
  tnef_u32 (props, 3);
  text_property (props, 0x3707001E, name);
  text_property (props, 0x370E001E, "application/pdf");
  long_property (props, 0x37050003, 1);
  attribute (out, 2, 0x00069005, props->data, props->len);
}

GBytes *
bench_convert_tnef (const BenchTnef *what)
{
  GByteArray *out = g_byte_array_new ();

  g_byte_array_append (out, (const guint8 *) "\x78\x9F\x3E\x22\1\0", 6);
  attribute (out, 1, 0x00089006, "\0\0\1\0", 4);
  attribute (out, 1, 0x00069007, "\xE4\4\0\0\0\0\0\0", 8);
  attribute (out, 1, 0x00078008, "IPM.Microsoft Mail.Note", 24);
  attribute (out, 1, 0x00018004, "Measurement", 12);
  append_props (out, what);
  if (what->recipients > 0)
    append_recipients (out, what->recipients);
  for (guint i = 0; i < what->files; i++)
    append_file (out, i, what->file_bytes);
  return g_byte_array_free_to_bytes (out);
}
