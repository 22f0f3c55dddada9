/*
 * tests/crash/story.h - what a workload was promised by the queue, and whether a queue keeps it.
 *
 * The story is a log of events, each "from now on message n (or row r of it) may be in one of these
 * states". Before a call to the queue the old and the new state are allowed, after it the new one. A
 * moment in the middle of the work is a length of the log: what a queue opened after a power cut at that
 * moment must hold (crash rules 1, 2, 4 and 7).
 *
 * Threads: all functions may be called from any thread.
 */
#ifndef IST_TESTS_CRASH_STORY_H
#define IST_TESTS_CRASH_STORY_H

#include "routing/queue/queue.h"

typedef struct _IstStory IstStory;

#define IST_STORY_THRESHOLD 2048 /* bodies above are files */
#define IST_STORY_ROWS 8          /* recipients of a message, at most */
#define IST_STORY_PARTS 3        /* of a materialised recipient */

/* Of a message: */
#define IST_STORY_ABSENT (1u << 0)
#define IST_STORY_PRESENT (1u << 1)
/* Of a row: */
#define IST_STORY_STATE(state) (1u << (state))
#define IST_STORY_FINAL \
  (IST_STORY_STATE (IST_STATE_DELIVERED) | IST_STORY_STATE (IST_STATE_FAILED) \
   | IST_STORY_STATE (IST_STATE_EXPIRED))

IstStory *ist_story_new (void);
void ist_story_free (IstStory *story);

/* A new message nobody has submitted yet; its number. `failed_row` ≥ 0: a report about that row of message
 * `about`, there exactly when that row has failed. */
guint ist_story_add (IstStory *story, guint n_rows, gsize size, gint about, gint failed_row);

/* The message itself for the queue: envelope naming number n, and its text. */
IstQueueMessage *ist_story_message (IstStory *story, IstQueue *queue, guint n, const char *relay);
char *ist_story_text (guint n, gsize size);
/* Number of a message by its sender, -1: none of ours. */
gint ist_story_number (const IstQueueMessage *message);
guint ist_story_count (IstStory *story); /* messages */
guint ist_story_rows (IstStory *story, guint n);

/* `row` -1: presence of the message. */
void ist_story_allow (IstStory *story, guint n, gint row, guint states); /* old states or these */
void ist_story_settle (IstStory *story, guint n, gint row, guint states); /* only these */

/* The message was accepted. A job can be taken before its submitter comes to say so: who takes one waits. */
void ist_story_promised (IstStory *story, guint n);
void ist_story_wait_promised (IstStory *story, guint n);

guint ist_story_length (IstStory *story);

/* Compares; one line per broken promise is added to `broken` (char *). `folder` is the queue's; NULL: the
 * body files are not counted. */
void ist_story_check (IstStory *story, guint length, IstQueue *queue, const char *folder,
                      GPtrArray *broken);

#endif
