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
      "<html><body style=\"font-family:'Arial'\">\n<p><span>a&lt;</span><span><b>b</b></span></p>\n</body></html>\n", "a<b\n",
      IST_RTF_PLAIN },
    { "raised and lowered", HEAD "m{\\super 2}\\sub i\\nosupersub x}",
      "<html><body style=\"font-family:'Arial'\">\n<p><span>m</span><span><sup>2</sup></span><span><sub>i</sub></span><span>x</span></p>\n"
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

/* What stands between <body> and its end. */
static void
test_rendering (void)
{
  static const struct
  {
    const char *name, *rtf, *html, *text; /* text NULL: not looked at */
  } rows[] = {
    { "bullets and numbers",
      "{\\pntext\\f1\\'B7\\tab}one\\par{\\listtext 1.\\tab}two\\par{\\listtext 2.\\tab}three\\par\\pard out\\par}",
      "<ul><li><span>one</span></li></ul>\n<ol type=\"1\"><li><span>two</span></li>\n<li><span>three</span></li></ol>\n"
      "<p><span>out</span></p>\n",
      "·\tone\n1.\ttwo\n2.\tthree\nout\n" },
    { "list in a list",
      "{\\listtext a)\\tab}x\\par\\ilvl1{\\listtext i.\\tab}y\\par\\ilvl0{\\listtext b)\\tab}z\\par}",
      "<ol type=\"a\"><li><span>x</span><ol type=\"i\"><li><span>y</span></li></ol>\n</li>\n<li><span>z</span></li></ol>\n",
      NULL },
    { "cells across columns and rows",
      "\\trowd\\cellx1000\\clvmgf\\clcbpat1\\cellx2000\\intbl a\\cell b\\cell\\row"
      "\\trowd\\cellx500\\cellx1000\\clvmrg\\cellx2000\\intbl c\\cell d\\cell\\cell\\row\\pard e\\par}",
      "<table border=\"1\">\n<tr><td colspan=\"2\"><p><span>a</span></p>\n</td>"
      "<td rowspan=\"2\" style=\"background-color:#ff0000\"><p><span>b</span></p>\n</td></tr>\n"
      "<tr><td><p><span>c</span></p>\n</td><td><p><span>d</span></p>\n</td></tr>\n</table>\n<p><span>e</span></p>\n",
      "a\tb\t\nc\td\t\t\ne\n" },
    { "merged to the left",
      "\\trowd\\clmgf\\cellx1000\\clmrg\\cellx2000\\intbl a\\cell\\cell\\row\\trowd\\cellx1000\\cellx2000 b\\cell c\\cell\\row}",
      "<table border=\"1\">\n<tr><td colspan=\"2\"><p><span>a</span></p>\n</td></tr>\n"
      "<tr><td><p><span>b</span></p>\n</td><td><p><span>c</span></p>\n</td></tr>\n</table>\n",
      NULL },
    { "table in a table",
      "\\trowd\\cellx3000\\intbl x\\par\\pard\\intbl\\itap2 y\\nestcell{\\*\\nesttableprops\\trowd\\cellx1000\\nestrow}"
      "{\\nonesttables\\par}\\pard\\intbl z\\cell\\row\\pard}",
      "<table border=\"1\">\n<tr><td><p><span>x</span></p>\n<table border=\"1\">\n<tr><td><p><span>y</span></p>\n</td></tr>\n"
      "</table>\n<p><span>z</span></p>\n</td></tr>\n</table>\n",
      NULL },
    { "colours, fonts, raised", "{\\cf1\\highlight2 a}{\\f1\\fs21 b}{\\super 2}{\\sub 3}{\\striked s}\\par}",
      "<p><span style=\"color:#ff0000;background-color:#0000ff\">a</span>"
      "<span style=\"font-family:'X Y';font-size:10.5pt\">b</span><span><sup>2</sup></span><span><sub>3</sub></span>"
      "<span><s>s</s></span></p>\n",
      "ab23s\n" },
    { "address in a field",
      "{\\field{\\*\\fldinst{HYPERLINK \"http://x.example/?a&b\" \\\\l \"top\" \\\\o \"tip\"}}{\\fldrslt{\\ul here}}} after\\par}",
      "<p><a href=\"http://x.example/?a&amp;b#top\"><span><u>here</u></span></a><span> after</span></p>\n",
      "here <http://x.example/?a&b#top> after\n" },
    { "its text is the address", "{\\field{\\*\\fldinst HYPERLINK mailto:a@b.example}{\\fldrslt a@b.example}}\\par}",
      "<p><a href=\"mailto:a@b.example\"><span>a@b.example</span></a></p>\n", "a@b.example\n" },
    { "an address nobody should follow",
      "{\\field{\\*\\fldinst HYPERLINK \"javascript:alert(1)\"}{\\fldrslt x}}\\par}", "<p><span>x</span></p>\n", "x\n" },
    { "other fields", "{\\field{\\*\\fldinst PAGE}{\\fldrslt 7}}{\\field{\\*\\fldinst SYMBOL 183 \\\\f \"Symbol\"}}\\par}",
      "<p><span>7•</span></p>\n", "7•\n" },
    { "text twice", "{\\upr{no}{\\*\\ud{yes \\u8364 ?}}}\\par}", "<p><span>yes €</span></p>\n", "yes €\n" },
    { "text box", "{\\shp{\\*\\shpinst{\\sp{\\sn name}{\\sv value}}{\\shptxt box}}{\\shprslt again}}\\par}",
      "<p><span>box</span></p>\n", "box\n" },
    { "a symbol stands for a character", "\\u8209\\_x\\par}", "<p><span>‑x</span></p>\n", "‑x\n" },
    { "white on nothing, on a colour", "{\\cf3 a}{\\cf3\\cb1 b}\\par}",
      "<p><span>a</span><span style=\"color:#ffffff;background-color:#ff0000\">b</span></p>\n", "ab\n" },
    { "hanging", "\\li720\\fi-720 x\\par}", "<p style=\"margin-left:36pt;text-indent:-36pt\"><span>x</span></p>\n", "x\n" },
    { "a byte that joins the letter before it", "\\ansicpg1258\\f2 x\\u65 ?e\\'ec\\par}", "<p><span>xAé</span></p>\n", "xAé\n" },
    { "bytes that are UTF-8 only in part", "caf\\'e9 n\\'c3\\'a9\\par}", "<p><span>café nÃ©</span></p>\n", "café nÃ©\n" },
    { "indented", "\\li720\\qc x\\par}", "<p style=\"text-align:center;margin-left:36pt\"><span>x</span></p>\n", "x\n" },
  };
  static const char head[] = "{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0\\fcharset0 Arial;}{\\f1\\fcharset0 X "
                             "Y{\\*\\falt No};}}{\\colortbl;\\red255\\green0\\blue0;\\red0\\green0\\blue255;\\red255\\green255\\blue255;}";

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *rtf_text = g_strconcat (head, rows[i].rtf, NULL);
      g_autofree char *want
          = g_strdup_printf ("<html><body style=\"font-family:'Arial'\">\n%s</body></html>\n", rows[i].html);
      g_autoptr (IstRtf) rtf = ist_rtf_read (rtf_text, strlen (rtf_text), 10000, NULL);

      ist_row ("%s", rows[i].name);
      if (!IST_ASSERT (rtf != NULL))
        continue;
      IST_ASSERT_STR (rtf->html, want);
      if (rows[i].text != NULL)
        IST_ASSERT_STR (rtf->text, rows[i].text);
    }
}

/* None is dropped; those that HTML cannot show are named in the text. */
static void
test_pictures (void)
{
  static const struct
  {
    const char *name, *rtf, *type, *file, *bytes;
    gsize size;
    gboolean shown;
  } rows[] = {
    { "png beside its metafile", "{\\*\\shppict{\\pict\\pngblip 89504E47}}{\\nonshppict{\\pict\\wmetafile8 00}}}",
      "image/png", "picture-1.png", "\x89PNG", 4, TRUE },
    { "jpeg in raw bytes", "{\\pict\\jpegblip\\bin4 \xFF\xD8\xFF}}", "image/jpeg", "picture-1.jpg", "\xFF\xD8\xFF}", 4,
      TRUE },
    { "emf", "{\\pict{\\*\\picprop{\\sp{\\sn x}{\\sv y}}}\\emfblip 01000000 6c}}", "image/emf", "picture-1.emf",
      "\1\0\0\0\x6C", 5, FALSE },
    { "wmf too short for a header", "{\\pict\\wmetafile8\\picw100\\pich50 0100}}", "image/wmf", "picture-1.wmf", "\1", 2,
      FALSE },
    { "wmf gets its header", "{\\pict\\wmetafile8\\picw100\\pich50 010009000003000000000000000000000000}}", "image/wmf",
      "picture-1.wmf",
      "\xD7\xCD\xC6\x9A\0\0\0\0\0\0\x64\0\x32\0\xEC\x09\0\0\0\0\xAB\x5E\1\0\x09\0\0\3\0\0\0\0\0\0\0\0\0\0\0\0", 40, FALSE },
    { "unknown kind", "{\\pict\\nosuchblip 4142}}", "application/octet-stream", "object-1.bin", "AB", 2, FALSE },
    { "object", "{\\object{\\*\\objclass Package}{\\*\\objdata 0105}{\\result x}}}", "application/octet-stream",
      "object-1.bin", "\1\5", 2, FALSE },
    { "of a drawing", "{\\shp{\\*\\shpinst{\\sp{\\sn pib}{\\sv{\\pict\\pngblip 89504E47}}}}}}", "image/png",
      "picture-1.png", "\x89PNG", 4, TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = g_strconcat (HEAD, rows[i].rtf, NULL);
      g_autoptr (IstRtf) rtf = ist_rtf_read (text, strlen (text), 10000, NULL);
      const IstRtfPicture *picture;

      ist_row ("%s", rows[i].name);
      if (!IST_ASSERT (rtf != NULL) || !IST_ASSERT_INT (rtf->pictures->len, 1))
        continue;
      picture = g_ptr_array_index (rtf->pictures, 0);
      IST_ASSERT_STR (picture->type, rows[i].type);
      IST_ASSERT_STR (picture->name, rows[i].file);
      IST_ASSERT_INT (picture->shown, rows[i].shown);
      if (IST_ASSERT_INT (g_bytes_get_size (picture->bytes), rows[i].size))
        IST_ASSERT (memcmp (g_bytes_get_data (picture->bytes, NULL), rows[i].bytes, rows[i].size) == 0);
      IST_ASSERT ((strstr (rtf->html, "cid:picture-1@rtf") != NULL) == rows[i].shown);
      IST_ASSERT ((strstr (rtf->text, rows[i].file) != NULL) == !rows[i].shown);
    }
}

#define METAFILE "010009000003000000000000000000000000"

/* Pictures without the headers of their files, whole and damaged; what cannot be right is kept as far as it goes. */
static void
test_picture_files (void)
{
  static const struct
  {
    const char *name, *words, *type;
    gsize size;
    guint offset; /* of the pixels in the header of a bitmap, or the size of a metafile; 0: not looked at */
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
    { "metafile, no size said", "\\wmetafile8 " METAFILE, "image/wmf", 40, 0 },
    { "metafile, far too large", "\\wmetafile8\\picwgoal2000000000\\pichgoal-5 " METAFILE, "image/wmf", 40, 0 },
    { "metafile of a size to be shown", "\\wmetafile8\\picw0\\picwgoal300\\pichgoal200 " METAFILE, "image/wmf", 40, 300 },
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
    { "kinds", test_kinds }, { "rendering", test_rendering }, { "pictures", test_pictures },
    { "files of pictures", test_picture_files },
    { "lzfu", test_lzfu },   { "bounds", test_bounds },
    { NULL, NULL },
  };

  return ist_test_main ("rtf", tests);
}
