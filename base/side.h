/*
 * base/side.h - the three places a message can come from or go to.
 */
#ifndef IST_BASE_SIDE_H
#define IST_BASE_SIDE_H

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  IST_SIDE_NONE, /* not known (yet) */
  IST_SIDE_DOMINO,
  IST_SIDE_EXCHANGE,
  IST_SIDE_INTERNET
} IstSide;

#define IST_N_SIDES 4

/* "none", "domino", "exchange", "internet": the spelling in settings, logs and JSON. Static. */
const char *ist_side_name (IstSide side);

/* The side of that name, IST_SIDE_NONE when there is none. */
IstSide ist_side_from_name (const char *name);

G_END_DECLS

#endif
