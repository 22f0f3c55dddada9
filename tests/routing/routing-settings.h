/*
 * tests/routing/routing-settings.h - settings of the routing groups from text.
 */
#ifndef IST_TESTS_ROUTING_SETTINGS_H
#define IST_TESTS_ROUTING_SETTINGS_H

#include "routing/settings.h"

/* `text` and `more` in a row. NULL after a failed assertion, which prints what is wrong. */
IstSettings *ist_test_settings (const char *text, const char *more);

#endif
