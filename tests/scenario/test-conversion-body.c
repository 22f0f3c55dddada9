/* MAIL-01, -03, -04: what was written, laid out and shown on one side is so on the other. */
#include "tests/convert/cd-make.h"
#include "tests/convert/nsf-make.h"
#include "tests/convert/tnef-builder.h"
#include "tests/scenario/conversion.h"
#include "tests/scenario/reader.h"

#include <string.h>

/* These stand in the text in this order. */
static void
assert_in_order (IstReader *reader, const char *type, const char *const *words)
{
  const char *text = ist_reader_text (reader, type);
  const char *at = text;

  for (; at != NULL && *words != NULL; words++)
    {
      const char *found = strstr (at, *words);

      if (!ist_assert_true_impl (found != NULL, *words, __FILE__, __LINE__))
        ist_note ("%s: %s", type, text);
      at = found != NULL ? found + strlen (*words) : NULL;
    }
}

static void
assert_lacks (IstReader *reader, const char *type, const char *const *words)
{
  const char *text = ist_reader_text (reader, type);

  for (; *words != NULL; words++)
    if (!ist_assert_true_impl (strstr (text, *words) == NULL, *words, __FILE__, __LINE__))
      ist_note ("%s: %s", type, text);
}

/* ---- MAIL-01, Notes to Outlook ---- */

#define NOTES_HTML                                                                                                     \
  "<font size=\"2\" face=\"sans-serif\" color=\"#FF0000\"><b>Umsatz</b> Q3</font><br>\n"                               \
  "<table border=\"1\"><tr><td>Nord</td><td>12&nbsp;%</td></tr><tr><td>S&uuml;d</td><td>7&nbsp;%</td></tr></table>\n"  \
  "<ul><li>erstens<ul><li>innen</li></ul></li><li>zweitens</li></ul><ol><li>eins</li></ol>\n"                          \
  "<p>m<sup>2</sup> <strike>alt</strike> <u>neu</u></p>"

/* What Domino made of rich text: alternatives, HTML in the letters of Notes. It is good HTML and stays as it is. */
static void
test_notes_mime (void)
{
  static const char mail[]
      = "From: \"Anna Berg\" <anna@acme.example>\nTo: <bob@acme.example>\nSubject: Umsatz\nMIME-Version: 1.0\n"
        "Message-ID: <OF44593B19.B51EFFFF-ONC12576A1.00581EF6-C12576A1.00581EF8@acme.example>\n"
        "Content-Type: multipart/alternative; boundary=\"=_alternative 0058C12576A1_=\"\n\n"
        "--=_alternative 0058C12576A1_=\nContent-Type: text/plain; charset=\"ISO-8859-1\"\n"
        "Content-Transfer-Encoding: quoted-printable\n\nUmsatz Q3\nNord  12 %\nS=FCd  7 %\n* erstens\n"
        "--=_alternative 0058C12576A1_=\nContent-Type: text/html; charset=\"ISO-8859-1\"\n\n"
        NOTES_HTML "\n--=_alternative 0058C12576A1_=--\n";
  IstScenario *s = ist_scenario_new ();

  if (ist_scenario_start (s))
    {
      g_autoptr (IstReader) bob = ist_reader_deliver (s, "domino", mail);

      IST_ASSERT_STR (ist_reader_text (bob, "text/html"), NOTES_HTML);
      ist_reader_shows (bob, "text/plain", "Nord  12 %\nSüd  7 %\n* erstens");
      IST_ASSERT_STR (ist_reader_shape (bob), "multipart/alternative(text/plain text/html)");
    }
  ist_scenario_free (s);
}

#define PARAGRAPH(id, flags) "W130 w" id " w0 x6 w1800 w0 w0 x42 w" flags " d0 w0;B131 w" id ";"
#define CELL(row, column) "B164 b" row " b" column " w1440 w2880 w0 b85 b2 w0 b1 b1 w0;B129;"
#define TEXT "W133 b1 b0 b0 b10 s"

/* Bold red, a list, a table, a superscript, strike-through, a section, a tabbed table. */
static GBytes *
rich_memo (void)
{
  g_autoptr (NsfMake) make = nsf_make_new ("Mail");
  g_autoptr (GByteArray) cd = g_byte_array_new ();

  cd_make (cd, "B129;W133 b1 b1 b2 b12 sUmsatz_;" TEXT "Q3;");
  cd_make (cd, "B129;" PARAGRAPH ("1", "1024") TEXT "erstens;B129;" TEXT "zweitens;B129;");
  cd_make (cd, PARAGRAPH ("2", "4096") TEXT "eins;B129;" TEXT "zwei;B129;" PARAGRAPH ("3", "0"));
  cd_make (cd, "B163 x12;" CELL ("0", "0") TEXT "Nord;" CELL ("0", "1") TEXT "12_%;" CELL ("1", "0") TEXT "West;"
                   CELL ("1", "1") TEXT "7_%;B165 d0;B129;" TEXT "m;W133 b1 b16 b0 b10 s2;W133 b1 b8 b0 b10 sold;");
  cd_make (cd, "B129;W173 w12 d8 w0;W172 d2 b1 b1 b0 b10 zDetails;B129;" TEXT "inside;B174;B129;");
  cd_make (cd, "W251 d0 b2 b1 x8 w4;B163 x12;" CELL ("0", "0") TEXT "firstpage;W227 zFirst x122;" CELL ("1", "0") TEXT
                   "secondpage;W227 zSecond x121;B165 d0;B129;" TEXT "end");
  nsf_make_note (make, 0x0001, NSF_MAKE_INLINE);
  nsf_make_text (make, "Form", "Memo");
  nsf_make_text (make, "Subject", "Umsatz");
  nsf_make_item (make, "Body", 0x0001, 0, cd->data, cd->len);
  return nsf_make_finish (make);
}

/* A memo that came without a readable alternative: Outlook shows all of it; sections and tabs one after the other. */
static void
test_notes_rich (void)
{
  static const char *const html[]
      = { "#FF0000", "<b>Umsatz ", "Q3",      "<ul",     "erstens</li>", "zweitens</li>", "<ol",        "eins</li>",
          "zwei</li>", "<table", "<tr",       "<td",     "Nord",         "<td",           "12 %",       "<tr",
          "West",    "7 %",     "</table>", "<sup>2</sup>", "<s>old</s>", "Details",      "inside",     "<b>First</b>",
          "firstpage", "<b>Second</b>", "secondpage", "end", NULL };
  static const char *const plain[] = { "Umsatz Q3\n", "* erstens\n* zweitens\n", "1. eins\n2. zwei\n", "Nord | 12 %\n",
                                       "West | 7 %\n", "Details\n", "inside\n", "[First]\nfirstpage\n",
                                       "[Second]\nsecondpage\n", "end\n", NULL };
  g_autoptr (GBytes) memo = rich_memo ();
  g_autofree char *mail = conversion_memo_mail ("Subject: Umsatz\n", memo, "");
  IstScenario *s = ist_scenario_new ();

  if (ist_scenario_start (s))
    {
      g_autoptr (IstReader) bob = ist_reader_deliver (s, "domino", mail);
      gsize size;
      const char *data = g_bytes_get_data (memo, &size);

      assert_in_order (bob, "text/html", html);
      assert_in_order (bob, "text/plain", plain);
      /* The section still opens in a Notes client. */
      IST_ASSERT_STR (ist_reader_files (bob), "message.nsf");
      IST_ASSERT (ist_reader_holds (ist_reader_named (bob, "message.nsf"), data, size));
    }
  ist_scenario_free (s);
}

/* ---- MAIL-01, Outlook to Notes ---- */

#define WORD_HEAD                                                                                                      \
  "<html xmlns:o=\"urn:schemas-microsoft-com:office:office\"><head>"                                                   \
  "<!--[if gte mso 9]><xml><o:shapedefaults v:ext=\"edit\"/></xml><![endif]--></head><body lang=DE>\n"
#define WORD_TEXT                                                                                                      \
  "<p class=MsoNormal><b><span style='color:#C00000'>Umsatz</span></b> Q3<o:p></o:p></p>\n"
#define WORD_ITEM(level, mark, text)                                                                                   \
  "<p class=MsoListParagraph style='mso-list:l0 level" level " lfo1'><![if !supportLists]><span style='font-family:" \
  "Symbol'><span style='mso-list:Ignore'>" mark "<span>&nbsp;&nbsp;</span></span></span><![endif]>" text            \
  "<o:p></o:p></p>\n"
#define WORD_TABLE                                                                                                     \
  "<table class=MsoTableGrid border=1 cellspacing=0><tr><td valign=top>Nord</td><td>12 %</td></tr>"                    \
  "<tr><td colspan=2>S&uuml;d</td></tr></table>\n"
#define WORD_REST "<p>m<sup>2</sup> <s>alt</s> <u>neu</u></p></body></html>\n"

static void
test_outlook_html (void)
{
  static const char mail[]
      = "From: <bob@acme.example>\nTo: <anna@acme.example>\nSubject: Umsatz\nMIME-Version: 1.0\n"
        "Content-Type: multipart/alternative; boundary=\"_000_\"\n\n--_000_\nContent-Type: text/plain; "
        "charset=\"us-ascii\"\n\nUmsatz Q3\n\n*  erstens\n\n--_000_\nContent-Type: text/html; charset=\"us-ascii\"\n\n"
        WORD_HEAD WORD_TEXT WORD_ITEM ("1", "&middot;", "erstens") WORD_ITEM ("2", "o", "innen")
            WORD_ITEM ("1", "&middot;", "zweitens") WORD_TABLE WORD_REST "\n--_000_--\n";
  static const char *const html[]
      = { "<b><span style='color:#C00000'>Umsatz</span></b> Q3", "<ul", "<li", "erstens", "<ul", "<li", "innen",
          "</ul>", "<li", "zweitens", "</ul>", WORD_TABLE, "m<sup>2</sup> <s>alt</s> <u>neu</u>", NULL };
  static const char *const gone[] = { "<o:p>", "[if", "&middot;", "xml>", "mso-list", NULL };
  IstScenario *s = ist_scenario_new ();

  if (ist_scenario_start (s))
    {
      g_autoptr (IstReader) anna = ist_reader_deliver (s, "exchange", mail);

      assert_in_order (anna, "text/html", html);
      assert_lacks (anna, "text/html", gone);
      ist_reader_shows (anna, "text/plain", "Umsatz Q3\n\n*  erstens");
    }
  ist_scenario_free (s);
}

/* The same HTML where only winmail.dat has it. */
static void
test_outlook_html_in_tnef (void)
{
  static const char page[] = WORD_HEAD WORD_TEXT WORD_ITEM ("1", "&middot;", "erstens") WORD_ITEM ("1", "&middot;", "zweitens")
      WORD_TABLE WORD_REST;
  static const char *const html[] = { "Umsatz</span></b> Q3", "<ul", "<li", "erstens", "<li", "zweitens", "</ul>",
                                      WORD_TABLE, "m<sup>2</sup> <s>alt</s> <u>neu</u>", NULL };
  static const char *const gone[] = { "<o:p>", "[if", "&middot;", "xml>", "mso-list", NULL };
  IstScenario *s = ist_scenario_new ();

  if (ist_scenario_start (s))
    {
      GByteArray *stream = tnef_begin (1252);
      GByteArray *list = g_byte_array_new ();
      g_autofree char *mail = NULL;
      g_autoptr (IstReader) anna = NULL;

      tnef_property (list, 0x10130102, page, sizeof page - 1);
      conversion_add_properties (stream, 1, list);
      mail = conversion_tnef_mail ("Subject: Umsatz\n", stream, CONVERSION_TNEF_WHOLE);
      anna = ist_reader_deliver (s, "exchange", mail);
      assert_in_order (anna, "text/html", html);
      assert_lacks (anna, "text/html", gone);
      ist_reader_shows (anna, "text/plain", "erstens");
    }
  ist_scenario_free (s);
}

static const char rich_text[]
    = "{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0 Arial;}{\\f1\\fcharset2 Symbol;}}"
      "{\\colortbl;\\red192\\green0\\blue0;}"
      "\\pard\\b\\cf1 Umsatz\\b0\\cf0  Q3\\par "
      "\\pard{\\pntext\\f1\\'B7\\tab}erstens\\par {\\pntext\\f1\\'B7\\tab}zweitens\\par "
      "\\pard m{\\super 2}{\\sub n}\\nosupersub  {\\strike alt} {\\ul neu}\\par "
      "\\trowd\\cellx1000\\cellx2000\\pard\\intbl Nord\\cell 12 %\\cell\\row "
      "\\trowd\\cellx1000\\cellx2000\\pard\\intbl S\\'fcd\\cell 7 %\\cell\\row \\pard end\\par}";

/* Outlook's rich text, which only winmail.dat has. */
static void
test_outlook_rich_text (void)
{
  static const char *const html[]
      = { "#c00000", "<b>Umsatz</b>", "Q3",    "erstens", "zweitens", "m", "<sup>2</sup>", "<sub>n</sub>",
          "<s>alt</s>", "<u>neu</u>", "<table", "<td>", "Nord", "<td>", "12 %", "<tr>", "Süd", "7 %", "</table>",
          "end", NULL };
  static const char *const plain[] = { "Umsatz Q3\n", "erstens\n", "zweitens\n", "Nord", "12 %", "Süd", "7 %", "end",
                                       NULL };
  IstScenario *s = ist_scenario_new ();

  if (ist_scenario_start (s))
    {
      GByteArray *stream = tnef_begin (1252);
      g_autofree char *mail = NULL;
      g_autoptr (IstReader) anna = NULL;

      conversion_add_rtf (stream, rich_text);
      mail = conversion_tnef_mail ("Subject: Umsatz\n", stream, CONVERSION_TNEF_WHOLE);
      anna = ist_reader_deliver (s, "exchange", mail);
      assert_in_order (anna, "text/html", html);
      assert_in_order (anna, "text/plain", plain);
      IST_ASSERT_STR (ist_reader_shape (anna), "multipart/alternative(text/plain text/html)");
    }
  ist_scenario_free (s);
}

/* ---- MAIL-03 ---- */

#define LINES "Liebe Anna,\n\nerste Zeile\nzweite Zeile   \n\n  eingerückt\n> zitiert\nGruß\n-- \nBob\n"

/* The text must come with its lines, however it was written down. */
static void
test_line_ends (void)
{
  static const struct
  {
    const char *name, *side, *head, *text, *type, *want;
  } rows[] = {
    { "Notes, in UTF-8", "domino", "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n", LINES,
      "text/plain", LINES },
    { "Outlook, in UTF-8", "exchange", "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n",
      LINES, "text/plain", LINES },
    { "Notes 4, nothing said", "domino", "", "eins\nGr\xFC\xDF" "e\n\nzwei\n", "text/plain", "eins\nGrüße\n\nzwei\n" },
    { "Outlook, nothing said", "exchange", "", "eins\nGr\xFC\xDF" "e\n\nzwei\n", "text/plain", "eins\nGrüße\n\nzwei\n" },
    { "Notes web client, base64", "domino",
      "Content-Type: text/plain; charset=\"UTF-8\"\nContent-Transfer-Encoding: base64\n",
      "ZWlucwpHcsO8w59lCgp6d2VpCg==\n", "text/plain", "eins\nGrüße\n\nzwei\n" },
    { "Notes web client, quoted line ends", "domino",
      "Content-Type: text/plain; charset=\"ISO-8859-1\"\nContent-Transfer-Encoding: quoted-printable\n",
      "eins=0D=0AGr=FC=DFe=0A\nzwei\n", "text/plain", "eins\nGrüße\n\nzwei\n" },
    { "Notes web client, HTML", "domino", "Content-Type: text/html; charset=\"UTF-8\"\n",
      "<div>eins<BR>\nzwei<BR><BR>drei</div>\n", "text/html", "<div>eins<BR>\nzwei<BR><BR>drei</div>\n" },
    { "Notes, torn quoted-printable", "domino",
      "Content-Type: text/plain; charset=\"ISO-8859-1\"\nContent-Transfer-Encoding: quoted-printable\n",
      "eins =\nnoch eins\nGr=F=\nC=DFe\n\nzwei\n", "text/plain", "eins noch eins\nGrüße\n\nzwei\n" },
    { "format=flowed, whose paragraphs Notes would show torn", "exchange",
      "Content-Type: text/plain; charset=us-ascii; format=flowed\n", "one \ntwo\n\n  three\n> a \n> b\nend\n",
      "text/plain", "one two\n\n three\n> a b\nend\n" },
  };
  IstScenario *s = ist_scenario_new ();

  if (ist_scenario_start (s))
    for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
      {
        g_autofree char *mail
            = g_strdup_printf ("From: <somebody@acme.example>\nSubject: lines\n%s%s\n%s",
                               *rows[i].head != '\0' ? "MIME-Version: 1.0\n" : "", rows[i].head, rows[i].text);
        g_autoptr (IstReader) reader = NULL;

        ist_row ("%s", rows[i].name);
        reader = ist_reader_deliver (s, rows[i].side, mail);
        IST_ASSERT_STR (ist_reader_text (reader, rows[i].type), rows[i].want);
      }
  ist_scenario_free (s);
}

/* ---- MAIL-04 ---- */

/* Two by two, 24 bits: red, green, blue, white. */
static const char bitmap[] = "BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\2\0\0\0\2\0\0\0\1\0\x18\0\0\0\0\0\x10\0\0\0"
                             "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xFF\0\0\xFF\xFF\xFF\0\0\0\0\xFF\0\xFF\0\0\0";
static const char metafile[] = "\1\0\x09\0\0\3\x0C\0\0\0\0\0\5\0\0\0\0\0\3\0\0\0\0\0";
static const char enhanced[] = "\1\0\0\0\x6C\0\0\0colours";
static const char png[] = "\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\0\2\0\0\0\2\x08\2\0\0\0\xFD\xD4\x9As";

/* A picture of each kind in the text, both ways: the very bytes, where the HTML shows them. */
static void
test_inline_pictures (void)
{
  static const struct
  {
    const char *name, *type, *file;
    const char *data;
    gsize size;
  } rows[] = {
    { "bitmap", "image/bmp", "colours.bmp", bitmap, sizeof bitmap - 1 },
    { "metafile", "image/x-wmf", "colours.wmf", metafile, sizeof metafile - 1 },
    { "enhanced metafile", "image/x-emf", "colours.emf", enhanced, sizeof enhanced - 1 },
    { "PNG", "image/png", "colours.png", png, sizeof png - 1 },
  };
  static const char *const sides[] = { "domino", "exchange" };
  IstScenario *s = ist_scenario_new ();

  if (ist_scenario_start (s))
    for (gsize i = 0; i < 2 * G_N_ELEMENTS (rows); i++)
      {
        guint k = (guint) i / 2;
        g_autofree char *base64 = ist_reader_base64 (rows[k].data, rows[k].size);
        g_autofree char *mail = g_strdup_printf (
            "From: <somebody@acme.example>\nSubject: picture\nMIME-Version: 1.0\n"
            "Content-Type: multipart/related; boundary=\"=_related 1_=\"\n\n--=_related 1_=\n"
            "Content-Type: text/html; charset=us-ascii\n\n<p>see <img src=\"cid:_1_0B\"></p>\n--=_related 1_=\n"
            "Content-Type: %s; name=\"%s\"\nContent-ID: <_1_0B>\nContent-Transfer-Encoding: base64\n\n%s"
            "--=_related 1_=--\n",
            rows[k].type, rows[k].file, base64);
        g_autoptr (IstReader) reader = NULL;

        ist_row ("%s from %s", rows[k].name, sides[i % 2]);
        reader = ist_reader_deliver (s, sides[i % 2], mail);
        ist_reader_shows (reader, "text/html", "<p>see <img src=\"cid:_1_0B\"></p>");
        IST_ASSERT (ist_reader_holds (ist_reader_with_id (reader, "_1_0B"), rows[k].data, rows[k].size));
        IST_ASSERT (strstr (ist_reader_shape (reader), "multipart/related(text/html image/") != NULL);
        IST_ASSERT_STR (ist_reader_files (reader), rows[k].file);
      }
  ist_scenario_free (s);
}

static char *
hex_of (const char *data, gsize size)
{
  GString *out = g_string_new (NULL);

  for (gsize i = 0; i < size; i++)
    g_string_append_printf (out, "%02x", (guint8) data[i]);
  return g_string_free (out, FALSE);
}

/* In Outlook's rich text pictures are written down in the text itself. A bitmap has no file header there and a metafile
 * none that says its size; Anna's programs need both, and they must be there. A metafile, which mail programs do not draw
 * in HTML, is a file of a name that stands in its place. */
static void
test_rich_text_pictures (void)
{
  static const char placeable[] = "\xD7\xCD\xC6\x9A\0\0\0\0\0\0\xD0\2\xD0\2\xA0\5\0\0\0\0\xB1\x52";
  static const struct
  {
    const char *name, *words, *type;
    const char *head;
    gsize head_size;
    const char *data; /* as in the RTF */
    gsize size;
    const char *file; /* its name, in the text; NULL: the HTML shows it */
  } rows[] = {
    { "PNG", "\\pngblip", "image/png", "", 0, png, sizeof png - 1, NULL },
    { "bitmap", "\\dibitmap0", "image/bmp", bitmap, 14, bitmap + 14, sizeof bitmap - 15, NULL },
    { "enhanced metafile", "\\emfblip", "image/emf", "", 0, enhanced, sizeof enhanced - 1, "picture-1.emf" },
    { "metafile", "\\wmetafile8", "image/wmf", placeable, sizeof placeable - 1, metafile, sizeof metafile - 1,
      "picture-1.wmf" },
  };
  IstScenario *s = ist_scenario_new ();

  if (ist_scenario_start (s))
    for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
      {
        g_autofree char *hex = hex_of (rows[i].data, rows[i].size);
        g_autofree char *rtf = g_strdup_printf ("{\\rtf1\\ansi before {\\pict%s\\picwgoal720\\pichgoal720 %s} after}",
                                                rows[i].words, hex);
        GByteArray *stream = tnef_begin (1252);
        g_autofree char *mail = NULL;
        g_autofree char *whole = g_malloc (rows[i].head_size + rows[i].size);
        g_autoptr (IstReader) anna = NULL;
        IstMimeNode *picture;

        ist_row ("%s", rows[i].name);
        memcpy (whole, rows[i].head, rows[i].head_size);
        memcpy (whole + rows[i].head_size, rows[i].data, rows[i].size);
        conversion_add_rtf (stream, rtf);
        mail = conversion_tnef_mail ("Subject: picture\n", stream, CONVERSION_TNEF_WHOLE);
        anna = ist_reader_deliver (s, "exchange", mail);
        picture = ist_reader_of_type (anna, rows[i].type);
        if (!IST_ASSERT (picture != NULL))
          continue;
        IST_ASSERT (ist_reader_holds (picture, whole, rows[i].head_size + rows[i].size));
        if (rows[i].file == NULL)
          assert_in_order (anna, "text/html", (const char *const[]){ "before", "cid:", picture->id, "after", NULL });
        else
          {
            assert_in_order (anna, "text/html", (const char *const[]){ "before", rows[i].file, "after", NULL });
            IST_ASSERT_STR (ist_reader_files (anna), rows[i].file);
          }
      }
  ist_scenario_free (s);
}

/* A picture that only the Notes copy has. */
static void
test_notes_pictures (void)
{
  IstScenario *s = ist_scenario_new ();

  if (ist_scenario_start (s))
    {
      g_autoptr (NsfMake) make = nsf_make_new ("Mail");
      g_autoptr (GByteArray) cd = g_byte_array_new ();
      g_autoptr (GBytes) memo = NULL;
      g_autofree char *mail = NULL;
      g_autoptr (IstReader) bob = NULL;
      IstMimeNode *picture;

      cd_make (cd, "B129;" TEXT "before");
      cd_make_image (cd, cd, png, sizeof png - 1, 16, 0);
      cd_make (cd, TEXT "after");
      nsf_make_note (make, 0x0001, NSF_MAKE_INLINE);
      nsf_make_text (make, "Form", "Memo");
      nsf_make_text (make, "Subject", "picture");
      nsf_make_item (make, "Body", 0x0001, 0, cd->data, cd->len);
      memo = nsf_make_finish (make);
      mail = conversion_memo_mail ("Subject: picture\n", memo, "");
      bob = ist_reader_deliver (s, "domino", mail);
      picture = ist_reader_of_type (bob, "image/png");
      if (IST_ASSERT (picture != NULL))
        {
          IST_ASSERT (ist_reader_holds (picture, png, sizeof png - 1));
          assert_in_order (bob, "text/html", (const char *const[]){ "before", "cid:", picture->id, "after", NULL });
        }
      IST_ASSERT_STR (ist_reader_shape (bob),
                      "multipart/alternative(text/plain multipart/related(text/html image/png))");
    }
  ist_scenario_free (s);
}

/* A bitmap in the old form of Notes, which Outlook cannot be shown: it is not lost with the copy. */
static void
test_notes_bitmap (void)
{
  IstScenario *s = ist_scenario_new ();

  if (ist_scenario_start (s))
    {
      g_autoptr (NsfMake) make = nsf_make_new ("Mail");
      g_autoptr (GByteArray) cd = g_byte_array_new ();
      g_autoptr (GBytes) memo = NULL;
      g_autofree char *mail = NULL;
      g_autoptr (IstReader) bob = NULL;
      const char *data;
      gsize size;

      cd_make (cd, "B129;" TEXT "before;L153 w300 w150 x16;L149 x40;" TEXT "after");
      nsf_make_note (make, 0x0001, NSF_MAKE_INLINE);
      nsf_make_text (make, "Form", "Memo");
      nsf_make_text (make, "Subject", "picture");
      nsf_make_item (make, "Body", 0x0001, 0, cd->data, cd->len);
      memo = nsf_make_finish (make);
      data = g_bytes_get_data (memo, &size);
      mail = conversion_memo_mail ("Subject: picture\n", memo, "");
      bob = ist_reader_deliver (s, "domino", mail);
      assert_in_order (bob, "text/html", (const char *const[]){ "before", "[picture", "after", NULL });
      IST_ASSERT (ist_reader_holds (ist_reader_named (bob, "message.nsf"), data, size));
    }
  ist_scenario_free (s);
}

int
main (void)
{
  static const IstTest tests[] = {
    { "MAIL-01 rich text of Notes, as Domino's MIME", test_notes_mime },
    { "MAIL-01 rich text of Notes, with sections and tabs", test_notes_rich },
    { "MAIL-01 HTML of Outlook", test_outlook_html },
    { "MAIL-01 HTML of Outlook in winmail.dat", test_outlook_html_in_tnef },
    { "MAIL-01 rich text of Outlook", test_outlook_rich_text },
    { "MAIL-03 line ends", test_line_ends },
    { "MAIL-04 pictures in the text, both ways", test_inline_pictures },
    { "MAIL-04 pictures in Outlook's rich text", test_rich_text_pictures },
    { "MAIL-04 pictures in the Notes copy", test_notes_pictures },
    { "MAIL-04 bitmaps in the Notes copy", test_notes_bitmap },
    { NULL },
  };

  return ist_test_main ("conversion-body", tests);
}
