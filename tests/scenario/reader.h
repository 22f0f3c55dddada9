/*
 * tests/scenario/reader.h - what arrived, as the mail program of the person who got it shows it.
 *
 *   g_autoptr (IstReader) bob = ist_reader_deliver (s, "domino", text);     anna to bob through the instance
 *   ist_reader_shows (bob, "text/html", "<td>Umsatz</td>");
 *   IST_ASSERT_STR (ist_reader_files (bob), "plan.doc | plan (2).doc");
 *
 * Parts are found and decoded by base/mime-tree.h. Strings given out belong to the reader.
 *
 * Threads: one.
 */
#ifndef IST_TESTS_SCENARIO_READER_H
#define IST_TESTS_SCENARIO_READER_H

#include "base/mime-tree.h"
#include "tests/scenario/scenario.h"

typedef struct
{
  IstMessage *message; /* an empty one when nothing arrived */
  IstMimeNode *root;
  const char *raw;     /* the text as it came over the wire; lives as long as the host */
  GPtrArray *texts;    /* private */
} IstReader;

/* Sends `text` from the mail system of `side` ("domino": anna to bob; "exchange": bob to anna) and reads what arrives
 * on the other side. Nothing, or more than one message there: the test fails. Never NULL. */
IstReader *ist_reader_deliver (IstScenario *s, const char *side, const char *text);
/* The same for other people; `host` is the one where it must arrive. */
IstReader *ist_reader_deliver_to (IstScenario *s, const char *side, const char *from, const char *to, IstHost *host,
                                  const char *text);
IstReader *ist_reader_new (const IstArrival *arrival); /* NULL: the test fails */
void ist_reader_free (IstReader *self);

/* The first part of this type that is no attachment, as text; "" without one. */
const char *ist_reader_text (IstReader *self, const char *type);
/* Is this in that text? Fails the test and prints the text when not. */
gboolean ist_reader_shows_impl (IstReader *self, const char *type, const char *words, const char *file, guint line);
#define ist_reader_shows(self, type, words) ist_reader_shows_impl (self, type, words, __FILE__, __LINE__)
/* A field of the header, decoded; "" without it. */
const char *ist_reader_field (IstReader *self, const char *name);
/* Names of all parts that have one or are attachments ("?" without a name), in order, between " | ". Parts of attached
 * messages do not count, the message itself does. */
const char *ist_reader_files (IstReader *self);
/* The types of all parts: "multipart/mixed(text/plain application/pdf)". */
const char *ist_reader_shape (IstReader *self);
/* The part of this name, Content-ID or type; NULL: there is none. */
IstMimeNode *ist_reader_named (IstReader *self, const char *name);
IstMimeNode *ist_reader_with_id (IstReader *self, const char *id);
IstMimeNode *ist_reader_of_type (IstReader *self, const char *type);
/* Does this part (NULL: no) hold just these bytes, decoded? */
gboolean ist_reader_holds (IstMimeNode *node, const void *data, gsize size_bytes);

/* `data` in lines of base64, with CRLF; g_free(). */
char *ist_reader_base64 (const void *data, gsize size_bytes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstReader, ist_reader_free)

#endif
