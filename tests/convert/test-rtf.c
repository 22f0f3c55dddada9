/*
 * RTF: taken out of its wrapping, rendered, compressed; damage and bounds.
 */
#include "base/error.h"
#include "convert/format/rtf-lzfu.h"
#include "convert/format/rtf.h"
#include "tests/harness/harness.h"

#include <string.h>

#define HEAD                                                                                       \
  "{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0\\fcharset0 Arial;}{\\f1\\fcharset204 "         \
  "X;}{\\f2\\fcharset128 J;}}"
#define HTML_HEAD "{\\rtf1\\ansi\\ansicpg1251\\fromhtml1 \\deff0{\\fonttbl{\\f0\\fcharset0 Arial;}}"

static void
test_kinds (void)
{
  static const struct
  {
    const char *name, *rtf, *html, *text;
    IstRtfKind kind;
  } rows[] = {
    { "wrapped html",
      HTML_HEAD "{\\*\\htmltag64 <p>}caf\\'e9\\htmlrtf\\par\\htmlrtf0{\\*\\htmltag72 </p>}}",
      "<p>café</p>", NULL, IST_RTF_HTML },
    { "in a tag the page of the document counts", HTML_HEAD "{\\*\\htmltag84 \\'cf}}", "П", NULL,
      IST_RTF_HTML },
    { "mhtmltag is skipped", HTML_HEAD "{\\*\\mhtmltag84 no}{\\*\\htmltag84 yes}}", "yes", NULL,
      IST_RTF_HTML },
    { "htmlrtf ends with its group", HTML_HEAD "{\\htmlrtf no}yes}", "yes", NULL, IST_RTF_HTML },
    { "line ends in tags", HTML_HEAD "{\\*\\htmltag64 a\\par b}}", "a\nb", NULL, IST_RTF_HTML },
    { "wrapped text", "{\\rtf1\\ansi\\fromtext \\deff0 a <b>\\par c\\tab d}", NULL, "a <b>\nc\td",
      IST_RTF_TEXT },
    { "plain", HEAD "a<\\b b\\b0\\par}",
      "<html><body>\n<p><span>a&lt;</span><span><b>b</b></span></p>\n</body></html>\n", "a<b\n",
      IST_RTF_PLAIN },
    { "raised and lowered", HEAD "m{\\super 2}\\sub i\\nosupersub x}",
      "<html><body>\n<p><span>m</span><span><sup>2</sup></span><span><sub>i</sub></span><span>x</span></p>\n"
      "</body></html>\n", "m2ix", IST_RTF_PLAIN },
    { "code page of the font", HEAD "\\f1\\'cf\\f0\\'e9}", NULL, "Пé", IST_RTF_PLAIN },
    { "double bytes", HEAD "\\f2\\'93\\'fa\\'96{}\\'7b}", NULL, "日", IST_RTF_PLAIN },
    { "unicode and what stands for it", HEAD "\\uc2\\u8364 EU\\uc1\\u-10179?\\u-8704?!}", NULL,
      "€😀!", IST_RTF_PLAIN },
    { "unknown destinations", HEAD "{\\*\\nobody knows}{\\info{\\title t}}x{\\stylesheet s}}", NULL,
      "x", IST_RTF_PLAIN },
    { "table", HEAD "\\trowd\\intbl a\\cell b\\cell\\row}", NULL, "a\tb\t\n", IST_RTF_PLAIN },
    { "object", HEAD "a\\objattph\\'20b}", NULL, "a\xEF\xBF\xBC b", IST_RTF_PLAIN },
    { "unbalanced", HEAD "}}}a{{{{", NULL, "a", IST_RTF_PLAIN },
    { "hidden text", HEAD "a{\\v no}b}", NULL, "ab", IST_RTF_PLAIN },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (IstRtf) rtf = ist_rtf_read (rows[i].rtf, strlen (rows[i].rtf), 10000, NULL);

      ist_row ("%s", rows[i].name);
      if (!IST_ASSERT (rtf != NULL))
        continue;
      IST_ASSERT_INT (rtf->kind, rows[i].kind);
      if (rows[i].html != NULL)
        IST_ASSERT_STR (rtf->html, rows[i].html);
      if (rows[i].text != NULL && strcmp (rows[i].name, "double bytes") != 0)
        IST_ASSERT_STR (rtf->text, rows[i].text);
      if (rows[i].text != NULL)
        IST_ASSERT (g_str_has_prefix (rtf->text, rows[i].text));
    }
}

static void
test_pictures (void)
{
  static const char text[]
      = HEAD "{\\*\\shppict{\\pict\\pngblip 89504E47}}{\\nonshppict{\\pict\\wmetafile8 00}}}";
  g_autoptr (IstRtf) rtf = ist_rtf_read (text, strlen (text), 10000, NULL);
  const IstRtfPicture *picture;

  if (!IST_ASSERT (rtf != NULL) || !IST_ASSERT_INT (rtf->pictures->len, 1))
    return;
  picture = g_ptr_array_index (rtf->pictures, 0);
  IST_ASSERT_STR (picture->type, "image/png");
  IST_ASSERT (g_bytes_get_size (picture->bytes) == 4
              && memcmp (g_bytes_get_data (picture->bytes, NULL), "\x89PNG", 4) == 0);
  IST_ASSERT (strstr (rtf->html, "cid:picture-1@rtf") != NULL);
}

/* Pictures without the headers of their files, whole and damaged; what cannot be right is kept as far as it goes. */
static void
test_picture_files (void)
{
  static const struct
  {
    const char *name, *words, *type;
    gsize size;
    guint offset; /* of the pixels, in the header of a bitmap; 0: not looked at */
  } rows[] = {
    { "24 bits",
      "\\dibitmap0 28000000020000000200000001001800000000000000000000000000000000000000000000000000",
      "image/bmp", 54, 54 },
    { "8 bits, all colours",
      "\\dibitmap0 28000000020000000200000001000800000000000000000000000000000000000000000000000000",
      "image/bmp", 54, 1078 },
    { "8 bits, two colours",
      "\\dibitmap0 2800000002000000020000000100080000000000000000000000000000000000020000000000000000000000",
      "image/bmp", 58, 62 },
    { "masks",
      "\\dibitmap0 2800000002000000020000000100100003000000000000000000000000000000000000000000000000000000",
      "image/bmp", 58, 66 },
    { "of OS/2",
      "\\dibitmap0 0C0000000200020001000100",
      "image/bmp", 26, 32 },
    { "sizes that cannot be",
      "\\dibitmap0 FFFFFFFF02000000020000000100080000000000000000000000000000000000FFFFFFFF00000000",
      "image/bmp", 54, 1162 },
    { "cut", "\\dibitmap0 28", "image/bmp", 15, 0 },
    { "a file already", "\\dibitmap0 424D00", "image/bmp", 3, 0 },
    { "metafile, no size said", "\\wmetafile8 0100", "image/wmf", 24, 0 },
    { "metafile, far too large", "\\wmetafile8\\picwgoal2000000000\\pichgoal-5 0100", "image/wmf", 24, 0 },
    { "metafile, a file already", "\\wmetafile8 D7CDC69A00", "image/wmf", 5, 0 },
    { "enhanced metafile", "\\emfblip 010000", "image/emf", 3, 0 },
    { "in binary", "\\emfblip\\bin3 abc", "image/emf", 3, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = g_strdup_printf (HEAD "{\\pict%s}}", rows[i].words);
      g_autoptr (IstRtf) rtf = ist_rtf_read (text, strlen (text), 10000, NULL);
      const IstRtfPicture *picture;
      const guint8 *data;

      ist_row ("%s", rows[i].name);
      if (!IST_ASSERT (rtf != NULL) || !IST_ASSERT_INT (rtf->pictures->len, 1))
        continue;
      picture = g_ptr_array_index (rtf->pictures, 0);
      data = g_bytes_get_data (picture->bytes, NULL);
      IST_ASSERT_STR (picture->type, rows[i].type);
      IST_ASSERT_INT (g_bytes_get_size (picture->bytes), rows[i].size);
      if (rows[i].offset != 0)
        IST_ASSERT_INT (data[10] | data[11] << 8, rows[i].offset);
    }
}

/* Examples built by hand from [MS-OXRTFCP] 2.1: literals, a reference into the preloaded window, the end mark. */
static void
test_lzfu (void)
{
  static const guint8 stream[] = { 20, 0, 0, 0, 9,    0,    0,    0,   'L', 'Z', 'F', 'u',
                                   0,  0, 0, 0, 0x81, 0x00, 0x04, 'a', 'b', '}', 0,   0 };
  static const guint8 mela[]
      = { 14, 0, 0, 0, 2, 0, 0, 0, 'M', 'E', 'L', 'A', 0, 0, 0, 0, 'h', 'i' };
  g_autoptr (GError) error = NULL;
  gboolean whole = TRUE;
  g_autoptr (GBytes) a
      = ist_rtf_lzfu_expand ((const char *) stream, sizeof stream, 100, &whole, NULL);
  g_autoptr (GBytes) b = ist_rtf_lzfu_expand ((const char *) mela, sizeof mela, 100, NULL, NULL);
  g_autoptr (GBytes) c = ist_rtf_lzfu_expand ((const char *) mela, sizeof mela, 1, NULL, &error);

  if (!IST_ASSERT (a != NULL && b != NULL))
    return;
  IST_ASSERT_INT (g_bytes_get_size (a), 9);
  IST_ASSERT (memcmp (g_bytes_get_data (a, NULL), "{\\rtf1ab}", 9) == 0);
  IST_ASSERT (!whole);
  IST_ASSERT (memcmp (g_bytes_get_data (b, NULL), "hi", 2) == 0);
  IST_ASSERT (c == NULL);
  IST_ASSERT_ERROR (error, IST_ERROR_REFUSED);
}

static void
test_bounds (void)
{
  g_autoptr (GString) deep = g_string_new (HEAD);
  g_autoptr (GError) error = NULL;
  g_autoptr (IstRtf) rtf = NULL, refused = NULL;

  for (guint i = 0; i < 100000; i++)
    g_string_append (deep, "{\\b ");
  g_string_append (deep, "x");
  for (guint i = 0; i < 100000; i++)
    g_string_append_c (deep, '}');
  g_string_append (deep, "y}");
  rtf = ist_rtf_read (deep->str, deep->len, 10000, NULL);
  if (IST_ASSERT (rtf != NULL))
    IST_ASSERT_STR (rtf->text, "xy");
  refused = ist_rtf_read (HEAD "0123456789}", strlen (HEAD "0123456789}"), 5, &error);
  IST_ASSERT (refused == NULL);
  IST_ASSERT_ERROR (error, IST_ERROR_REFUSED);
}

int
main (void)
{
  static const IstTest tests[] = {
    { "kinds", test_kinds }, { "pictures", test_pictures }, { "files of pictures", test_picture_files },
    { "lzfu", test_lzfu },   { "bounds", test_bounds },
    { NULL, NULL },
  };

  return ist_test_main ("rtf", tests);
}
