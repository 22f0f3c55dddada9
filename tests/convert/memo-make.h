/*
 * tests/convert/memo-make.h - makes a mail of Domino as it is sent with "conversion and encapsulation": readable texts and,
 * beside them, the memo itself as a Notes database.
 *
 *   const Memo memo = { .copy = MEMO_BUTTON, .form = "Approval" };
 *   g_autofree char *mail = memo_make_mail (&memo);
 */
#ifndef IST_TESTS_CONVERT_MEMO_MAKE_H
#define IST_TESTS_CONVERT_MEMO_MAKE_H

#include <glib.h>

typedef enum
{
  MEMO_PLAIN,
  MEMO_BUTTON,
  MEMO_SEALED,
  MEMO_FILE,   /* with an attachment plan.txt */
  MEMO_LARGE,  /* with an attachment that is many times larger than all of the mail */
  MEMO_LINK,   /* with a link to a document */
  MEMO_LINKED, /* with a link to a second document that is in the copy too, and one to itself */
  MEMO_LINKED_SEALED, /* the same, the second document encrypted */
  MEMO_GARBAGE /* no database */
} MemoCopy;

/* The link of MEMO_LINK. */
#define MEMO_REPLICA "85255E18006C664A"
#define MEMO_VIEW "0123456789ABCDEF0123456789ABCDEF"
#define MEMO_NOTE "FEDCBA9876543210FEDCBA9876543210"

typedef struct
{
  MemoCopy copy;
  gboolean alone;   /* no readable text beside it */
  gboolean twice;   /* the copy stands in it two times */
  const char *part; /* one more part before the copy, headers and content; NULL */
  const char *beside; /* the copy stands in a multipart/mixed behind this part, in place of the texts; NULL */
  const char *form; /* NULL: "Memo" */
  const char *item; /* name of one more item; NULL */
  const char *html; /* in the body of the readable HTML; NULL: "<p>Hello" */
} Memo;

GBytes *memo_make_database (const Memo *memo);

/* From anna@acme.example to bob@acme.example, with CRLF. g_free(). */
char *memo_make_mail (const Memo *memo);
/* The same with this as the copy. */
char *memo_make_mail_with (const Memo *memo, GBytes *database);

#endif
