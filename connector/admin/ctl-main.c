/*
 * connector/admin/ctl-main.c - isthmusctl.
 */
#include "connector/admin/ctl.h"

#include <locale.h>
#include <signal.h>

int
main (int argc, char **argv)
{
  const IstCtl none = { 0 };

  setlocale (LC_ALL, "");
#ifdef SIGPIPE
  signal (SIGPIPE, SIG_DFL);
#endif
  return ist_ctl_run (&none, argc, argv);
}
