/*
 * convert/limits.h - how much of a message is converted. What is beyond a limit passes unchanged, and a note of
 * "limits" says so; converting never makes a message fail.
 *
 *   g_autofree char *text = ist_limits_text (context, message, node);
 *   if (text == NULL)
 *     return;
 *
 * Threads: any; no state.
 */
#ifndef IST_CONVERT_LIMITS_H
#define IST_CONVERT_LIMITS_H

#include "base/mime-tree.h"
#include "convert/pipeline.h"

G_BEGIN_DECLS

#define IST_LIMITS_NOTE "limits"

/* What the settings say where nobody says otherwise. */
#define IST_CONVERT_MAX_TEXT ((gsize) 10 * 1024 * 1024)
#define IST_CONVERT_MAX_PARTS 1000
#define IST_CONVERT_MAX_DEPTH 10
#define IST_CONVERT_MAX_HEADER ((gsize) 1024 * 1024)

typedef struct
{
  gsize max_text_bytes;   /* of one text part, as it came */
  guint max_parts;        /* of one message, those of attached ones included */
  guint max_depth;        /* of attached messages */
  gsize max_header_bytes; /* of one message */
} IstLimits;

/* Those of `settings`; NULL: the defaults. */
IstLimits ist_limits_of (const IstConvertSettings *settings);

/* Is the message within the limits on header and parts? Notes what is not. */
gboolean ist_limits_fit (const IstConvertContext *context, IstMessage *message);

/* May the content of this leaf be read as a text? Notes once a message and part if it is too large. */
gboolean ist_limits_text_fits (const IstConvertContext *context, IstMessage *message, const IstMimeNode *node);

/* ist_look_text() within the limit; NULL also for what PGP signed or encrypted in itself (sealed.h). */
char *ist_limits_text (const IstConvertContext *context, IstMessage *message, const IstMimeNode *node);

G_END_DECLS

#endif
