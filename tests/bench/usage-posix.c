#include "tests/bench/usage-posix.h"

#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

typedef struct
{
  gint pid, parent;
  double cpu;
} Process;

/* Fields behind the name, which may itself hold blanks: 3 state, 4 parent, 14 to 17 times (proc(5)). */
static gboolean
read_process (gint pid, Process *process)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", pid);
  g_autofree char *text = NULL;
  g_auto (GStrv) fields = NULL;
  const char *rest;

  if (!g_file_get_contents (path, &text, NULL, NULL) || (rest = strrchr (text, ')')) == NULL)
    return FALSE;
  fields = g_strsplit (rest + 2, " ", -1);
  if (g_strv_length (fields) < 16)
    return FALSE;
  process->pid = pid;
  process->parent = (gint) g_ascii_strtoll (fields[1], NULL, 10);
  process->cpu = 0;
  for (guint i = 11; i <= 14; i++)
    process->cpu += (double) g_ascii_strtoull (fields[i], NULL, 10) / (double) sysconf (_SC_CLK_TCK);
  return TRUE;
}

static GArray *
read_all (void)
{
  GArray *all = g_array_new (FALSE, FALSE, sizeof (Process));
  g_autoptr (GDir) dir = g_dir_open ("/proc", 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      Process process;

      if (g_ascii_isdigit (name[0]) && read_process ((gint) g_ascii_strtoll (name, NULL, 10), &process))
        g_array_append_val (all, process);
    }
  return all;
}

/* The tree's processes; a parent that is met later adds its children in the next round. */
static GArray *
tree (gint root)
{
  g_autoptr (GArray) all = read_all ();
  g_autoptr (GHashTable) in = g_hash_table_new (NULL, NULL);
  GArray *out = g_array_new (FALSE, FALSE, sizeof (Process));
  gboolean more = TRUE;

  while (more)
    {
      more = FALSE;
      for (guint i = 0; i < all->len; i++)
        {
          Process *p = &g_array_index (all, Process, i);

          if ((p->pid != root && !g_hash_table_contains (in, GINT_TO_POINTER (p->parent)))
              || !g_hash_table_add (in, GINT_TO_POINTER (p->pid)))
            continue;
          g_array_append_val (out, *p);
          more = TRUE;
        }
    }
  return out;
}

double
bench_usage_tree_cpu (gint pid)
{
  g_autoptr (GArray) processes = tree (pid);
  double sum = 0;

  for (guint i = 0; i < processes->len; i++)
    sum += g_array_index (processes, Process, i).cpu;
  return sum;
}

static double
cpu_of (int who)
{
  struct rusage usage;

  getrusage (who, &usage);
  return (double) usage.ru_utime.tv_sec + (double) usage.ru_stime.tv_sec
         + (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

double
bench_usage_own_cpu (void)
{
  return cpu_of (RUSAGE_SELF);
}

double
bench_usage_children_cpu (void)
{
  return cpu_of (RUSAGE_CHILDREN);
}

double
bench_usage_machine_cpu (void)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) fields = NULL;
  double sum = 0;

  if (!g_file_get_contents ("/proc/stat", &text, NULL, NULL))
    return 0;
  fields = g_strsplit_set (text, " \n", 12);
  /* "cpu", an empty field, then user nice system idle iowait irq softirq steal. */
  for (guint i = 2; i < 10 && fields[i] != NULL; i++)
    if (i != 5 && i != 6)
      sum += (double) g_ascii_strtoull (fields[i], NULL, 10) / (double) sysconf (_SC_CLK_TCK);
  return sum;
}

static double
field_of (gint pid, const char *file, const char *name)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/%s", pid, file);
  g_autofree char *text = NULL;
  const char *found;

  if (!g_file_get_contents (path, &text, NULL, NULL) || (found = strstr (text, name)) == NULL)
    return 0;
  found += strlen (name);
  while (g_ascii_isspace (*found))
    found++;
  return (double) g_ascii_strtoull (found, NULL, 10);
}

double
bench_usage_tree_pss (gint pid)
{
  g_autoptr (GArray) processes = tree (pid);
  double sum = 0;

  for (guint i = 0; i < processes->len; i++)
    sum += field_of (g_array_index (processes, Process, i).pid, "smaps_rollup", "\nPss:");
  return sum;
}

double
bench_usage_anonymous (gint pid)
{
  return field_of (pid, "status", "\nRssAnon:");
}

void
bench_usage_sync_disk (void)
{
  sync ();
  g_usleep (G_USEC_PER_SEC / 2);
}
