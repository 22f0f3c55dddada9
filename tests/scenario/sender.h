/*
 * tests/scenario/sender.h - a mail server that hands mail to Isthmus: one SMTP session, one message.
 *
 * Not the product's client: what it sends is what the scenario wrote.
 */
#ifndef IST_TESTS_SCENARIO_SENDER_H
#define IST_TESTS_SCENARIO_SENDER_H

#include <glib.h>

/* Sends one message to 127.0.0.1:`port`. `from` is the reverse-path, perhaps with parameters after a blank
 * ("anna@acme.example RET=HDRS"; "" for the null sender); `to` are recipients of the same form, separated
 * by '|'. `text` has CRLF line ends or LF ones, which are made CRLF; dots are stuffed. Gives the reply
 * line that decided: that of the final dot, or the last that refused before it; g_free(). */
char *ist_sender_send (guint16 port, const char *from, const char *to, const char *text,
                       gsize size_bytes);

#endif
