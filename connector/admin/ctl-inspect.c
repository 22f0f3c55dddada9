/*
 * connector/admin/ctl-inspect.c - what a file is made of, without what it says; needs no daemon.
 */
#include "connector/admin/ctl.h"
#include "convert/inspect.h"

#include <stdio.h>
#include <string.h>

#define SIZE_KEY "size_bytes"

static void print_object (const json_t *object, guint indent, const char *mark);

/* "not_shown" is "not shown" to people. */
static void
print_key (const char *key)
{
  for (const char *p = key; *p != '\0'; p++)
    putchar (*p == '_' ? ' ' : *p);
}

static void
print_scalar (const json_t *value)
{
  if (json_is_string (value))
    fputs (json_string_value (value), stdout);
  else if (json_is_integer (value))
    printf ("%" JSON_INTEGER_FORMAT, json_integer_value (value));
  else
    fputs (json_is_true (value) ? "yes" : "no", stdout);
}

static gboolean
is_nested (const json_t *value)
{
  return json_is_object (value) || json_is_array (value);
}

static gboolean
has_scalars (const json_t *object)
{
  const char *key;
  json_t *value;

  json_object_foreach ((json_t *) object, key, value)
    if (!is_nested (value))
      return TRUE;
  return FALSE;
}

/* All members that are no lists and objects, in one line: "Subject, type text, 12 bytes". */
static void
print_line (const json_t *object)
{
  gboolean first = TRUE;
  const char *key;
  json_t *value;

  json_object_foreach ((json_t *) object, key, value)
    {
      if (is_nested (value))
        continue;
      if (!first)
        fputs (", ", stdout);
      if (json_is_boolean (value))
        {
          fputs (json_is_true (value) ? "" : "not ", stdout);
          print_key (key);
        }
      else if (strcmp (key, SIZE_KEY) == 0)
        printf ("%" JSON_INTEGER_FORMAT " bytes", json_integer_value (value));
      else
        {
          if (!first || json_is_integer (value))
            {
              print_key (key);
              putchar (' ');
            }
          print_scalar (value);
        }
      first = FALSE;
    }
  putchar ('\n');
}

static void
print_list (const json_t *list, guint indent)
{
  json_t *entry;
  gsize i;

  json_array_foreach (list, i, entry)
    if (json_is_object (entry))
      print_object (entry, indent, "- ");
    else
      {
        printf ("%*s", (int) indent, "");
        print_scalar (entry);
        putchar ('\n');
      }
}

/* The members that are lists and objects, each under its name; empty lists are left out. */
static void
print_members (const json_t *object, guint indent)
{
  const char *key;
  json_t *value;

  json_object_foreach ((json_t *) object, key, value)
    {
      if (!is_nested (value) || (json_is_array (value) && json_array_size (value) == 0))
        continue;
      printf ("%*s", (int) indent, "");
      print_key (key);
      fputs (":\n", stdout);
      if (json_is_array (value))
        print_list (value, indent + 2);
      else
        print_object (value, indent + 2, "");
    }
}

static void
print_object (const json_t *object, guint indent, const char *mark)
{
  if (has_scalars (object) || *mark != '\0')
    {
      printf ("%*s%s", (int) indent, "", mark);
      print_line (object);
    }
  print_members (object, indent + (guint) strlen (mark));
}

/* 0, or 4 when the configuration is wrong; NULL settings: the defaults. */
static int
load_settings (const IstCtl *ctl, IstSettings **settings)
{
  if (ctl->config == NULL)
    return IST_CTL_OK;
  *settings = ist_ctl_settings (ctl);
  return *settings != NULL ? IST_CTL_OK : IST_CTL_FAILED;
}

int
ist_ctl_inspect (IstCtl *ctl, int argc, char **argv)
{
  g_autoptr (IstSettings) settings = NULL;
  g_autoptr (IstBody) body = NULL;
  g_autoptr (GError) error = NULL;
  gboolean readable;
  json_t *answer;

  if (!ist_ctl_parse (ctl, NULL, &argc, &argv))
    return IST_CTL_USAGE;
  if (argc != 2)
    return ist_ctl_usage (ctl, "inspect");
  if (load_settings (ctl, &settings) != IST_CTL_OK)
    return IST_CTL_FAILED;
  if (g_file_test (argv[1], G_FILE_TEST_EXISTS) && !g_file_test (argv[1], G_FILE_TEST_IS_REGULAR))
    return ist_ctl_fail (ctl, IST_CTL_FAILED, "%s is no file", argv[1]);
  body = ist_body_new_file (argv[1], &error);
  if (body == NULL)
    return ist_ctl_fail (ctl, IST_CTL_FAILED, "%s cannot be read: %s", argv[1], error->message);
  answer = ist_inspect (body, settings, &error);
  if (answer == NULL)
    return ist_ctl_fail (ctl, IST_CTL_NO, "%s: %s", argv[1], error->message);
  readable = json_is_true (json_object_get (answer, "readable"));
  if (ctl->json)
    ist_ctl_print_json (answer);
  else
    {
      print_object (answer, 0, "");
      json_decref (answer);
    }
  return readable ? IST_CTL_OK : IST_CTL_NO;
}
