/*
 * base/conf.h - key-file syntax with line numbers; every repetition is an error.
 *
 * Threads: pure function.
 */
#ifndef IST_BASE_CONF_H
#define IST_BASE_CONF_H

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *key;
  char *value;
  guint line;
} IstConfEntry;

typedef struct
{
  char *kind;         /* "listener" of [listener smtp-in] */
  char *name;         /* "smtp-in"; "" when there is none */
  guint line;
  GPtrArray *entries; /* IstConfEntry */
} IstConfGroup;

/* Groups in file order (GPtrArray of IstConfGroup, owned by the array). Lines for people go to `errors`;
 * what could be read is given all the same, so that one run shows every mistake. */
GPtrArray *ist_conf_parse (const char *text, const char *file_name, GPtrArray *errors);

G_END_DECLS

#endif
