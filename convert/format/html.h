/*
 * convert/format/html.h - HTML as a row of tokens, each a range of the text, so that what nobody touches stays as its
 * author wrote it.
 *
 *   IstHtmlScanner scanner = { .text = html, .size = strlen (html) };
 *   IstHtmlToken token;
 *   while (ist_html_next (&scanner, &token))
 *     if (token.kind == IST_HTML_OPEN && ist_html_is (&token, "img")) …
 *
 * No tree: mail is full of HTML whose tags do not match, and a tree would repair what readers display well. Tolerant
 * as browsers are (WHATWG HTML 13.2.5): any '<' that begins no tag is text; a tag without its end, and all behind it,
 * is text. Of a comment without its end the "<!--" alone is a comment: browsers hide all that stands behind it, and
 * whoever takes it out shows that again. Linear in time, no memory.
 *
 * Threads: pure functions over borrowed text.
 */
#ifndef IST_CONVERT_FORMAT_HTML_H
#define IST_CONVERT_FORMAT_HTML_H

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  IST_HTML_TEXT,       /* also the content of script, style, title, textarea, xmp */
  IST_HTML_OPEN,       /* <a href=x>, <br/> */
  IST_HTML_CLOSE,      /* </a> */
  IST_HTML_COMMENT,    /* <!-- … --> */
  IST_HTML_DECLARATION /* <!DOCTYPE …>, <![if …]>, <?xml …> */
} IstHtmlKind;

typedef struct
{
  const char *text;
  gsize size;
  gsize at;        /* 0 at first */
  const char *raw; /* name of the element whose raw content comes next; NULL at first */
  gsize raw_size;
  gboolean no_comment_end, no_odd_end; /* no "-->", no "--!>" lies ahead; FALSE at first */
} IstHtmlScanner;

typedef struct
{
  IstHtmlKind kind;
  const char *start; /* of the whole token */
  gsize size;
  const char *name; /* of a tag: as written */
  gsize name_size;
  gboolean is_open; /* a tag without its end, as text, or a comment without */
} IstHtmlToken;

typedef struct
{
  const char *start; /* of the whole attribute, blanks before it included */
  gsize size;
  const char *name;
  gsize name_size;
  const char *value; /* without quotes, as written; NULL: none */
  gsize value_size;
} IstHtmlAttribute;

/* The next token; the tokens are all of the text, in order, none empty. FALSE: the end. */
gboolean ist_html_next (IstHtmlScanner *self, IstHtmlToken *token);

/* Is it a tag of this name (lower case)? */
gboolean ist_html_is (const IstHtmlToken *token, const char *name);

/* Is it a tag of another language (o:p, v:shape, st1:date)? */
gboolean ist_html_has_prefix (const IstHtmlToken *token);

/* Does the token as written begin with this, in either case? */
gboolean ist_html_begins (const IstHtmlToken *token, const char *with);

/* The next attribute of an opening tag; *at is 0 at first. FALSE: no more. */
gboolean ist_html_next_attribute (const IstHtmlToken *token, gsize *at,
                                  IstHtmlAttribute *attribute);
/* The value of the first attribute of this name (lower case), references decoded, g_free(); NULL: none. */
char *ist_html_attribute (const IstHtmlToken *token, const char *name);

/* Where the body of the HTML ends: before its last </body>, else before the first </html>, else at its end. Borrowed. */
const char *ist_html_end_of_body (const char *html);

/* Text with the character references decoded that mail has in addresses and words: numbers, amp, lt, gt, quot, apos,
 * nbsp. g_free(). */
char *ist_html_unescape (const char *text, gsize size);

/* What stands for a character that has a meaning in HTML ("&amp;"), static; NULL: it stands for itself. */
const char *ist_html_entity (char c);

G_END_DECLS

#endif
