/*
 * base/directory-api.h - "who is this address, and on which side does it live?"
 *
 * The interface through which routing, convert and freebusy ask; dirsync answers, and
 * connector/wire.c joins the two. A struct of functions, complete, with `self` first.
 *
 * Threads: every function may be called from any thread at once and never blocks on a sync.
 */
#ifndef IST_BASE_DIRECTORY_API_H
#define IST_BASE_DIRECTORY_API_H

#include "base/side.h"

G_BEGIN_DECLS

typedef enum
{
  IST_DIRECTORY_FOUND,
  IST_DIRECTORY_UNKNOWN,   /* the mirror is fresh and does not hold this address */
  IST_DIRECTORY_AMBIGUOUS, /* two objects claim it: never guess */
  IST_DIRECTORY_STALE      /* no mirror, or older than its limit: ask again later (SMTP 451) */
} IstDirectoryAnswer;

/* One person, group or room. Owned by the caller: ist_person_clear(). */
typedef struct
{
  IstSide side;          /* where the mailbox lives */
  char *primary;         /* primary SMTP address */
  char *forward;         /* routing address towards its side, NULL when `primary` serves */
  char *display_name;    /* NULL when the directory has none */
  char *language;        /* "de", "pt-BR"; NULL when the directory has none */
  char *notes_name;      /* canonical CN=…/OU=…/O=…, NULL when it has none */
  char **groups;         /* names of the groups it is listed in (for pilot groups); may be NULL */
  gboolean is_group;     /* a distribution list */
} IstPerson;

typedef struct
{
  gpointer self;

  /* Looks `key` up: an SMTP address (any case), a Notes name in any spelling, or an X.500 / legacy
   * Exchange DN. On FOUND fills *person, which must be cleared; otherwise leaves it alone. */
  IstDirectoryAnswer (*who_is) (gpointer self, const char *key, IstPerson *person);

  /* Seconds since the mirror was last complete; -1 when no directory is configured, G_MAXINT64 when a
   * configured one has never been read. */
  gint64 (*age_secs) (gpointer self);
} IstDirectory;

void ist_person_clear (IstPerson *person);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (IstPerson, ist_person_clear)

G_END_DECLS

#endif
