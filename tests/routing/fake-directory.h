/*
 * tests/routing/fake-directory.h - a directory of a few people, for tests of what asks it.
 *
 * Keys compare without case, a Notes name also without its labels.
 */
#ifndef IST_TESTS_FAKE_DIRECTORY_H
#define IST_TESTS_FAKE_DIRECTORY_H

#include "base/directory-api.h"

typedef struct
{
  const char *keys;    /* all it is known by, separated by '|'; the first is the primary address */
  IstSide side;
  const char *forward;
  const char *notes_name;
  const char *groups;  /* separated by '|' */
} IstFakePerson;

/* `people` ends with keys NULL. Two rows with one key are ambiguous. */
IstDirectory ist_fake_directory (const IstFakePerson *people);

/* The same, but out of reach: every answer is STALE. */
IstDirectory ist_fake_directory_stale (void);

#endif
