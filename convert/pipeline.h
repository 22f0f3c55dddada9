/*
 * convert/pipeline.h - the transforms, in their order, and running them over one message.
 *
 * A transform repairs one quirk of one direction. It is one file, one row of the table in pipeline.c
 * and one fixture folder, all of one name. Switches live in [convert] and its profiles: "NAME = yes|no".
 *
 * Most transforms change the message they are given: its header, and its parts through base/mime-tree.h, which a
 * transform takes only when the raw bytes show that it may have something to do: nearly all mail must pass without
 * a tree. ist_message_replace() is not for them. One that must make several messages of one (a
 * changed series that the other side only understands instance by instance) derives parts instead; what
 * runs after it runs on each part.
 *
 *   g_autoptr (GPtrArray) parts = ist_derived_array_new ();
 *   ist_pipeline_run (&context, message, parts, &error);
 *   parts->len == 0: `message` is the result; else the parts are, in this order
 *
 * Attached messages (message/rfc822) are converted like the message itself, down to the depth of the settings, each
 * as an IstMessage of its own; so a transform works on the message it is given and leaves the nodes with in_rfc822
 * alone. Those that derive parts are for the message itself: what is attached was sent to somebody before.
 *
 * Threads: the table is constant; a run works on one message in one thread. A test program replaces the
 * table at link time by defining the first three functions itself: running is in pipeline-run.c.
 */
#ifndef IST_CONVERT_PIPELINE_H
#define IST_CONVERT_PIPELINE_H

#include "base/message.h"
#include "base/side.h"
#include "convert/settings.h"

G_BEGIN_DECLS

typedef struct
{
  IstSide from, to;
  const IstConvertSettings *settings; /* of the profile in use, borrowed; NULL: defaults */
  const char *sender;            /* of the envelope; "" is the null sender, NULL: not known */
  const char *recipient;         /* NULL when the run serves several recipients */
  /* The language of texts that are put into the message, borrowed; NULL, as a function or an answer: the one of
   * the settings. It is asked only when there is such a text. */
  const char *(*language) (gpointer user);
  gpointer language_user;
  guint depth;                   /* 0: the message itself; 1: one attached to it; and so on */
} IstConvertContext;

/* One message of several that were made of one. */
typedef struct
{
  char *key;                     /* stable: the same message gives the same keys again */
  char *order_key;               /* parts with equal keys leave strictly one after the other; NULL: any order */
  IstMessage *message;
} IstDerived;

/* Takes `message`. */
IstDerived *ist_derived_new (const char *key, const char *order_key, IstMessage *message);
void ist_derived_free (IstDerived *derived);
GPtrArray *ist_derived_array_new (void); /* of IstDerived, owned */

typedef struct
{
  const char *name;              /* "notes-encap-strip" */
  const char *summary;           /* one sentence */
  const char *source;            /* the standard or page that describes the damage */
  gboolean on_by_default;
  IstSide from;                  /* NONE: any */
  IstSide to;                    /* NONE: any other */
  gboolean is_guard;             /* keeps harm out and looks at the header alone: for what else passes unchanged too */
  /* Repairs `message` in place, noting what it did. FALSE only when the message cannot be handled
   * (limits); a transform that does not apply changes nothing and returns TRUE. */
  gboolean (*run) (const IstConvertContext *context, IstMessage *message, GError **error);
  /* In place of `run`, for a transform that may derive parts: appends them to the empty `parts` and
   * leaves `message` alone, or appends none and behaves as `run` does. */
  gboolean (*derive) (const IstConvertContext *context, IstMessage *message, GPtrArray *parts,
                      GError **error);
} IstTransform;

/* All transforms, in running order. */
guint ist_pipeline_count (void);
const IstTransform *ist_pipeline_get (guint i);

/* Is transform `i` switched on? `settings` NULL: the defaults. */
gboolean ist_pipeline_is_on (guint i, const IstConvertSettings *settings);

/* Runs every transform that is on and fits the direction. `parts` (empty, of IstDerived) gets the messages
 * that take the place of `message`, if there are several. Keys of parts made of parts are "outer/inner". */
gboolean ist_pipeline_run (const IstConvertContext *context, IstMessage *message, GPtrArray *parts,
                           GError **error);

/* The language for ist_catalog_text(), borrowed. A message for people of several languages is converted anew for
 * each of them, but only when a transform asked. */
const char *ist_convert_language (const IstConvertContext *context);

G_END_DECLS

#endif
