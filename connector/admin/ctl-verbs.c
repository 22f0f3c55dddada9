#include "config.h"

#include "connector/admin/ctl.h"

#include <stdio.h>
#include <string.h>

const IstCtlVerb ist_ctl_verbs[] = {
  { "config", ist_ctl_config, "check show reference",
    "checks the configuration, shows what is in force, explains every key",
    "  config check              is the file good? One line per error, with file and line\n"
    "  config show [--all]       what is set; --all: defaults too\n"
    "  config reference [--man]  every group and key, what is allowed, the default\n" },
  { "convert", ist_ctl_convert, "--direction --directory --report --explain --out-dir --memory --profile --config",
    "rewrites and converts one message from standard input, without a daemon",
    "  convert --direction domino-to-exchange|exchange-to-domino < in.eml > out.eml\n"
    "      --config FILE       domains, transforms and directories as configured; else the defaults\n"
    "      --profile NAME      as [convert NAME] of the configuration says, in place of [convert]\n"
    "      --directory FILE    people, from CSV or LDIF, in place of the configured ones\n"
    "      --report text|json  form of the changes told on standard error\n"
    "      --explain           draws the parts before and after on standard error\n"
    "      --out-dir FOLDER    writes 001.eml, 002.eml… there; needed when one message becomes several\n"
    "      --memory FILE       meeting memory to work on a copy of; no effect before meetings are converted\n" },
  { "help", ist_ctl_help, NULL, "explains a verb", "  help [VERB]\n" },
  { "inspect", ist_ctl_inspect, "--config",
    "prints what a file is made of, without what it says",
    "  inspect FILE          a Notes database (.nsf, .ond), winmail.dat or a message (.eml), whatever its name\n"
    "      --config FILE       transforms as configured; else the defaults\n"
    "      types, sizes, ids, names of fields, items and transforms; no texts, addresses or file names, so it can be\n"
    "      shown to others. The exit code is 1 when the file is none of these or too damaged to be read\n" },
  { "log", ist_ctl_log, "--follow --lines",
    "prints the newest events",
    "  log [--lines N] [--follow]  the last N events (100); --follow goes on until Ctrl-C\n" },
  { "queue", ist_ctl_queue,
    "summary list show export hold release retry delete redirect --relay --state --address --message-id --all "
    "--yes --reason --to --limit --out-dir",
    "shows the queue and acts on it",
    "  queue [summary]                       how much waits for which relay\n"
    "  queue list [FILTER…] [--limit N]      messages, oldest first\n"
    "  queue show ID                         one message and its recipients\n"
    "  queue export ID [FILE]                the message as it was accepted; without FILE to standard output\n"
    "  queue export FILTER… --out-dir FOLDER each as ID.eml\n"
    "  queue hold ID…|FILTER… [--reason TEXT]\n"
    "  queue release ID…|FILTER…             ends a hold\n"
    "  queue retry ID…|FILTER…               due now\n"
    "  queue delete ID…|FILTER… [--yes]      nobody is told; asks first on a terminal\n"
    "  queue redirect ID…|FILTER… --to ADDRESS  to this recipient, routed anew\n"
    "      FILTER: --relay NAME, --state queued|held|parts|waiting|dead, --address PART, --message-id ID;\n"
    "      --all in place of a filter: the whole queue\n" },
  { "reload", ist_ctl_reload, NULL, "has the daemon read its configuration again",
    "  reload  tells errors (then nothing changed) and what waits for a restart\n" },
  { "route", ist_ctl_route, "explain --side",
    "says which way a message would go, and why",
    "  route explain FROM TO [--side domino|exchange|internet]\n"
    "      asks the daemon, or works it out from the configuration when none runs;\n"
    "      --side: where the message comes from, else what the directory says about FROM\n" },
  { "status", ist_ctl_status, NULL, "how the daemon is doing",
    "  status  the exit code is 1 while the queue takes no mail\n" },
  { "trace", ist_ctl_trace, NULL, "tells a message's story",
    "  trace MESSAGE-ID|QUEUE-ID|ADDRESS  from the queue and the log files\n" },
  { "transforms", ist_ctl_transforms, "--profile", "lists the transforms and their state",
    "  transforms [--profile NAME]  as [convert NAME] says, else [convert]\n" },
  { "version", ist_ctl_version, NULL, "prints the version", "  version\n" },
  { NULL, NULL, NULL, NULL, NULL },
};

int
ist_ctl_version (IstCtl *ctl, int argc, char **argv)
{
  if (!ist_ctl_parse (ctl, NULL, &argc, &argv))
    return IST_CTL_USAGE;
  if (ctl->json)
    ist_ctl_print_json (json_pack ("{s:s}", "version", PACKAGE_VERSION));
  else
    printf ("%s\n", PACKAGE_STRING);
  return IST_CTL_OK;
}

static void
print_help (const IstCtlVerb *verb)
{
  printf ("isthmusctl %s: %s\n%s", verb->verb, verb->summary, verb->usage);
}

static int
help_json (const char *only)
{
  json_t *list = json_array ();

  for (const IstCtlVerb *v = ist_ctl_verbs; v->verb != NULL; v++)
    if (only == NULL || strcmp (only, v->verb) == 0)
      json_array_append_new (list, json_pack ("{s:s,s:s,s:s}", "verb", v->verb, "summary", v->summary,
                                              "usage", v->usage));
  ist_ctl_print_json (list);
  return IST_CTL_OK;
}

int
ist_ctl_help (IstCtl *ctl, int argc, char **argv)
{
  const char *only;

  if (!ist_ctl_parse (ctl, NULL, &argc, &argv))
    return IST_CTL_USAGE;
  only = argc > 1 ? argv[1] : NULL;
  for (const IstCtlVerb *v = ist_ctl_verbs; only != NULL && v->verb != NULL; v++)
    if (strcmp (only, v->verb) == 0)
      {
        if (ctl->json)
          return help_json (only);
        print_help (v);
        return IST_CTL_OK;
      }
  if (only != NULL)
    return ist_ctl_fail (ctl, IST_CTL_USAGE, "there is no verb \"%s\"; see isthmusctl help", only);
  if (ctl->json)
    return help_json (NULL);
  printf ("isthmusctl [--config FILE | --socket PATH | --socket ADDRESS:PORT --token-file FILE] [--json] VERB…\n"
          "without a verb: a console; \"quit\" ends it\n\n");
  for (const IstCtlVerb *v = ist_ctl_verbs; v->verb != NULL; v++)
    printf ("  %-11s %s\n", v->verb, v->summary);
  printf ("\nisthmusctl help VERB says more. Exit codes: 0 ok, 1 the answer is no, 2 usage, 3 no daemon, 4 failed.\n");
  return IST_CTL_OK;
}
