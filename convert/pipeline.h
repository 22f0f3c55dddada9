/*
 * convert/pipeline.h - the transforms, in their order, and running them over one message.
 *
 * A transform repairs one quirk of one direction. It is one file, one row of the table in pipeline.c
 * and one fixture folder, all of one name. Switches live in [convert]: "NAME = yes|no".
 *
 * Threads: the table is constant; a run works on one message in one thread.
 */
#ifndef IST_CONVERT_PIPELINE_H
#define IST_CONVERT_PIPELINE_H

#include "base/message.h"
#include "base/settings.h"
#include "base/side.h"

G_BEGIN_DECLS

typedef struct
{
  IstSide from, to;
  const IstSettings *settings;   /* borrowed; NULL: defaults */
  const char *sender;
  const char *recipient;         /* NULL when the run serves several recipients */
} IstConvertContext;

typedef struct
{
  const char *name;              /* "notes-encap-strip" */
  const char *summary;           /* one sentence */
  const char *source;            /* the standard or page that describes the damage */
  gboolean on_by_default;
  IstSide from;                  /* NONE: any */
  IstSide to;                    /* NONE: any other */
  /* Repairs `message` in place, noting what it did. FALSE only when the message cannot be handled
   * (limits); a transform that does not apply changes nothing and returns TRUE. */
  gboolean (*run) (const IstConvertContext *context, IstMessage *message, GError **error);
} IstTransform;

/* All transforms, in running order. */
guint ist_pipeline_count (void);
const IstTransform *ist_pipeline_get (guint i);

/* Is transform `i` switched on? `settings` NULL: the defaults. */
gboolean ist_pipeline_is_on (guint i, const IstSettings *settings);

/* Runs every transform that is on and fits the direction. */
gboolean ist_pipeline_run (const IstConvertContext *context, IstMessage *message, GError **error);

G_END_DECLS

#endif
