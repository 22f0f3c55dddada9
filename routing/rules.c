#include "routing/router-private.h"

#include "base/address.h"

#include <string.h>

enum
{
  RULE_REPORT_ONLY = 1,
  RULE_CONVERT_MODE = 5,
  RULE_CONVERT_PROFILE = 6
};

/* ---- patterns ---- */

/* '*' and '?' on lower-cased text; linear in practice, quadratic at worst, never exponential. */
static gboolean
glob (const char *pattern, const char *text)
{
  const char *star = NULL;
  const char *retry = NULL;

  while (*text != '\0')
    {
      if (*pattern == '*')
        {
          star = pattern++;
          retry = text;
        }
      else if (*pattern == '?' || *pattern == *text)
        {
          pattern++;
          text++;
        }
      else if (star != NULL)
        {
          pattern = star + 1;
          text = ++retry;
        }
      else
        return FALSE;
    }
  while (*pattern == '*')
    pattern++;
  return *pattern == '\0';
}

/* The pattern in the form of ist_address_key(): lower-case, domains as A-labels where no * or ? is in the way. */
static char *
pattern_key (const char *pattern)
{
  g_autofree char *domain = NULL;
  char *key = NULL;

  if (strpbrk (pattern, "*?") != NULL)
    return g_utf8_strdown (pattern, -1);
  if (pattern[0] != '@')
    key = ist_address_key (pattern);
  else if ((domain = ist_domain_key (pattern + 1)) != NULL)
    key = g_strconcat ("@", domain, NULL);
  return key != NULL ? key : g_utf8_strdown (pattern, -1);
}

static gboolean
match_one (const char *pattern, const char *key)
{
  g_autofree char *p = NULL;

  if (key[0] == '\0')
    return strcmp (pattern, "<>") == 0;
  p = pattern_key (pattern);
  if (p[0] == '@')
    return strrchr (key, '@') != NULL && glob (p, strrchr (key, '@'));
  return glob (p, key);
}

gboolean
ist_rules_match_address (char *const *patterns, const char *address)
{
  g_autofree char *key = NULL;

  if (patterns[0] == NULL)
    return TRUE;
  key = ist_address_key (address);
  if (key == NULL)
    key = g_utf8_strdown (address, -1);
  for (guint i = 0; patterns[i] != NULL; i++)
    if (match_one (patterns[i], key))
      return TRUE;
  return FALSE;
}

static gboolean
match_side (char *const *names, IstSide side)
{
  if (names[0] == NULL)
    return TRUE;
  return g_strv_contains ((const char *const *) names, ist_side_name (side));
}

static gboolean
match_header (const char *header, const IstMessage *message)
{
  const char *colon = strchr (header, ':');
  g_autofree char *name = g_strndup (header, (gsize) (colon - header));
  g_autofree char *pattern = g_ascii_strdown (colon + 1, -1);

  g_strstrip (name);
  g_strstrip (pattern);
  for (guint i = ist_message_find_field (message, name, 0); i != IST_MESSAGE_NOT_FOUND;
       i = ist_message_find_field (message, name, i + 1))
    {
      g_autofree char *value = ist_message_field_value (message, i);
      g_autofree char *lower = g_ascii_strdown (value, -1);

      if (glob (pattern, lower))
        return TRUE;
    }
  return FALSE;
}

typedef enum
{
  NO,
  YES,
  LATER /* size or header are not known yet */
} Match;

/* A rule's recipients are known by the address as it was written and by the person's primary one. */
static gboolean
match_recipient (const IstRuleSettings *rule, const char *recipient, const IstRoute *route)
{
  return ist_rules_match_address (rule->recipients, recipient)
         || (strcmp (recipient, route->primary) != 0
             && ist_rules_match_address (rule->recipients, route->primary));
}

static Match
match_rule (const IstRuleSettings *rule, const IstRouteAsk *ask, const char *recipient,
            const IstRoute *route)
{
  if (!match_side (rule->origins, ask->origin) || !match_side (rule->destinations, route->side)
      || !ist_rules_match_address (rule->senders, ask->sender != NULL ? ask->sender : "")
      || !match_recipient (rule, recipient, route))
    return NO;
  if (rule->header == NULL && rule->larger_than_bytes == 0)
    return YES;
  if (ask->message == NULL)
    return LATER;
  if (rule->larger_than_bytes > 0 && ask->size_bytes <= (guint64) rule->larger_than_bytes)
    return NO;
  return rule->header == NULL || match_header (rule->header, ask->message) ? YES : NO;
}

/* Does the search for the rule that decides go on behind it? */
static gboolean
only_sets (const IstRuleSettings *rule)
{
  return rule->action == RULE_CONVERT_MODE || rule->action == RULE_CONVERT_PROFILE;
}

/* What one matching rule says beside its action; the first to say it is heard. */
static void
take_settings (const IstRuleSettings *rule, IstRuled *ruled, IstRoute *route)
{
  if (rule->priority > 0 && !ruled->priority_set)
    {
      route->priority = (IstPriority) (rule->priority - 1);
      ruled->priority_set = TRUE;
    }
  if (!ruled->mode_set && (rule->action == RULE_CONVERT_MODE || rule->mode == RULE_REPORT_ONLY))
    {
      route->report_only = rule->mode == RULE_REPORT_ONLY;
      ruled->mode_set = TRUE;
    }
  if (rule->convert != NULL && !ruled->profile_set)
    {
      g_free (route->profile);
      route->profile = g_strdup (rule->convert);
      ruled->profile_set = TRUE;
      ist_route_step (route, "rule %s chooses conversion profile %s", rule->group.name, rule->convert);
    }
}

void
ist_rules_apply (IstRouter *self, const IstRouteAsk *ask, const char *recipient, IstRoute *route,
                 IstRuled *ruled)
{
  const GPtrArray *rules = ist_settings_list (self->settings, "rule");

  memset (ruled, 0, sizeof *ruled);
  for (guint i = 0; i < rules->len; i++)
    {
      const IstRuleSettings *rule = g_ptr_array_index (rules, i);
      Match match = match_rule (rule, ask, recipient, route);

      if (match == LATER)
        {
          route->final_known = FALSE;
          ist_route_step (route, "rule %s is judged when size and header are known", rule->group.name);
          if (only_sets (rule))
            continue;
          ruled->pending = rule;
          return;
        }
      if (match != YES)
        continue;
      ist_route_step (route, "rule %s matches", rule->group.name);
      take_settings (rule, ruled, route);
      if (only_sets (rule))
        continue;
      g_free (route->rule);
      route->rule = g_strdup (rule->group.name);
      ruled->rule = rule;
      return;
    }
}
