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
      "Roman';font-size:12pt;color:#FF0000;\">"
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
    { "hidden from readers", PAB ("1", "0", "1440", "16", "0") TEXT "secret", "", "" },
    { "lists",
      PAB ("1", "0", "1440", "4096", "0") TEXT "one;B129;" TEXT "two;B129;" PAB (
          "2", "0", "1800", "1024", "0") TEXT "in;B129;B131 w1;" TEXT "three",
      "<ol style=\"margin-top:0;margin-bottom:0\">\n<li style=\"margin:0\">one</li>\n<li "
      "style=\"margin:0\">two"
      "<ul style=\"margin-top:0;margin-bottom:0\">\n<li style=\"margin:0\">in</li></ul>\n</li>\n"
      "<li style=\"margin:0\">three</li></ol>\n",
      "1. one\n2. two\n   * in\n3. three\n" },
    { "check list",
      PAB ("1", "0", "1440", "0", "2") TEXT "a;B129;" PAB ("2", "0", "1440", "0", "8192") TEXT "b",
      "<ul style=\"margin-top:0;margin-bottom:0;list-style-type:none\">\n<li "
      "style=\"margin:0\">\xE2\x98\x91 a</li>"
      "</ul>\n<ul style=\"margin-top:0;margin-bottom:0;list-style-type:none\">\n<li "
      "style=\"margin:0\">\xE2\x98\x90 b"
      "</li></ul>\n",
      "[x] a\n[ ] b\n" },
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
      "<div style=\"margin:0\"><span style=\"color:#606060\">[picture, 20 x 10]</span></div>\n",
      "[picture, 20 x 10]\n" },
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

      ist_row ("%s", rows[i].name);
      cd_make (cd, rows[i].script);
      rich = read_streams (cd, NULL, NULL, NULL, &report);
      html = html_of (rich, &parts);
      text = ist_rich_to_text (rich, href, NULL);
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
      text = ist_rich_to_text (rich, NULL, NULL);
      IST_ASSERT_STR (bare, rows[i].html);
      IST_ASSERT_STR (text, rows[i].text);
    }
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
  text = ist_rich_to_text (rich, NULL, NULL);
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
    { "links and fonts", test_links_and_fonts },
    { "a picture over two items", test_picture_over_chunks },
    { "damage", test_damage },
    { "bounds", test_bounds },
    { NULL, NULL },
  };

  return ist_test_main ("rich", tests);
}
