/*
 * base/span.h - a text that is put together from ranges of others, without copying them.
 *
 *   g_autoptr (GArray) spans = ist_span_array_new ();
 *   ist_span_append (spans, original, 0, 4711, IST_SPAN_AS_IS);
 *   ist_span_append_text (spans, "--boundary\r\n");
 *   ist_span_append (spans, picture, 0, ist_body_size (picture), IST_SPAN_BASE64);
 *
 * Threads: an array belongs to one thread; the bodies are shared.
 */
#ifndef IST_BASE_SPAN_H
#define IST_BASE_SPAN_H

#include "base/body.h"

G_BEGIN_DECLS

typedef enum
{
  IST_SPAN_AS_IS,
  IST_SPAN_BASE64 /* written in lines of 76 characters, each with CRLF (RFC 2045 6.8) */
} IstSpanForm;

typedef struct
{
  IstBody *body;
  gsize offset, size_bytes; /* the range of `body` */
  IstSpanForm form;
} IstSpan;

typedef gboolean (*IstSpanSink) (gpointer user, const char *data, gsize size_bytes, GError **error);

GArray *ist_span_array_new (void); /* of IstSpan; the references go with it */

/* References `body`. A range that continues the last one as it is becomes one with it; an empty one is left out. */
void ist_span_append (GArray *spans, IstBody *body, gsize offset, gsize size_bytes, IstSpanForm form);
void ist_span_append_text (GArray *spans, const char *text); /* copied */

/* Bytes that writing gives. */
gsize ist_span_size (const GArray *spans);

/* Gives all to `sink` in pieces. Stops at its first FALSE. */
gboolean ist_span_write (const GArray *spans, IstSpanSink sink, gpointer user, GError **error);

G_END_DECLS

#endif
