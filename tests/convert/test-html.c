/*
 * HTML: its tokens where it is broken; the lists, comments and pictures of Outlook made plain.
 */
#include "convert/format/html.h"
#include "convert/outlook-html.h"
#include "tests/harness/harness.h"

#include <string.h>

/* One letter a token and its text: t text, o open, c close, m comment, d declaration, e tail; upper case: broken. */
static char *
tokens (const char *html)
{
  IstHtmlScanner scanner = { .text = html, .size = strlen (html) };
  IstHtmlToken token;
  GString *out = g_string_new (NULL);

  while (ist_html_next (&scanner, &token))
    {
      char letter = "tocmde"[token.kind];

      g_string_append_printf (out, "%s%c[%.*s]", out->len > 0 ? " " : "",
                              token.broken ? g_ascii_toupper (letter) : letter, (int) token.size,
                              token.start);
    }
  return g_string_free (out, FALSE);
}

static void
test_tokens (void)
{
  static const struct
  {
    const char *name, *html, *want;
  } rows[] = {
    { "comment", "a<!-- <b> -->c", "t[a] m[<!-- <b> -->] t[c]" },
    { "empty comments", "<!--><!--->x", "m[<!-->] m[<!--->] t[x]" },
    { "comment ended with a bang", "<!--a--!>x-->", "m[<!--a--!>] t[x-->]" },
    { "a bang at once ends none", "<!--!>x-->y", "m[<!--!>x-->] t[y]" },
    { "dashes before the end", "<!-- ----->x", "m[<!-- ----->] t[x]" },
    { "comment in a comment", "<!--a<!--b-->c-->", "m[<!--a<!--b-->] t[c-->]" },
    { "comment without its end", "a<!-- b <i>c</i>", "t[a] M[<!-- b <i>] t[c] c[</i>]" },
    { "and no bracket either", "a<!-- b", "t[a] e[<!-- b]" },
    { "conditional without its end", "<!--[if mso]><i>c", "M[<!--[if mso]>] o[<i>] t[c]" },
    { "revealed", "<![if !vml]>x<![endif]>", "d[<![if !vml]>] t[x] d[<![endif]>]" },
    { "revealed to others", "<!--[if !mso]><!-->x<!--<![endif]-->", "m[<!--[if !mso]><!-->] t[x] m[<!--<![endif]-->]" },
    { "cdata ends at a bracket", "<![CDATA[a<b>]]>c", "d[<![CDATA[a<b>] t[]]>c]" },
    { "bogus", "<!x y>a<?xml v=\"1\"?>b</3>c</>d", "d[<!x y>] t[a] d[<?xml v=\"1\"?>] t[b] d[</3>] t[c] d[</>] t[d]" },
    { "bogus without its end", "a<!x", "t[a] e[<!x]" },
    { "quote without its end", "<p><a b=\"c>d</a>e", "o[<p>] O[<a b=\"c>] t[d] c[</a>] t[e]" },
    { "whole quotes behind it", "<a b='c>d<i f=\"g\">", "O[<a b='c>] t[d] o[<i f=\"g\">]" },
    { "cut in a tag", "a<p class=\"Mso", "t[a] e[<p class=\"Mso]" },
    { "no tag", "1 < 2 <3 << </", "t[1 ] t[< 2 ] t[<3 ] t[<] t[< ] t[</]" },
    { "style", "<style><!-- a </style>x", "o[<style>] t[<!-- a ] c[</style>] t[x]" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *got = tokens (rows[i].html);

      ist_row ("%s", rows[i].name);
      IST_ASSERT_STR (got, rows[i].want);
    }
}

static char *
picture (gpointer user G_GNUC_UNUSED, const char *src)
{
  return g_str_has_prefix (src, "cid:")    ? g_strdup ("")
         : g_str_has_prefix (src, "data:") ? g_strdup_printf ("new:%zu", strlen (src))
                                           : NULL;
}

static char *
clean (const char *html)
{
  IstOutlookHtml report = { .picture = picture };
  g_autofree char *once = ist_outlook_html_clean (html, &report);
  g_autofree char *twice = once != NULL ? ist_outlook_html_clean (once, &report) : NULL;

  IST_ASSERT (twice == NULL);
  return g_steal_pointer (&once);
}

/* A list paragraph of Word: its level, marker and text. */
#define P(level, marker, text)                                                                     \
  "<p class=MsoListParagraph style='margin-left:36.0pt;text-indent:-18.0pt;mso-list:l0 level" level \
  " lfo1'><![if !supportLists]><span style='mso-list:Ignore'>" marker                              \
  "<span style='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp; </span></span><![endif]>" text "<o:p></o:p></p>\n"
#define LI "<li class=\"MsoListParagraph\" style=\"margin-left:0\">"

static void
test_lists (void)
{
  static const struct
  {
    const char *name, *html, *want;
  } rows[] = {
    { "from one", P ("1", "1.", "a") P ("1", "2.", "b"), "<ol>" LI "a\n</li>" LI "b\n</li></ol>" },
    { "from three", P ("1", "3.", "a") P ("1", "4.", "b"), "<ol start=\"3\">" LI "a\n</li>" LI "b\n</li></ol>" },
    { "from zero", P ("1", "0.", "a"), "<ol start=\"0\">" LI "a\n</li></ol>" },
    { "a number left out", P ("1", "1.", "a") P ("1", "5)", "b"), "<ol>" LI "a\n</li></ol><ol start=\"5\">" LI "b\n</li></ol>" },
    { "brackets", P ("1", "(1)", "a"), "<ol>" LI "a\n</li></ol>" },
    { "letters", P ("1", "a)", "a") P ("1", "b)", "b"), "<ol type=\"a\">" LI "a\n</li>" LI "b\n</li></ol>" },
    { "capitals from C", P ("1", "C.", "a") P ("1", "D.", "b"), "<ol type=\"A\" start=\"3\">" LI "a\n</li>" LI "b\n</li></ol>" },
    { "letters up to i", P ("1", "h.", "a") P ("1", "i.", "b") P ("1", "j.", "c"),
      "<ol type=\"a\" start=\"8\">" LI "a\n</li>" LI "b\n</li>" LI "c\n</li></ol>" },
    { "letters after z", P ("1", "z.", "a") P ("1", "aa.", "b"), "<ol type=\"a\" start=\"26\">" LI "a\n</li>" LI "b\n</li></ol>" },
    { "roman", P ("1", "i.", "a") P ("1", "ii.", "b"), "<ol type=\"i\">" LI "a\n</li>" LI "b\n</li></ol>" },
    { "roman capitals from four", P ("1", "IV.", "a") P ("1", "V.", "b"), "<ol type=\"I\" start=\"4\">" LI "a\n</li>" LI "b\n</li></ol>" },
    { "gone on after a paragraph", P ("1", "1.", "a") "<p>x</p>" P ("1", "2.", "b"),
      "<ol>" LI "a\n</li></ol><p>x</p><ol start=\"2\">" LI "b\n</li></ol>" },
    { "letters gone on after a paragraph", P ("1", "h.", "a") "<p>x</p>" P ("1", "i.", "b"),
      "<ol type=\"a\" start=\"8\">" LI "a\n</li></ol><p>x</p><ol type=\"a\" start=\"9\">" LI "b\n</li></ol>" },
    { "levels", P ("1", "1.", "a") P ("2", "b.", "b") P ("2", "c.", "c") P ("1", "2.", "d") P ("2", "a.", "e"),
      "<ol>" LI "a\n<ol type=\"a\" start=\"2\">" LI "b\n</li>" LI "c\n</li></ol></li>" LI "d\n<ol type=\"a\">" LI "e\n</li></ol></li></ol>" },
    { "a level left out", P ("2", "1.", "a") P ("1", "1.", "b"), "<ul><ol>" LI "a\n</li></ol></ul><ol>" LI "b\n</li></ol>" },
    { "bullets", P ("1", "&middot;", "a") P ("2", "o", "b") P ("1", "\xC2\xA7", "c"), "<ul>" LI "a\n<ul>" LI "b\n</li></ul></li>" LI "c\n</li></ul>" },
    { "bullet of two signs", P ("1", "-&gt;", "a"), "<ul>" LI "a\n</li></ul>" },
    { "bullet of a private font", P ("1", "\xEF\x82\xB7", "a"), "<ul>" LI "a\n</li></ul>" },
    { "bullets, then numbers", P ("1", "&middot;", "a") P ("1", "1.", "b"), "<ul>" LI "a\n</li></ul><ol>" LI "b\n</li></ol>" },
    { "comment between items", P ("1", "1.", "a") "<!--[if mso]>x<![endif]-->" P ("1", "2.", "b"), "<ol>" LI "a\n</li>" LI "b\n</li></ol>" },
    { "parts of the number", P ("1", "<span>1</span>2.", "a"), "<ol start=\"12\">" LI "a\n</li></ol>" },
    { "direction and colour stay", "<p dir=RTL style='color:red;text-indent:-18pt;mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>1.</span>a</p>",
      "<ol><li dir=\"RTL\" style=\"color:red\">a</li></ol>" },
    { "no list can show it: parts", "<p style='mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>1.2.<span>&nbsp;</span></span>a</p><o:p>",
      "<p><span>1.2.<span>&nbsp;</span></span>a</p>" },
    { "no list can show it: words", "<p style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>Step 1:</span>a</p><o:p>", "<p><span>Step 1:</span>a</p>" },
    { "no list can show it: other digits", "<p style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>\xE2\x91\xA0</span>a</p><o:p>", "<p><span>\xE2\x91\xA0</span>a</p>" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *got = clean (rows[i].html);

      ist_row ("%s", rows[i].name);
      IST_ASSERT (got != NULL);
      IST_ASSERT_STR (got != NULL ? g_strstrip (got) : NULL, rows[i].want);
    }
}

static void
test_clean (void)
{
  static const struct
  {
    const char *name, *html, *want; /* want NULL: nothing to gain */
  } rows[] = {
    { "comment without its end", "a<!-- b <i>c</i>", "ac</i>" },
    { "conditional without its end", "a<!--[if mso]><o:p>b</o:p>", "ab" },
    { "two of them", "a<!--x>b<!--y>c", "abc" },
    { "cut in a comment", "<o:p>a<!-- b", "a<!-- b" },
    { "cut in a tag", "<o:p>a<p class=\"Mso", "a<p class=\"Mso" },
    { "cut in a list", "<p style='mso-list:l0 level1'><span style='mso-list:Ignore'>1.</span>a</p><p cl", "<ol><li>a</li></ol><p cl" },
    { "quote without its end", "<a class=x href=\"http://y>b</a> c", "<a class=x>b</a> c" },
    { "and in a style", "<p style='mso-x:y>b</p>", "<p>b</p>" },
    { "ended comments stay", "a<!-- b -->c<!x>d", NULL },
    { "cdata stays", "<![CDATA[a]]>", NULL },
    { "bogus stays", "a</3>b", NULL },
    { "xml", "<?xml:namespace prefix = o ns = \"x\" />a", "a" },
    { "revealed", "<![if !vml]>a<![endif]>b", "ab" },
    { "hidden in revealed", "<!--[if gte mso 9]>x<!-- y --> a<![endif]-->b", " ab" },
    { "revealed to others", "<!--[if !mso]><!-->a<!--<![endif]-->", "a" },
    { "small", "<o:p>1 < 2", "1 &lt; 2" },
    { "picture of a style", "<td style=\"background:url(data:image/png;base64,AA==) no-repeat\">", "<td style=\"background:url(new:26) no-repeat\">" },
    { "quoted, in a style", "<td style='background-image: URL( \"data:a;b,c)\" )'>", "<td style=\"background-image: url(new:11)\">" },
    { "of a style sheet", "<style>p {background:url('data:x')}</style>", "<style>p {background:url(new:6)}</style>" },
    { "other addresses of a style", "<td style='background:url(http://x/y.png)'>", NULL },
    { "without an end", "<td style='background:url(data:x'>", NULL },
    { "of an attribute", "<body background=\"data:x\">", "<body background=\"new:6\">" },
    { "not quoted", "<img src=data:image/png;base64,AA== width=1>", "<img src=\"new:26\" width=1>" },
    { "missing", "<img alt=\"A &amp; B\" src=\"cid:x\"><img src=\"CID:y\">", "[A &amp; B][picture]" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *got = clean (rows[i].html);

      ist_row ("%s", rows[i].name);
      IST_ASSERT_STR (got, rows[i].want);
    }
}

int
main (void)
{
  static const IstTest tests[] = {
    { "tokens", test_tokens },
    { "lists", test_lists },
    { "clean", test_clean },
    { NULL, NULL },
  };

  return ist_test_main ("html", tests);
}
