/*
 * HTML: its tokens where it is broken; the lists, comments and pictures of Outlook made plain.
 */
#include "convert/format/html.h"
#include "convert/outlook-html.h"
#include "convert/pipeline.h"
#include "tests/harness/harness.h"

#include <string.h>

/* One letter a token and its text: t text, o open, c close, m comment, d declaration; upper case: without its end. */
static char *
tokens (const char *html)
{
  IstHtmlScanner scanner = { .text = html, .size = strlen (html) };
  IstHtmlToken token;
  GString *out = g_string_new (NULL);

  while (ist_html_next (&scanner, &token))
    {
      char letter = "tocmd"[token.kind];

      g_string_append_printf (out, "%s%c[%.*s]", out->len > 0 ? " " : "",
                              token.is_open ? g_ascii_toupper (letter) : letter, (int) token.size, token.start);
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
    { "dashes before the end", "<!-- ----->x", "m[<!-- ----->] t[x]" },
    { "comment in a comment", "<!--a<!--b-->c-->", "m[<!--a<!--b-->] t[c-->]" },
    { "comment without its end", "a<!-- b <i>c</i>", "t[a] M[<!--] t[ b ] o[<i>] t[c] c[</i>]" },
    { "and no bracket either", "a<!-- b", "t[a] M[<!--] t[ b]" },
    { "conditional without its end", "<!--[if mso]><i>c", "M[<!--] t[[if mso]>] o[<i>] t[c]" },
    { "revealed", "<![if !vml]>x<![endif]>", "d[<![if !vml]>] t[x] d[<![endif]>]" },
    { "revealed to others", "<!--[if !mso]><!-->x<!--<![endif]-->", "m[<!--[if !mso]><!-->] t[x] m[<!--<![endif]-->]" },
    { "cdata ends at a bracket", "<![CDATA[a<b>]]>c", "d[<![CDATA[a<b>] t[]]>c]" },
    { "bogus", "<!x y>a<?xml v=\"1\"?>b</3>c</>d", "d[<!x y>] t[a] d[<?xml v=\"1\"?>] t[b</3>c</>d]" },
    { "bogus without its end", "a<!x", "t[a] T[<!x]" },
    { "quote without its end", "<p><a b=\"c>d</a>e", "o[<p>] T[<a b=\"c>d</a>e]" },
    { "cut in a tag", "a<p class=\"Mso", "t[a] T[<p class=\"Mso]" },
    { "no tag", "1 < 2 <3 << </", "t[1 < 2 <3 << </]" },
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
  return g_ascii_strncasecmp (src, "cid:", 4) == 0 ? g_strdup ("")
         : g_str_has_prefix (src, "data:")         ? g_strdup_printf ("new:%zu", strlen (src))
                                                   : NULL;
}

static const char *
missing (gpointer user G_GNUC_UNUSED)
{
  return "[<missing>]";
}

static char *
clean (const char *html)
{
  IstOutlookHtml report = { .picture = picture, .missing = missing };
  g_autofree char *once = ist_outlook_html_clean (html, &report);
  g_autofree char *twice = once != NULL ? ist_outlook_html_clean (once, &report) : NULL;

  IST_ASSERT_STR (twice, NULL);
  return g_steal_pointer (&once);
}

/* A list paragraph of Word: its level, marker and text. */
#define P_IN(font, level, marker, text)                                                            \
  "<p class=MsoListParagraph style='margin-left:36.0pt;text-indent:-18.0pt;mso-list:l0 level" level \
  " lfo1'><![if !supportLists]><span" font "><span style='mso-list:Ignore'>" marker                 \
  "<span style='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp; </span></span></span><![endif]>" text "<o:p></o:p></p>\n"
#define P(level, marker, text) P_IN ("", level, marker, text)
#define SYMBOLS " style='font-family:Wingdings;mso-fareast-font-family:Wingdings'"
/* One whose marker is its text. */
#define T(level, marker) "<p style='mso-list:l0 level" level " lfo1'><span style='mso-list:Ignore'>" marker "</span>a</p><o:p>"
#define KEPT(marker) "<p><span>" marker "</span>a</p>"
#define CLASS " class=\"MsoListParagraph\" style=\"margin:0\""
#define TEN(s) s s s s s s s s s s
#define BARE "<ul style=\"list-style-type:none\"><li>"
#define RTL "<p dir=RTL style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>"

static void
test_lists (void)
{
  static const struct
  {
    const char *name, *html, *want;
  } rows[] = {
    { "from one", P ("1", "1.", "a") P ("1", "2.", "b"), "<ol><li" CLASS ">a\n</li><li" CLASS ">b\n</li></ol>" },
    { "from three", P ("1", "3.", "a") P ("1", "4.", "b"), "<ol start=\"3\"><li" CLASS ">a\n</li><li" CLASS ">b\n</li></ol>" },
    { "from zero", P ("1", "0.", "a"), "<ol start=\"0\"><li" CLASS ">a\n</li></ol>" },
    { "a number left out", P ("1", "1.", "a") P ("1", "5)", "b"), "<ol><li" CLASS ">a\n</li><li value=\"5\"" CLASS ">b\n</li></ol>" },
    { "a number again", P ("1", "2.", "a") P ("1", "2.", "b"), "<ol start=\"2\"><li" CLASS ">a\n</li></ol><ol start=\"2\"><li" CLASS ">b\n</li></ol>" },
    { "letters", P ("1", "a)", "a") P ("1", "b)", "b"), "<ol type=\"a\"><li" CLASS ">a\n</li><li" CLASS ">b\n</li></ol>" },
    { "capitals from C", P ("1", "C.", "a") P ("1", "D.", "b"), "<ol type=\"A\" start=\"3\"><li" CLASS ">a\n</li><li" CLASS ">b\n</li></ol>" },
    { "letters up to i", P ("1", "h.", "a") P ("1", "i.", "b") P ("1", "j.", "c"),
      "<ol type=\"a\" start=\"8\"><li" CLASS ">a\n</li><li" CLASS ">b\n</li><li" CLASS ">c\n</li></ol>" },
    { "letters after z", P ("1", "z.", "a") P ("1", "aa.", "b"), "<ol type=\"a\" start=\"26\"><li" CLASS ">a\n</li><li" CLASS ">b\n</li></ol>" },
    { "as Word doubles them", P ("1", "bb.", "a") P ("1", "cc.", "b"),
      "<ol type=\"a\" start=\"54\"><li" CLASS ">a\n</li><li value=\"81\"" CLASS ">b\n</li></ol>" },
    { "roman", P ("1", "i.", "a") P ("1", "ii.", "b"), "<ol type=\"i\"><li" CLASS ">a\n</li><li" CLASS ">b\n</li></ol>" },
    { "roman capitals from four", P ("1", "IV.", "a") P ("1", "V.", "b"), "<ol type=\"I\" start=\"4\"><li" CLASS ">a\n</li><li" CLASS ">b\n</li></ol>" },
    { "gone on after a paragraph", P ("1", "1.", "a") "<p>x</p>" P ("1", "2.", "b"),
      "<ol><li" CLASS ">a\n</li></ol><p>x</p><ol start=\"2\"><li" CLASS ">b\n</li></ol>" },
    { "letters gone on after a paragraph", P ("1", "h.", "a") "<p>x</p>" P ("1", "i.", "b"),
      "<ol type=\"a\" start=\"8\"><li" CLASS ">a\n</li></ol><p>x</p><ol type=\"a\" start=\"9\"><li" CLASS ">b\n</li></ol>" },
    { "roman gone on after a paragraph", P ("1", "iv.", "a") "<p>x</p>" P ("1", "v.", "b"),
      "<ol type=\"i\" start=\"4\"><li" CLASS ">a\n</li></ol><p>x</p><ol type=\"i\" start=\"5\"><li" CLASS ">b\n</li></ol>" },
    { "letters gone on below", P ("1", "1.", "a") P ("2", "h.", "b") P ("1", "2.", "c") P ("2", "i.", "d"),
      "<ol><li" CLASS ">a\n<ol type=\"a\" start=\"8\"><li" CLASS ">b\n</li></ol></li><li" CLASS ">c\n<ol type=\"a\" start=\"9\"><li" CLASS ">d\n</li></ol></li></ol>" },
    { "levels", P ("1", "1.", "a") P ("2", "b.", "b") P ("2", "c.", "c") P ("1", "2.", "d") P ("2", "a.", "e"),
      "<ol><li" CLASS ">a\n<ol type=\"a\" start=\"2\"><li" CLASS ">b\n</li><li" CLASS ">c\n</li></ol></li><li" CLASS ">d\n<ol type=\"a\"><li" CLASS ">e\n</li></ol></li></ol>" },
    { "a level left out", P ("2", "1.", "a") P ("1", "1.", "b"), BARE "<ol><li" CLASS ">a\n</li></ol></li></ul><ol><li" CLASS ">b\n</li></ol>" },
    { "two levels left out", P ("3", "&middot;", "a"), BARE BARE "<ul><li" CLASS ">a\n</li></ul></li></ul></li></ul>" },
    { "bullets", P ("1", "&middot;", "a") P ("2", "o", "b") P ("1", "\xC2\xA7", "c"), "<ul><li" CLASS ">a\n<ul><li" CLASS ">b\n</li></ul></li><li" CLASS ">c\n</li></ul>" },
    { "bullet of two signs", P ("1", "-&gt;", "a"), "<ul><li" CLASS ">a\n</li></ul>" },
    { "bullet of a private font", P ("1", "\xEF\x82\xB7", "a"), "<ul><li" CLASS ">a\n</li></ul>" },
    { "letter in a font of signs", P_IN (SYMBOLS, "1", "\xC3\xBC", "a") P_IN (SYMBOLS, "1", "v", "b"), "<ul><li" CLASS ">a\n</li><li" CLASS ">b\n</li></ul>" },
    { "bullets, then numbers", P ("1", "&middot;", "a") P ("1", "1.", "b"), "<ul><li" CLASS ">a\n</li></ul><ol><li" CLASS ">b\n</li></ol>" },
    { "comment between items", P ("1", "1.", "a") "<!--[if mso]>x<![endif]--><o:p></o:p>" P ("1", "2.", "b"), "<ol><li" CLASS ">a\n</li><li" CLASS ">b\n</li></ol>" },
    { "island between items", P ("1", "1.", "a") "<xml>x</xml>" P ("1", "2.", "b"), "<ol><li" CLASS ">a\n</li><li" CLASS ">b\n</li></ol>" },
    { "comment without its end between", P ("1", "1.", "a") "<!--x" P ("1", "2.", "b"), "<ol><li" CLASS ">a\n</li></ol>x<ol start=\"2\"><li" CLASS ">b\n</li></ol>" },
    { "parts of the number", P ("1", "<span>1</span>2.", "a"), "<ol start=\"12\"><li" CLASS ">a\n</li></ol>" },
    { "tags before the marker", "<p style='mso-list:l0 level1'><b><a name=x></a><span style='mso-list:Ignore'>1.</span>a</b></p>",
      "<ol><li><b><a name=x></a>a</b></li></ol>" },
    { "from right to left", RTL "1.</span>a</p>" RTL "2.</span>b</p>", "<ol dir=\"rtl\"><li dir=\"rtl\">a</li><li dir=\"rtl\">b</li></ol>" },
    { "left to right in it", RTL "1.</span>a</p>" P ("2", "1.", "b") P ("1", "2.", "c"),
      "<ol dir=\"rtl\"><li dir=\"rtl\">a<ol dir=\"ltr\"><li dir=\"ltr\"" CLASS ">b\n</li></ol></li></ol><ol start=\"2\"><li" CLASS ">c\n</li></ol>" },
    { "a wide gap behind it", T ("1", "1." TEN ("&nbsp;&nbsp;&nbsp;&nbsp;")), "<ol><li>a</li></ol>" },
    { "a long sign", T ("1", TEN ("&nbsp;&nbsp;&nbsp;") "&nbsp;&nbsp;&nbsp;" TEN ("\xEF\xBF\xBD")),
      KEPT (TEN ("&nbsp;&nbsp;&nbsp;") "&nbsp;&nbsp;&nbsp;" TEN ("\xEF\xBF\xBD")) },
    { "parts", T ("2", "1.2."), KEPT ("1.2.") },
    { "words", T ("1", "Step 1:"), KEPT ("Step 1:") },
    { "two brackets", T ("1", "(1)"), KEPT ("(1)") },
    { "both cases", T ("1", "Iv."), KEPT ("Iv.") },
    { "digit in a circle", T ("1", "\xE2\x91\xA0"), KEPT ("\xE2\x91\xA0") },
    { "digit in a circle, escaped", T ("1", "&#9312;"), KEPT ("&#9312;") },
    { "digits of Arabic", T ("1", "\xD9\xA1."), KEPT ("\xD9\xA1.") },
    { "a letter alone", T ("1", "A"), KEPT ("A") },
    { "a Greek letter alone", T ("1", "\xCE\xB1"), KEPT ("\xCE\xB1") },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *got = clean (rows[i].html);

      ist_row ("%s", rows[i].name);
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
    { "comment without its end", "a<!-- b <i>c</i>", "a b <i>c</i>" },
    { "conditional without its end", "a<!--[if mso]><o:p>b</o:p>", "ab" },
    { "longer condition without its end", "a<!--[if (gte mso 9)|(IE)]><b>c</b>", "a<b>c</b>" },
    { "no condition", "a<!--[if x<b>]></b>", "a[if x<b>]></b>" },
    { "two of them", "a<!--x>b<!--y>c", "ax>by>c" },
    { "cut in a comment", "<o:p>a<!-- b", "a b" },
    { "cut in a tag", "<o:p>a<p class=\"Mso", "a<p class=\"Mso" },
    { "ended comments stay", "a<!-- b -->c<!x>d", NULL },
    { "cdata stays", "<![CDATA[a]]>", NULL },
    { "bogus stays", "a</3>b", NULL },
    { "xml", "<?xml:namespace prefix = o ns = \"x\" />a", "a" },
    { "revealed", "<![if !vml]>a<![endif]>b", "ab" },
    { "revealed to others", "<!--[if !mso]><!-->a<!--<![endif]-->", "a" },
    { "small", "<o:p>1 < 2", "1 &lt; 2" },
    { "picture of a style", "<td style=\"background:url(data:image/png;base64,AA==) no-repeat\">", "<td style=\"background:url(new:26) no-repeat\">" },
    { "quoted, in a style", "<td style='color:red;background-image: URL( \"data:a;b,c)\" )'>",
      "<td style=\"color:red;background-image: URL(new:11 )\">" },
    { "two in a style", "<td style='a:url(data:x),url(http://y),url(data:xy)'>", "<td style=\"a:url(new:6),url(http://y),url(new:7)\">" },
    { "of a style sheet", "<style>p {background:url('data:x')}</style>", "<style>p {background:url(new:6)}</style>" },
    { "missing in a style", "<td style='background:url(cid:x)'>", NULL },
    { "other addresses of a style", "<td style='background:url(http://x/y.png)'>", NULL },
    { "without an end", "<td style='background:url(data:x'>", NULL },
    { "another function", "<td style='background:hurl (data:x)'>", NULL },
    { "of an attribute", "<body BACKGROUND=\"data:x\" text=red>", "<body BACKGROUND=\"new:6\" text=red>" },
    { "missing in an attribute", "<body background=\"cid:x\">", NULL },
    { "not quoted", "<img src=data:image/png;base64,AA== width=1>", "<img src=\"new:26\" width=1>" },
    { "missing", "<img alt=\"A &amp; B\" src=\"cid:x\"><img src=\"CID:y\">", "[A &amp; B][&lt;missing&gt;]" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *got = clean (rows[i].html);

      ist_row ("%s", rows[i].name);
      IST_ASSERT_STR (got, rows[i].want);
    }
}

static char *
convert (const char *html, const IstConvertContext *context)
{
  g_autofree char *text = g_strdup_printf ("MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n%s\r\n", html);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);
  g_autoptr (IstMessage) message = ist_message_new (body);
  g_autoptr (GPtrArray) parts = ist_derived_array_new ();
  g_autoptr (GBytes) out = NULL;

  IST_ASSERT (ist_pipeline_run (context, message, parts, NULL));
  out = ist_message_to_bytes (message);
  return g_strndup (g_bytes_get_data (out, NULL), g_bytes_get_size (out));
}

static void
test_base64 (void)
{
  static const struct
  {
    const char *name, *data, *want;
  } rows[] = {
    { "padded", "iVBORw==", "\r\n\r\niVBORw==\r\n" },
    { "two letters over", "iVBORw", "\r\n\r\niVBORw==\r\n" },
    { "three letters over", "iVBORw0", "\r\n\r\niVBORw0=\r\n" },
    { "blanks in it", "iVBO Rw0", "\r\n\r\niVBORw0=\r\n" },
    { "escaped", "iVBORw%3D%3D", "\r\n\r\niVBORw==\r\n" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const IstConvertContext context = { .from = IST_SIDE_EXCHANGE, .to = IST_SIDE_DOMINO };
      g_autofree char *html = g_strdup_printf ("<img src=\"data:image/png;base64,%s\">", rows[i].data);
      g_autofree char *got = convert (html, &context);

      ist_row ("%s", rows[i].name);
      if (!IST_ASSERT (strstr (got, rows[i].want) != NULL))
        ist_note ("%s", got);
    }
}

static const char *
ask (gpointer user)
{
  (*(guint *) user)++;
  return "de";
}

/* Whose language the text needs is asked only where a word of ours comes into it. */
static void
test_language (void)
{
  static const struct
  {
    const char *name, *html, *want;
    gboolean asks;
  } rows[] = {
    { "no words", "<p>a<img src=\"cid:none\"></p>", "<p>a[Bild]</p>", TRUE },
    { "words of its own", "<p>a<img src=\"cid:none\" alt=logo></p>", "<p>a[logo]</p>", FALSE },
    { "not missing", "<p>a<img src=\"http://acme.example/\"><o:p></p>", "<p>a<img src=\"http://acme.example/\"></p>", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      guint n_asked = 0;
      const IstConvertContext context
          = { .from = IST_SIDE_EXCHANGE, .to = IST_SIDE_DOMINO, .language = ask, .language_user = &n_asked };
      g_autofree char *got = convert (rows[i].html, &context);

      ist_row ("%s", rows[i].name);
      if (!IST_ASSERT (strstr (got, rows[i].want) != NULL))
        ist_note ("%s", got);
      IST_ASSERT_INT (n_asked > 0, rows[i].asks);
    }
}

int
main (void)
{
  static const IstTest tests[] = {
    { "tokens", test_tokens },
    { "lists", test_lists },
    { "clean", test_clean },
    { "base64", test_base64 },
    { "language", test_language },
    { NULL, NULL },
  };

  return ist_test_main ("html", tests);
}
