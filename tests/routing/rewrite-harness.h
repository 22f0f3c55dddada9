/*
 * tests/routing/rewrite-harness.h - a rewriter over a small directory, and headers through it.
 */
#ifndef IST_TESTS_REWRITE_HARNESS_H
#define IST_TESTS_REWRITE_HARNESS_H

#include "routing/address/rewrite.h"

/* One served site: shared acme.example, routing sub-domains d.acme.example and x.acme.example, Notes domain
 * ACME; people anna (Domino), bob and nina (Exchange). `more` is added to the settings. NULL after a failed
 * assertion. */
IstRewriter *ist_test_rewriter (IstSide from, IstSide to, const char *more);

/* `text` as a message; free with ist_message_free(). */
IstMessage *ist_test_message (const char *text);

/* The whole of a message as text; g_free(). */
char *ist_test_message_text (const IstMessage *message);

/* `text` after ist_rewriter_header(); g_free(). */
char *ist_test_rewrite (IstRewriter *rewriter, const char *text);

#endif
