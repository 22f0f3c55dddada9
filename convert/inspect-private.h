/*
 * convert/inspect-private.h - what the files of inspecting share: inspect.c tells kinds apart and keeps the bounds,
 * inspect-nsf.c, inspect-tnef.c and inspect-mail.c describe one kind each.
 *
 *   json_t *items = json_array ();
 *   inspect_append (self, items, json_pack ("{s:s}", "type", "text"));
 *
 * Threads: one.
 */
#ifndef IST_CONVERT_INSPECT_PRIVATE_H
#define IST_CONVERT_INSPECT_PRIVATE_H

#include "convert/inspect.h"

G_BEGIN_DECLS

typedef struct
{
  const IstSettings *settings;
  guint entries_left, not_shown;
  gsize bytes_left;
  guint depth; /* files around the present one */
} Inspect;

/* `entry` is taken. Beyond the bound it is counted only. */
void inspect_append (Inspect *self, json_t *list, json_t *entry);
/* May so many bytes be expanded or walked? They are counted then. */
gboolean inspect_may_read (Inspect *self, gsize size_bytes);

/* A member that is a word from outside: cut to 100 characters, what does not print replaced. Nothing for NULL. */
void inspect_set_word (json_t *object, const char *key, const char *word);
void inspect_set_size (json_t *object, const char *key, gsize size_bytes);
void inspect_set_hex (json_t *object, const char *key, guint64 value, guint digits);
void inspect_set_true (json_t *object, const char *key, gboolean value); /* nothing for FALSE */
/* The ending of a file name as the member "ending", where it has one. */
void inspect_set_ending (json_t *object, const char *name);
/* Not readable: the member "why". */
void inspect_refuse (json_t *object, const char *why);

/* Objects with the members that the kind has. The caller owns them. */
json_t *inspect_nsf (Inspect *self, IstBody *body);
json_t *inspect_tnef (Inspect *self, IstBody *body, gsize offset, gsize size_bytes);
json_t *inspect_message (Inspect *self, IstBody *body);

/* The parts of a message as the members "tree" and "parts". */
void inspect_add_parts (Inspect *self, IstBody *body, json_t *object);

/* A file in the present one, if it is a database or a stream; NULL: it is neither, or too deep. */
json_t *inspect_inner (Inspect *self, IstBody *body);

/* Does it begin as a database or a stream? */
gboolean inspect_is_format (const IstBody *body);

G_END_DECLS

#endif
