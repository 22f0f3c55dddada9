/*
 * convert/tnef-parts.h - what a TNEF message is as MIME: its text and its attachments as parts in no tree yet.
 *
 *   g_autoptr (IstTnefParts) parts = ist_tnef_parts_new (tnef, body, root->head, &run);
 *   IstMimeNode *text = ist_tnef_parts_take_body (parts);
 *   ist_tnef_parts_take_attachments (parts, mixed, 1);
 *
 * Attachments are ranges of the decoded stream, never copied; an embedded message is written anew.
 *
 * Threads: one.
 */
#ifndef IST_CONVERT_TNEF_PARTS_H
#define IST_CONVERT_TNEF_PARTS_H

#include "base/mime-tree.h"
#include "convert/format/tnef.h"
#include "convert/pipeline.h"

G_BEGIN_DECLS

#define IST_TNEF_MAX_TEXT ((gsize) 8 * 1024 * 1024)
#define IST_TNEF_MAX_RTF ((gsize) 64 * 1024 * 1024)

/* What the pieces of one decoding share. */
typedef struct
{
  const IstConvertContext *convert; /* NULL: texts that are added are English */
  guint depth;                      /* of messages in messages around this one */
} IstTnefRun;

/* All members are for reading. */
typedef struct
{
  char *text;                    /* NULL: none */
  char *html;                    /* NULL: none */
  GPtrArray *inline_parts;       /* IstMimeNode with a Content-ID that `html` names */
  GPtrArray *attachments;        /* IstMimeNode */
  GPtrArray *alternatives;       /* IstMimeNode: what the message is besides, text/calendar */
  IstMimeNode *report;           /* the machine's half of a report; NULL: none */
  char *report_text;             /* what the report says to people where `text` is missing; NULL: nothing */
  IstMimeNode *entity;           /* the whole message is this signed or encrypted one; NULL: it is none */
  gboolean has_series;           /* its changed instances are in an alternative */
  char *note;                    /* for the trace: what could not be carried; NULL: nothing */
  char *extra_text, *extra_html; /* to stand behind the text, whoever wrote it; NULL: nothing */
} IstTnefParts;

/* `body` is what `tnef` was read from (referenced by the parts). `head` is the header of the message. */
IstTnefParts *ist_tnef_parts_new (const IstTnef *tnef, IstBody *body, const IstMessage *head,
                                  const IstTnefRun *run);
void ist_tnef_parts_free (IstTnefParts *parts); /* NULL is allowed; nodes not taken go with it */

/* The text as one node: text/plain, or multipart/alternative with what there is; NULL: there is none. Given once. */
IstMimeNode *ist_tnef_parts_take_body (IstTnefParts *parts);
/* The HTML with its pictures: text/html or multipart/related; NULL: there is none. Given once. */
IstMimeNode *ist_tnef_parts_take_html (IstTnefParts *parts);
/* `html` with `extra` before its end. g_free(). */
char *ist_tnef_parts_add_html (const char *html, const char *extra);
/* Puts the attachments (and pictures nobody took) into `multipart` from `index` on. Gives how many. */
guint ist_tnef_parts_take_attachments (IstTnefParts *parts, IstMimeNode *multipart, guint index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstTnefParts, ist_tnef_parts_free)

G_END_DECLS

#endif
