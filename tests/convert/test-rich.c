/*
 * tests/convert/test-rich.c - CD records to the tree, the tree to HTML and to text.
 */
#include "convert/format/cd-records.h"
#include "convert/format/rich-html.h"
#include "convert/format/rich-text.h"

#include "tests/convert/cd-make.h"
#include "tests/harness/harness.h"

#include <string.h>

#define PAB(id, justify, left, flags, flags2)                                                      \
  "W130 w" id " w" justify " x6 w" left " w0 w" left " x42 w" flags " d0 w" flags2 ";B131 w" id ";"
#define CELL(row, column, flags, rows, columns)                                                    \
  "B164 b" row " b" column " w1440 w2880 w0 b85 b" flags " w0 b" rows " b" columns " w0;B129;"
#define LIST(points) "margin-top:0;margin-bottom:0;margin-left:" #points "pt;padding-left:0"
#define TEXT "W133 b1 b0 b0 b10 s"

/* ASCII is enough here. */
static char *
plain_text (const void *data, gsize size)
{
  char *text = g_strndup (size > 0 ? data : "", size);

  return g_strdelimit (text, "\x01", '?');
}

static char *
href (gpointer user, const IstDocLink *link)
{
  return g_strdup_printf ("notes:///%s/%s/%s", link->replica, link->view != NULL ? link->view : "0",
                          link->note != NULL ? link->note : "");
}

static IstRich *
read_streams (GByteArray *first, GByteArray *second, GBytes *fonts, GBytes *links,
              IstCdReport *report)
{
  g_autoptr (GPtrArray) chunks = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  IstCdInput input = { chunks, fonts, links, plain_text };

  g_ptr_array_add (chunks, g_bytes_new (first->data, first->len));
  if (second != NULL)
    g_ptr_array_add (chunks, g_bytes_new (second->data, second->len));
  return ist_cd_read (&input, report);
}

/* The blocks in the body of the document. */
static char *
html_of (IstRich *rich, GPtrArray **parts)
{
  IstRichHtmlOptions options = { .id_prefix = "t", .href = href };
  g_autofree char *html = ist_rich_to_html (rich, &options, parts);
  const char *begin = strstr (html, "font-size:10pt\">\n") + 17;

  return g_strndup (begin, (gsize) (strstr (begin, "</div>\n</body>") - begin));
}

static void
test_records (void)
{
  static const struct
  {
    const char *name, *script, *html, *text;
  } rows[] = {
    { "text", TEXT "Hello_<&>", "<p style=\"margin:0\">Hello &lt;&amp;&gt;</p>\n", "Hello <&>\n" },
    { "fonts", "W133 b0 b63 b2 b12 sx",
      "<p style=\"margin:0\"><span style=\"font-family:'Times New "
      "Roman',serif;font-size:12pt;color:#FF0000;\">"
      "<b><i><u><s><sup><sub>x</sub></sup></s></u></i></b></span></p>\n",
      "x\n" },
    { "an empty text is an empty line", TEXT ";B129;" TEXT "a",
      "<p style=\"margin:0\">&nbsp;</p>\n<p style=\"margin:0\">a</p>\n", "\na\n" },
    { "paragraph records alone", "B129;B129;B129;" TEXT "a",
      "<p style=\"margin:0\">&nbsp;</p>\n<p style=\"margin:0\">&nbsp;</p>\n<p "
      "style=\"margin:0\">a</p>\n",
      "\n\na\n" },
    { "centred and indented", PAB ("1", "3", "1800", "0", "0") TEXT "a",
      "<p style=\"margin:0;text-align:center;margin-left:18pt\">a</p>\n", "a\n" },
    { "margins of the author's window", PAB ("1", "0", "4474", "0", "768") TEXT "a",
      "<p style=\"margin:0\">a</p>\n", "a\n" },
    { "only the left one is a default", PAB ("1", "0", "1440", "0", "256") TEXT "a",
      "<p style=\"margin:0\">a</p>\n", "a\n" },
    { "read from right to left",
      PAB ("1", "0", "1800", "0", "16384") TEXT "a;B129;" PAB ("2", "0", "1440", "1024", "16384")
          TEXT "b",
      "<p dir=\"rtl\" style=\"margin:0;margin-right:18pt\">a</p>\n<ul dir=\"rtl\" "
      "style=\"margin-top:0;margin-bottom:0;"
      "margin-right:18pt;padding-right:0;list-style-type:disc\">\n<li "
      "style=\"margin:0\">b</li></ul>\n",
      "a\n* b\n" },
    { "hidden from Notes", PAB ("1", "0", "1440", "32768", "0") TEXT "secret", "", "" },
    { "hidden from readers", PAB ("1", "0", "1440", "16", "0") TEXT "secret", "", "" },
    { "lists",
      PAB ("1", "0", "1440", "4096", "0") TEXT "one;B129;" TEXT "two;B129;" PAB (
          "2", "0", "1800", "1024", "0") TEXT "in;B129;B131 w1;" TEXT "three",
      "<ol style=\"" LIST (
          18) "\">\n<li style=\"margin:0\">one</li>\n<li "
              "style=\"margin:0\">two"
              "<ul style=\"" LIST (
                  18) ";list-style-type:disc\">\n<li style=\"margin:0\">in</li></ul>\n</li>\n"
                      "<li style=\"margin:0\">three</li></ol>\n",
      "1. one\n2. two\n   * in\n3. three\n" },
    { "check list",
      PAB ("1", "0", "1440", "0", "2") TEXT "a;B129;" PAB ("2", "0", "1440", "0", "8192") TEXT "b",
      "<ul style=\"" LIST (18) ";list-style-type:none\">\n<li "
                               "style=\"margin:0\">\xE2\x98\x91 a</li>\n<li "
                               "style=\"margin:0\">\xE2\x98\x90 b"
                               "</li></ul>\n",
      "[x] a\n[ ] b\n" },
    { "lists of every form",
      PAB ("1", "0", "1440", "0", "2048") TEXT "a;B129;" PAB ("2", "0", "1440", "0", "4096") TEXT
      "b;B129;" PAB ("3", "0", "1440", "0", "2050") TEXT "c;B129;" PAB (
          "4", "0", "1440", "0", "4098") TEXT "d;B129;" PAB ("5", "0", "1440", "0", "6144") TEXT
      "e;B129;" PAB ("6", "0", "1440", "0", "6146") TEXT "f;B129;B131 w6;" TEXT "g",
      "<ul style=\"" LIST (
          18) ";list-style-type:circle\">\n<li style=\"margin:0\">a</li></ul>\n"
              "<ul style=\"" LIST (
                  18) ";list-style-type:square\">\n<li style=\"margin:0\">b</li></ul>\n"
                      "<ol style=\"" LIST (
                          18) ";list-style-type:upper-roman\">\n<li "
                              "style=\"margin:0\">c</li></ol>\n"
                              "<ol style=\"" LIST (
                                  18) ";list-style-type:lower-roman\">\n<li "
                                      "style=\"margin:0\">d</li></ol>\n"
                                      "<ol style=\"" LIST (
                                          18) ";list-style-type:upper-alpha\">\n<li "
                                              "style=\"margin:0\">e</li></ol>\n"
                                              "<ol style=\"" LIST (
                                                  18) ";list-style-type:lower-alpha\">\n<li "
                                                      "style=\"margin:0\">f</li>\n"
                                                      "<li style=\"margin:0\">g</li></ol>\n",
      "* a\n* b\nI. c\ni. d\nA. e\na. f\nb. g\n" },
    { "list indented by an inch", PAB ("1", "0", "2880", "1024", "0") TEXT "a",
      "<ul style=\"" LIST (72) ";list-style-type:disc\">\n<li style=\"margin:0\">a</li></ul>\n",
      "* a\n" },
    { "faces and what stands in for them", "W133 b4 b0 b0 b10 sa",
      "<p style=\"margin:0\"><span style=\"font-family:'Courier New',monospace;\">a</span></p>\n",
      "a\n" },
    { "section", "W173 w12 d8 w0;W172 d2 b1 b1 b0 b10 zMore;B129;" TEXT "in;B174;B129;" TEXT "out",
      "<h3 style=\"margin:6pt 0 2pt 0;font-size:1em\"><b>More</b></h3>\n<div "
      "style=\"margin-left:12pt\">\n"
      "<p style=\"margin:0\">in</p>\n</div>\n<p style=\"margin:0\">out</p>\n",
      "More\n----\nin\nout\n" },
    { "address with its text", "W173 w11 d4096 w11 shttp://a/?b;" TEXT "here;B174;" TEXT "_end",
      "<div style=\"margin:0\"><a href=\"http://a/?b\">here</a> end</div>\n",
      "here <http://a/?b> end\n" },
    { "address in a resource", "W173 w11 d0 w0;W246 d0 w1 w0 w8 w0 w0 x8 shttp://a;" TEXT "x;B174",
      "<div style=\"margin:0\"><a href=\"http://a\">x</a></div>\n", "x <http://a>\n" },
    { "link over two paragraphs", "W173 w11 d4096 w8 shttp://a;" TEXT "x;B129;" TEXT "y;B174",
      "<div style=\"margin:0\"><a href=\"http://a\">x</a></div>\n<div style=\"margin:0\"><a "
      "href=\"http://a\">y</a>"
      "</div>\n",
      "x <http://a>\ny <http://a>\n" },
    { "address that would run code", "W173 w11 d4096 w14 sjavascript:x();" TEXT "x;B174",
      "<div style=\"margin:0\">x</div>\n", "x <javascript:x()>\n" },
    { "popup", "W173 w1 d0 w4 snote;" TEXT "x;B174",
      "<div style=\"margin:0\"><span style=\"border-bottom:1px dotted #808080\">x</span> "
      "<span style=\"color:#606060\">[popup: note]</span></div>\n",
      "x [popup: note]\n" },
    { "button", "W173 w3 d16 w2 b1 b2;W171 w0 w0 w0 w0 d0 zOK;B174",
      "<div style=\"margin:0\"><span style=\"color:#606060\">[button: OK]</span></div>\n",
      "[button: OK]\n" },
    { "attachment, its icon left out", "W173 w4 d0 w12 zATT1 zr.txt;L153 w1 w1;L149 x24;B174",
      "<p style=\"margin:0\">[attachment: r.txt]</p>\n", "[attachment: r.txt]\n" },
    { "rule", TEXT "a;W201 d0 w0 w0 w0;" TEXT "b",
      "<p style=\"margin:0\">a</p>\n<hr>\n<p style=\"margin:0\">b</p>\n",
      "a\n----------------------------------------\nb\n" },
    { "bitmap", "L153 w300 w150 x16;L149 x40",
      "<div style=\"margin:0\"><span style=\"color:#606060\">[picture: 20 x 10]</span></div>\n",
      "[picture: 20 x 10]\n" },
    { "table of the author",
      "W204;" TEXT "<table_border=1_onclick=x()><tr_bgcolor=#FF0000><td_style=x_colspan=2>a<td>b<"
                   "tr><th>c</table>d;W205",
      "<div style=\"margin:0\"><table border=\"1\"><tr bgcolor=\"#FF0000\"><td "
      "colspan=\"2\">a</td><td>b</td></tr>"
      "<tr><th>c</th></tr></table>d</div>\n",
      "a | b\nc\nd\n" },
    { "font of the author",
      "W204;" TEXT "<font_color=red_size=\"a(b)\"_onclick=\"x()\">a</font></td></table>;W205",
      "<div style=\"margin:0\"><font color=\"red\">a</font></div>\n", "a\n\n" },
    { "list of the author", "W204;" TEXT "<ul><li>a<li>b</ul>;W205",
      "<div style=\"margin:0\"><ul><li>a<li>b</li></li></ul></div>\n", "* a\n* b\n" },
    { "HTML of the author", "W204;" TEXT "<b>x<script>y</script><td>;W205",
      "<div style=\"margin:0\"><b>x</b></div>\n", "x\n" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GByteArray) cd = g_byte_array_new ();
      g_auto (IstCdReport) report = { 0 };
      g_autoptr (IstRich) rich = NULL;
      g_autoptr (GPtrArray) parts = NULL;
      g_autofree char *html = NULL;
      g_autofree char *text = NULL;
      IstRichHtmlOptions options = { .href = href };

      ist_row ("%s", rows[i].name);
      cd_make (cd, rows[i].script);
      rich = read_streams (cd, NULL, NULL, NULL, &report);
      html = html_of (rich, &parts);
      text = ist_rich_to_text (rich, &options);
      IST_ASSERT_STR (html, rows[i].html);
      IST_ASSERT_STR (text, rows[i].text);
      IST_ASSERT_STR (report.damage, NULL);
      IST_ASSERT_INT (report.unknown, 0);
    }
}

/* Tables without their styles. */
static char *
skeleton (const char *html)
{
  g_autoptr (GRegex) noise = g_regex_new (
      " (style|valign|cellspacing|cellpadding|border|width)=\"[^\"]*\"|\n", 0, 0, NULL);

  return g_regex_replace_literal (noise, html, -1, 0, "", 0, NULL);
}

static void
test_tables (void)
{
  static const struct
  {
    const char *name, *script, *html, *text;
  } rows[] = {
    { "two by two",
      "B163 x12;" CELL ("0", "0", "2", "1", "1") TEXT "a;" CELL ("0", "1", "2", "1", "1") TEXT
      "b;" CELL ("1", "0", "2", "1", "1") TEXT "c;" CELL ("1", "1", "2", "1", "1") TEXT
      "d;B165 d0;B129;" TEXT "after",
      "<table><tr><td><p>a</p></td><td><p>b</p></td></tr><tr><td><p>c</p></td><td><p>d</p></td></"
      "tr></table>"
      "<p>after</p>",
      "a | b\nc | d\nafter\n" },
    { "merged: the last cell has spans and content",
      "B163 x12;" CELL ("0", "0", "6", "1", "1") CELL ("0", "1", "6", "1", "1")
          CELL ("0", "2", "2", "1", "1") TEXT "x;" CELL ("1", "0", "6", "1", "1") CELL (
              "1", "1", "2", "2", "2") TEXT "big;" CELL ("1", "2", "2", "1", "1") TEXT "y;B165 d0",
      "<table><tr><td rowspan=\"2\" "
      "colspan=\"2\"><p>big</p></td><td><p>x</p></td></tr><tr><td><p>y</p></td></tr>"
      "</table>",
      "big | x\ny\n" },
    { "spans that reach out of the table",
      "B163 x12;" CELL ("0", "0", "2", "9", "9") TEXT "a;B165 d0",
      "<table><tr><td><p>a</p></td></tr></table>", "a\n" },
    { "tabs",
      "W251 d0 b2 b1 x8 w4;B163 x12;" CELL ("0", "0", "2", "1", "1") TEXT
      "a;W227 zFirst x122;" CELL ("1", "0", "2", "1", "1") TEXT "b;W227 zSecond x121;B165 d0",
      "<p><b>First</b></p><table><tr><td><p>a</p></td></tr></table>"
      "<p><b>Second</b></p><table><tr><td><p>b</p></td></tr></table>",
      "[First]\na\n[Second]\nb\n" },
    { "a table in a cell, coloured",
      "B163 x12;" CELL (
          "0", "0", "2", "1",
          "1") "B211 w1 b255 b0 b128 b0;B207 x12;B208 b0 b0 w0 w0 w0 b85 b2;B129;" TEXT
               "in;B209 d0;B129;" TEXT "x;B165 d0",
      "<table><tr><td "
      "bgcolor=\"#FF0080\"><table><tr><td><p>in</p></td></tr></table><p>x</p></td></tr></table>",
      "in\nx\n" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GByteArray) cd = g_byte_array_new ();
      g_auto (IstCdReport) report = { 0 };
      g_autoptr (IstRich) rich = NULL;
      g_autoptr (GPtrArray) parts = NULL;
      g_autofree char *html = NULL;
      g_autofree char *bare = NULL;
      g_autofree char *text = NULL;

      ist_row ("%s", rows[i].name);
      cd_make (cd, rows[i].script);
      rich = read_streams (cd, NULL, NULL, NULL, &report);
      html = html_of (rich, &parts);
      bare = skeleton (html);
      text = ist_rich_to_text (rich, NULL);
      IST_ASSERT_STR (bare, rows[i].html);
      IST_ASSERT_STR (text, rows[i].text);
    }
}

/* Widths are shares where the table goes with the window. */
static void
test_widths (void)
{
  static const struct
  {
    const char *name, *script, *want;
  } rows[] = {
    { "fixed",
      "B163 x10 w0;B164 b0 b0 w1440 w2940 w0 b85 b2 w0 b1 b1 w0;B129;B164 b0 b1 w2940 w7440 w0 b85 "
      "b2 w0 b1 b1 w0;B165 d0",
      "<table> 100 300" },
    { "with the window",
      "B163 x10 w1;B164 b0 b0 w1440 w2940 w0 b85 b2 w0 b1 b1 w0;B129;B164 b0 b1 w2940 w7440 w0 b85 "
      "b2 w0 b1 b1 w0;B165 d0",
      "<table 100%> 25% 75%" },
    { "a fixed one in it",
      "B163 x10 w1;B164 b0 b0 w1440 w2940 w0 b85 b2 w0 b1 b1 w0;B129;B207 x10 w0;B208 b0 b0 w1440 "
      "w1740 w0 b85 b2 w0 b1 b1 w0;"
      "B209 d0;B164 b0 b1 w2940 w7440 w0 b85 b2 w0 b1 b1 w0;B165 d0",
      "<table 100%> 25%<table> 20 75%" },
    { "without widths", "B163 x10 w1;B164 b0 b0 w9 w9 w0 b85 b2 w0 b1 b1 w0;B165 d0",
      "<table 100%>" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GRegex) tag = g_regex_new (
          "<(table|td)[^>]*?(?: width=\"([0-9%]+)\")?(?: valign[^>]*| style[^>]*)>", 0, 0, NULL);
      g_autoptr (GMatchInfo) match = NULL;
      g_autoptr (GString) got = g_string_new (NULL);
      g_autoptr (GByteArray) cd = g_byte_array_new ();
      g_auto (IstCdReport) report = { 0 };
      g_autoptr (IstRich) rich = NULL;
      g_autoptr (GPtrArray) parts = NULL;
      g_autofree char *html = NULL;

      ist_row ("%s", rows[i].name);
      cd_make (cd, rows[i].script);
      rich = read_streams (cd, NULL, NULL, NULL, &report);
      html = html_of (rich, &parts);
      for (g_regex_match (tag, html, 0, &match); g_match_info_matches (match);
           g_match_info_next (match, NULL))
        {
          g_autofree char *name = g_match_info_fetch (match, 1);
          g_autofree char *width = g_match_info_fetch (match, 2);
          gboolean has = width != NULL && *width != '\0';

          if (strcmp (name, "table") == 0)
            g_string_append_printf (got, "<table%s%s>", has ? " " : "", has ? width : "");
          else if (has)
            g_string_append_printf (got, " %s", width);
        }
      IST_ASSERT_STR (got->str, rows[i].want);
    }
}

/* A metafile of these records, each words as two hexadecimal bytes; the sizes are put in. */
static GBytes *
metafile (const char *const *records)
{
  GByteArray *out = g_byte_array_new ();

  g_byte_array_append (out, (const guint8 *) "\x01\0\x09\0\0\x03\0\0\0\0\0\0\0\0\0\0\0\0", 18);
  for (; *records != NULL; records++)
    {
      guint n = (guint) strlen (*records) / 2;
      const guint8 head[4] = { (guint8) ((n + 4) / 2), (guint8) ((n + 4) / 2 >> 8), 0, 0 };

      g_byte_array_append (out, head, 4);
      for (guint i = 0; i < n; i++)
        {
          guint8 byte = (guint8) (g_ascii_xdigit_value ((*records)[2 * i]) << 4
                                  | g_ascii_xdigit_value ((*records)[2 * i + 1]));

          g_byte_array_append (out, &byte, 1);
        }
    }
  return g_byte_array_free_to_bytes (out);
}

/* Two pixels of 24 bits in one row of 8 bytes. */
#define ROW "0000FF00FF000000"
#define STRETCH                                                                                    \
  "410B2000CC000100020000000000010002000000000028000000020000000100000001001800000000000000000000" \
  "000000000000000000000000000000" ROW
#define WINDOW "0C0201000200"
#define RECTANGLE "1B0401000100000000000000"
#define END "0000"

static void
test_metafiles (void)
{
  static const struct
  {
    const char *name;
    const char *records[4];
    const char *type;
  } rows[] = {
    { "one bitmap", { WINDOW, STRETCH, END, NULL }, "image/bmp" },
    { "without an end", { WINDOW, STRETCH, NULL, NULL }, "image/bmp" },
    { "something else too", { STRETCH, RECTANGLE, END, NULL }, "image/wmf" },
    { "two bitmaps", { STRETCH, STRETCH, END, NULL }, "image/wmf" },
    { "no bitmap", { WINDOW, END, NULL, NULL }, "image/wmf" },
    { "a bitmap without its pixels",
      { "410B2000CC00010002000000000001000200000000002800000002000000020000000100180000000000000000"
        "0000000000000000000000000000000000" ROW,
        END, NULL, NULL },
      "image/wmf" },
    { "a bitmap of no size",
      { "410B2000CC00010002000000000001000200000000002800000000000000010000000100180000000000000000"
        "0000000000000000000000000000000000" ROW,
        END, NULL, NULL },
      "image/wmf" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) wmf = metafile (rows[i].records);
      g_autoptr (IstRich) rich = ist_rich_new ();
      IstRichParagraph plain = { 0 };
      IstRichNode *p = ist_rich_add_paragraph (rich, ist_rich_root (rich), &plain);
      g_autoptr (GPtrArray) parts = NULL;
      g_autofree char *html = NULL;
      const IstRichPart *part;

      ist_row ("%s", rows[i].name);
      ist_rich_add_image (rich, p, wmf, 2, 1, NULL);
      html = html_of (rich, &parts);
      if (!IST_ASSERT_INT (parts->len, 1))
        continue;
      part = g_ptr_array_index (parts, 0);
      IST_ASSERT_STR (part->type, rows[i].type);
      if (strcmp (part->type, "image/bmp") == 0)
        {
          gsize size;
          const guint8 *data = g_bytes_get_data (part->bytes, &size);

          IST_ASSERT_INT (size, 14 + 40 + 8);
          IST_ASSERT (memcmp (data, "BM\x3E\0\0\0\0\0\0\0\x36\0\0\0\x28", 15) == 0);
          IST_ASSERT (strstr (html, "alt=\"\"") != NULL);
        }
      else
        IST_ASSERT (strstr (html, "alt=\"picture1.wmf\"") != NULL);
    }
}

static void
test_wide_picture (void)
{
  static const char png[] = "\x89PNG\r\n\x1A\n0123456789";
  g_autoptr (GBytes) bytes = g_bytes_new_static (png, sizeof png - 1);
  g_autoptr (IstRich) rich = ist_rich_new ();
  IstRichParagraph plain = { 0 };
  g_autoptr (GPtrArray) parts = NULL;
  g_autofree char *html = NULL;

  ist_rich_add_image (rich, ist_rich_add_paragraph (rich, ist_rich_root (rich), &plain), bytes,
                      1400, 8, "x");
  html = html_of (rich, &parts);
  IST_ASSERT (strstr (html, " width=\"1400\" height=\"8\" border=\"0\" alt=\"x\" "
                            "style=\"max-width:100%;height:auto\">")
              != NULL);
}

static void
test_links_and_fonts (void)
{
  g_autoptr (GByteArray) cd = g_byte_array_new ();
  g_autoptr (GByteArray) links = g_byte_array_new ();
  g_autoptr (GByteArray) fonts = g_byte_array_new ();
  g_autoptr (GBytes) link_bytes = NULL;
  g_autoptr (GBytes) font_bytes = NULL;
  g_auto (IstCdReport) report = { 0 };
  g_autoptr (IstRich) rich = NULL;
  g_autoptr (GPtrArray) parts = NULL;
  g_autofree char *html = NULL;

  /* The value of $Links has no record header: it is cut off. */
  cd_make (links, "W0 w1 d2 d1 x16 d4 d3 d6 d5");
  cd_make (fonts, "W139 w1 b5 b0 zSymbol x25");
  cd_make (cd, "W145 w0 zTitle zCN=S/O=X z;W133 b5 b0 b0 b10 sx;W145 w9 zgone");
  link_bytes = g_bytes_new (links->data + 4, links->len - 4);
  font_bytes = g_bytes_new (fonts->data, fonts->len);
  rich = read_streams (cd, NULL, font_bytes, link_bytes, &report);
  html = html_of (rich, &parts);
  IST_ASSERT_STR (
      html, "<div style=\"margin:0\">"
            "<a href=\"notes:///0000000100000002/0/00000003000000040000000500000006\">Title</a>"
            "<span style=\"font-family:'Symbol';\">x</span>"
            "<a href=\"notes:///(null)/0/\">gone</a></div>\n");
}

static void
test_picture_over_chunks (void)
{
  static const char png[] = "\x89PNG\r\n\x1A\n0123456789";
  g_autoptr (GByteArray) first = g_byte_array_new ();
  g_autoptr (GByteArray) second = g_byte_array_new ();
  g_auto (IstCdReport) report = { 0 };
  g_autoptr (IstRich) rich = NULL;
  g_autoptr (GPtrArray) parts = NULL;
  g_autofree char *html = NULL;
  const IstRichPart *part;

  cd_make_image (first, second, png, sizeof png - 1, 5, 2);
  cd_make (second, "W202 w3 w0 d0 sAlt;" TEXT "after");
  rich = read_streams (first, second, NULL, NULL, &report);
  html = html_of (rich, &parts);
  IST_ASSERT_STR (
      html,
      "<p style=\"margin:0\"><img src=\"cid:t.1@isthmus\" width=\"20\" height=\"10\" border=\"0\" "
      "alt=\"Alt\">after</p>\n");
  if (!IST_ASSERT_INT (parts->len, 1))
    return;
  part = g_ptr_array_index (parts, 0);
  IST_ASSERT_STR (part->type, "image/png"); /* the record says JPEG */
  IST_ASSERT_STR (part->name, "picture1.png");
  IST_ASSERT_INT (g_bytes_get_size (part->bytes), sizeof png - 1);
  IST_ASSERT_INT (report.incomplete_images, 0);
}

static void
test_damage (void)
{
  g_autoptr (GByteArray) cd = g_byte_array_new ();
  g_auto (IstCdReport) report = { 0 };
  g_autoptr (IstRich) rich = NULL;
  g_autofree char *text = NULL;

  cd_make (cd, TEXT "before;W7 d1;B99 w1");
  g_byte_array_append (cd, (const guint8 *) "\x85\xFF\xF0\xF0", 4);
  rich = read_streams (cd, NULL, NULL, NULL, &report);
  text = ist_rich_to_text (rich, NULL);
  IST_ASSERT_STR (text, "before\n");
  IST_ASSERT_STR (report.damage, "record with wrong length in item 1 at offset 26");
  IST_ASSERT_INT (report.unknown, 2);
  IST_ASSERT_INT (report.counts[IST_CD_WORD][7], 1);
  IST_ASSERT_STR (ist_cd_record_name (IST_CD_WORD, 133), "text");
}

static void
test_bounds (void)
{
  g_autoptr (IstRich) rich = ist_rich_new ();
  IstRichCell cell = { .background = IST_RICH_NO_COLOUR };
  IstRichNode *block = ist_rich_root (rich);

  IST_ASSERT (ist_rich_is_empty (rich));
  while (block != NULL)
    {
      IstRichNode *table = ist_rich_add_table (rich, block, NULL);

      block = ist_rich_add_cell (rich, ist_rich_add_row (rich, table), &cell);
    }
  IST_ASSERT (ist_rich_truncated (rich));
  IST_ASSERT (ist_rich_is_empty (rich));
}

int
main (void)
{
  static const IstTest tests[] = {
    { "records", test_records },
    { "tables", test_tables },
    { "widths", test_widths },
    { "metafiles", test_metafiles },
    { "wide picture", test_wide_picture },
    { "links and fonts", test_links_and_fonts },
    { "a picture over two items", test_picture_over_chunks },
    { "damage", test_damage },
    { "bounds", test_bounds },
    { NULL, NULL },
  };

  return ist_test_main ("rich", tests);
}
