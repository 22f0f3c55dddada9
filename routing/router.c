#include "routing/router-private.h"

#include "base/address.h"

#include <string.h>

enum
{
  RULE_RELAY,
  RULE_HOLD,
  RULE_REFUSE,
  RULE_DISCARD,
  RULE_REDIRECT
};

#define MAX_REDIRECTS 5

IstRouter *
ist_router_new (IstSettings *settings, const IstDirectory *directory, guint generation)
{
  IstRouter *self = g_new0 (IstRouter, 1);
  const GPtrArray *domains = ist_settings_list (settings, "domain");

  g_atomic_ref_count_init (&self->refs);
  self->settings = ist_settings_ref (settings);
  self->directory = directory;
  self->generation = generation;
  self->decoder = ist_decoder_new (settings, directory);
  self->domains = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < domains->len; i++)
    {
      const IstDomainSettings *domain = g_ptr_array_index (domains, i);
      char *key = ist_domain_key (domain->group.name);

      if (key != NULL)
        g_hash_table_insert (self->domains, key, (gpointer) domain);
    }
  return self;
}

IstRouter *
ist_router_ref (IstRouter *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
ist_router_unref (IstRouter *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->refs))
    return;
  g_hash_table_unref (self->domains);
  ist_decoder_free (self->decoder);
  ist_settings_unref (self->settings);
  g_free (self);
}

const IstSettings *
ist_router_settings (const IstRouter *self)
{
  return self->settings;
}

guint
ist_router_generation (const IstRouter *self)
{
  return self->generation;
}

static const IstDomainSettings *
find_domain (IstRouter *self, const char *domain)
{
  g_autofree char *key = domain != NULL ? ist_domain_key (domain) : NULL;

  return key != NULL ? g_hash_table_lookup (self->domains, key) : NULL;
}

gboolean
ist_router_is_our_domain (IstRouter *self, const char *domain)
{
  return find_domain (self, domain) != NULL;
}

char *
ist_router_language (IstRouter *self, const char *address)
{
  const char *at = ist_address_domain (address);
  const IstDomainSettings *domain = at != NULL ? find_domain (self, at) : NULL;
  g_auto (IstPerson) person = { 0 };

  if (domain != NULL && ist_route_ask_directory (self, address, &person) == IST_DIRECTORY_FOUND
      && person.language != NULL)
    return g_steal_pointer (&person.language);
  return domain != NULL ? g_strdup (domain->language) : NULL;
}

const char *
ist_router_profile (const IstRouter *self, const IstRoute *route, const char *relay)
{
  const IstRelaySettings *settings = relay != NULL ? ist_settings_get (self->settings, "relay", relay) : NULL;

  if (route->profile != NULL)
    return route->profile;
  return settings != NULL ? settings->convert : NULL;
}

/* ---- the answer ---- */

void
ist_route_clear (IstRoute *route)
{
  g_clear_pointer (&route->relay, g_free);
  g_clear_pointer (&route->address, g_free);
  g_clear_pointer (&route->primary, g_free);
  g_clear_pointer (&route->rule, g_free);
  g_clear_pointer (&route->profile, g_free);
  g_clear_pointer (&route->steps, g_ptr_array_unref);
  ist_reply_clear (&route->reply);
}

void
ist_route_step (IstRoute *route, const char *format, ...)
{
  va_list args;

  if (route->steps == NULL)
    return;
  va_start (args, format);
  g_ptr_array_add (route->steps, g_strdup_vprintf (format, args));
  va_end (args);
}

void
ist_route_refuse (IstRoute *route, guint code, const char *enhanced, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  route->action = IST_ROUTE_REFUSE;
  ist_reply_set (&route->reply, code, enhanced, "%s", text);
  ist_route_step (route, "refused: %u %s %s", code, enhanced, text);
}

/* ---- the directory's word ---- */

IstDirectoryAnswer
ist_route_ask_directory (IstRouter *self, const char *key, IstPerson *person)
{
  if (self->directory == NULL)
    return IST_DIRECTORY_STALE;
  return self->directory->who_is (self->directory->self, key, person);
}

void
ist_route_refuse_answer (IstRoute *route, IstDirectoryAnswer answer, const char *recipient)
{
  if (answer == IST_DIRECTORY_UNKNOWN)
    ist_route_refuse (route, 550, "5.1.1", "<%s>: there is no such recipient here", recipient);
  else if (answer == IST_DIRECTORY_AMBIGUOUS)
    ist_route_refuse (route, 451, "4.1.4", "<%s>: two directory entries claim this address", recipient);
  else
    ist_route_refuse (route, 451, "4.4.3", "<%s>: the directory is not available now", recipient);
}

/* May the domain decide where a person lives whom the directory does not name? Never when two claim the
 * address, and in a shared domain not while a configured directory cannot be asked: half of its people would be
 * sent to the wrong side. */
static gboolean
domain_decides (IstRouter *self, const IstDomainSettings *domain, IstDirectoryAnswer answer)
{
  if (domain->check_recipients || answer == IST_DIRECTORY_AMBIGUOUS)
    return FALSE;
  return answer == IST_DIRECTORY_UNKNOWN || domain->type != IST_DOMAIN_SHARED || self->directory == NULL
         || self->directory->age_secs (self->directory->self) < 0;
}

static void
take_person (IstRoute *route, const IstPerson *person)
{
  route->side = person->side;
  g_free (route->primary);
  route->primary = g_strdup (person->primary);
  g_free (route->address);
  route->address = g_strdup (person->forward != NULL ? person->forward : person->primary);
  ist_route_step (route, "the directory knows <%s> on side %s%s%s", person->primary,
                  ist_side_name (person->side), person->forward != NULL ? ", mail goes to " : "",
                  person->forward != NULL ? person->forward : "");
}

static gboolean
judge_domain (IstRouter *self, const IstDomainSettings *domain, const char *address,
              IstRoute *route)
{
  g_auto (IstPerson) person = { 0 };
  IstDirectoryAnswer answer = ist_route_ask_directory (self, address, &person);
  IstSide fallback
      = domain->side != NULL ? ist_side_from_name (domain->side) : IST_SIDE_NONE;

  if (answer == IST_DIRECTORY_FOUND)
    {
      take_person (route, &person);
      if (domain->type == IST_DOMAIN_OWN && person.side != fallback)
        ist_route_step (route, "although [domain %s] belongs to side %s: the directory decides",
                        domain->group.name, domain->side);
      return TRUE;
    }
  if (domain_decides (self, domain, answer))
    {
      route->side = fallback;
      ist_route_step (route, "[domain %s] sends people the directory does not know to side %s",
                      domain->group.name, domain->side);
      return TRUE;
    }
  ist_route_refuse_answer (route, answer, address);
  return FALSE;
}

/* A routing sub-domain stands for its primary domain; the person is looked up there. A domain of ours in letters
 * or dots that only IDNA takes for the same is written plainly, or the next hop would not know it. */
static char *
primary_address (const IstDomainSettings *domain, const char *address)
{
  g_autofree char *local = NULL;
  g_autofree char *asked = NULL;
  g_autofree char *key = NULL;

  if (!ist_address_split (address, &local, &asked))
    return g_strdup (address);
  if (domain->type == IST_DOMAIN_ROUTING)
    return g_strdup_printf ("%s@%s", local, domain->primary);
  key = ist_domain_key (asked);
  if (key == NULL || g_ascii_strcasecmp (key, asked) == 0)
    return g_strdup (address);
  return g_strdup_printf ("%s@%s", local, key);
}

static gboolean
judge_ours (IstRouter *self, const IstDomainSettings *domain, const char *recipient,
            IstRoute *route)
{
  g_autofree char *address = primary_address (domain, recipient);

  if (domain->type == IST_DOMAIN_ROUTING)
    ist_route_step (route, "[domain %s] is a routing sub-domain: <%s> is meant", domain->group.name,
                    address);
  g_free (route->primary);
  g_free (route->address);
  route->primary = g_strdup (address);
  route->address = g_strdup (address);
  return judge_domain (self, domain, address, route);
}

/* One recipient on its way through the router; `chosen`: the administrator chose the address (a redirection, the
 * postmaster), so it needs no permission of the peer's and may live on the side the message came from. */
typedef struct
{
  IstRouter *router;
  const IstRouteAsk *ask;
  gboolean chosen;
  guint redirects;
} Walk;

static gboolean
judge_foreign (const Walk *walk, const char *recipient, IstRoute *route)
{
  const IstRouteAsk *ask = walk->ask;

  route->side = IST_SIDE_INTERNET;
  if (walk->chosen
      || (ask->trusted && ask->relay_internet && ask->origin != IST_SIDE_INTERNET))
    {
      ist_route_step (route, "the domain is none of ours: side internet");
      return TRUE;
    }
  ist_route_refuse (route, 550, "5.7.1", "<%s>: relaying denied", recipient);
  return FALSE;
}

/* Where does the recipient live, and what is its primary address? */
static gboolean
find_side (const Walk *walk, const char *recipient, IstRoute *route)
{
  const IstDomainSettings *domain
      = find_domain (walk->router, ist_address_domain (recipient));

  g_free (route->primary);
  g_free (route->address);
  route->primary = g_strdup (recipient);
  route->address = g_strdup (recipient);
  if (domain != NULL)
    return judge_ours (walk->router, domain, recipient, route);
  return judge_foreign (walk, recipient, route);
}

/* ---- pilot groups ---- */

static gboolean
is_member (IstRouter *self, const char *address, const char *group)
{
  g_auto (IstPerson) person = { 0 };

  if (address == NULL || address[0] == '\0'
      || ist_route_ask_directory (self, address, &person) != IST_DIRECTORY_FOUND)
    return FALSE;
  for (guint i = 0; person.groups != NULL && person.groups[i] != NULL; i++)
    if (g_ascii_strcasecmp (person.groups[i], group) == 0)
      return TRUE;
  return FALSE;
}

/* docs/addresses.md, "Pilot groups". */
static void
apply_pilot (IstRouter *self, const IstRouteAsk *ask, IstRoute *route)
{
  g_autofree char *direction
      = g_strdup_printf ("%s-to-%s", ist_side_name (ask->origin), ist_side_name (route->side));
  const IstRewriteSettings *rewrite = ist_settings_get (self->settings, "rewrite", direction);

  if (rewrite == NULL || rewrite->pilot == NULL)
    return;
  if (is_member (self, route->primary, rewrite->pilot)
      || is_member (self, ask->sender, rewrite->pilot))
    {
      ist_route_step (route, "pilot group %s: converted", rewrite->pilot);
      return;
    }
  route->report_only = TRUE;
  ist_route_step (route, "neither sender nor recipient is in pilot group %s: passes unchanged",
                  rewrite->pilot);
}

/* ---- relay and guard ---- */

/* The routing sub-domain of a side for one primary domain: two domains must not meet in one sub-domain, where
 * their users' names would clash. */
static const char *
routing_domain (IstRouter *self, const IstSideSettings *side, const char *domain)
{
  const GPtrArray *domains = ist_settings_list (self->settings, "domain");
  g_autofree char *key = ist_domain_key (domain);
  const char *other = NULL;

  for (guint i = 0; key != NULL && i < domains->len; i++)
    {
      const IstDomainSettings *sub = g_ptr_array_index (domains, i);
      g_autofree char *primary = NULL;

      if (sub->type != IST_DOMAIN_ROUTING || strcmp (sub->side, side->group.name) != 0)
        continue;
      primary = ist_domain_key (sub->primary);
      if (g_strcmp0 (primary, key) != 0)
        continue;
      if (g_ascii_strcasecmp (sub->group.name, side->routing_domain) == 0)
        return sub->group.name;
      other = other != NULL ? other : sub->group.name;
    }
  return other;
}

/* Towards a side with a routing sub-domain the envelope carries it, unless the directory named another
 * forwarding address. */
static void
use_routing_domain (IstRouter *self, IstRoute *route)
{
  const IstSideSettings *side
      = ist_settings_get (self->settings, "side", ist_side_name (route->side));
  g_autofree char *local = NULL;
  g_autofree char *domain = NULL;
  const char *sub;

  if (side == NULL || side->routing_domain == NULL || g_strcmp0 (route->address, route->primary) != 0
      || !ist_address_split (route->address, &local, &domain))
    return;
  sub = routing_domain (self, side, domain);
  if (sub == NULL)
    return;
  g_free (route->address);
  route->address = g_strdup_printf ("%s@%s", local, sub);
  ist_route_step (route, "envelope address towards side %s: <%s>", ist_side_name (route->side),
                  route->address);
}

static gboolean
choose_relay (IstRouter *self, const IstRuleSettings *rule, IstRoute *route)
{
  const IstSideSettings *side
      = ist_settings_get (self->settings, "side", ist_side_name (route->side));
  const char *relay = rule != NULL && rule->action == RULE_RELAY ? rule->relay : NULL;

  if (relay == NULL && side != NULL)
    relay = side->relay;
  if (relay == NULL)
    {
      ist_route_refuse (route, 451, "4.3.5", "no relay is configured for side %s",
                        ist_side_name (route->side));
      return FALSE;
    }
  g_free (route->relay);
  route->relay = g_strdup (relay);
  ist_route_step (route, "relay %s", relay);
  if (route->profile == NULL && ist_router_profile (self, route, relay) != NULL)
    ist_route_step (route, "[relay %s] chooses conversion profile %s", relay, ist_router_profile (self, route, relay));
  return TRUE;
}

/* As things stand before the rule that waits for size and header is asked: what only it could allow is not refused,
 * and the relay is the side's own where there is one. */
static void
route_for_now (const Walk *walk, const IstRuleSettings *pending, IstRoute *route)
{
  const IstSideSettings *side
      = ist_settings_get (walk->router->settings, "side", ist_side_name (route->side));

  if (choose_relay (walk->router, side != NULL && side->relay != NULL ? NULL : pending, route))
    use_routing_domain (walk->router, route);
}

static gboolean
guard_origin (const Walk *walk, const IstRuleSettings *rule, const char *recipient, IstRoute *route)
{
  const IstRouteAsk *ask = walk->ask;

  if (walk->chosen || ask->accepted || ask->origin == IST_SIDE_NONE || route->side != ask->origin
      || (rule != NULL && rule->back_to_origin))
    return TRUE;
  ist_route_refuse (route, 550, "5.4.6",
                    "<%s> lives on the side the message came from (%s): routing loop", recipient,
                    ist_side_name (route->side));
  return FALSE;
}

/* ---- the whole ---- */

static void route_form (const Walk *walk, const char *recipient, IstRoute *route);

/* A rule for a whole domain that redirects into this domain means everybody but the target. */
static gboolean
is_target (const IstRuleSettings *rule, const char *recipient, const IstRoute *route)
{
  g_autofree char *target = ist_address_key (rule->redirect);
  g_autofree char *asked = ist_address_key (recipient);
  g_autofree char *primary = ist_address_key (route->primary);

  return target != NULL && (g_strcmp0 (target, asked) == 0 || g_strcmp0 (target, primary) == 0);
}

static void
redirect (const Walk *walk, const IstRuleSettings *rule, const char *recipient, IstRoute *route)
{
  Walk next = { walk->router, walk->ask, TRUE, walk->redirects + 1 };

  if (walk->redirects >= MAX_REDIRECTS)
    {
      ist_route_refuse (route, 554, "5.4.6", "<%s>: rules redirect in a circle", recipient);
      return;
    }
  ist_route_step (route, "rule %s redirects to <%s>", rule->group.name, rule->redirect);
  route_form (&next, rule->redirect, route);
}

static void
finish (const Walk *walk, const IstRuleSettings *rule, const char *recipient, IstRoute *route)
{
  if (rule != NULL && rule->action == RULE_DISCARD)
    {
      route->action = IST_ROUTE_DISCARD;
      return;
    }
  if (!guard_origin (walk, rule, recipient, route) || !choose_relay (walk->router, rule, route))
    return;
  use_routing_domain (walk->router, route);
  if (rule != NULL && rule->action == RULE_HOLD)
    route->action = IST_ROUTE_HOLD;
}

static void
route_form (const Walk *walk, const char *recipient, IstRoute *route)
{
  IstRuled ruled;
  const IstRuleSettings *rule;

  if (!find_side (walk, recipient, route))
    return;
  ist_rules_apply (walk->router, walk->ask, recipient, route, &ruled);
  if (ruled.pending != NULL)
    {
      route_for_now (walk, ruled.pending, route);
      return;
    }
  rule = ruled.rule;
  if (!ruled.mode_set)
    apply_pilot (walk->router, walk->ask, route);
  if (rule != NULL && rule->action == RULE_REFUSE)
    ist_route_refuse (route, 550, "5.7.1", "<%s>: %s", recipient,
                      rule->reply != NULL ? rule->reply : "refused by rule");
  else if (rule != NULL && rule->action == RULE_REDIRECT && !is_target (rule, recipient, route))
    redirect (walk, rule, recipient, route);
  else
    finish (walk, rule, recipient, route);
}

/* RFC 5321 4.5.1: "postmaster" is always taken, alone and at each domain served here. It is the configured one's
 * unless the directory has a postmaster for that domain. NULL: nobody's in particular. */
static const char *
postmaster (IstRouter *self, const char *recipient)
{
  const IstConnectorSettings *connector = ist_settings_get (self->settings, "connector", NULL);
  const char *domain = ist_address_domain (recipient);
  g_auto (IstPerson) person = { 0 };

  if (g_ascii_strncasecmp (recipient, "postmaster", 10) != 0)
    return NULL;
  if (recipient[10] == '\0')
    return connector->postmaster != NULL ? connector->postmaster : "";
  if (recipient[10] != '@' || connector->postmaster == NULL || domain != recipient + 11
      || !ist_router_is_our_domain (self, domain)
      || ist_route_ask_directory (self, recipient, &person) == IST_DIRECTORY_FOUND)
    return NULL;
  return connector->postmaster;
}

void
ist_router_route (IstRouter *self, const IstRouteAsk *ask, const char *recipient, IstRoute *route)
{
  const char *chosen = postmaster (self, recipient);
  Walk walk = { self, ask, chosen != NULL, 0 };
  g_autofree char *form = NULL;

  memset (route, 0, sizeof *route);
  route->action = IST_ROUTE_RELAY;
  route->priority = IST_PRIORITY_NORMAL;
  route->final_known = TRUE;
  if (ask->explain)
    route->steps = g_ptr_array_new_with_free_func (g_free);
  if (chosen != NULL && chosen[0] == '\0')
    {
      ist_route_refuse (route, 550, "5.1.1", "no postmaster is configured");
      return;
    }
  if (chosen != NULL)
    ist_route_step (route, "the postmaster is <%s>", chosen);
  form = ist_recipient_form (self, chosen != NULL ? chosen : recipient, route);
  if (form != NULL)
    route_form (&walk, form, route);
}
