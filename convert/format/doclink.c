/*
 * A link is six strings.
 */
#include "convert/format/doclink.h"

IstDocLink *
ist_doc_link_copy (const IstDocLink *link)
{
  IstDocLink *copy = g_new0 (IstDocLink, 1);

  copy->replica = g_strdup (link->replica);
  copy->view = g_strdup (link->view);
  copy->note = g_strdup (link->note);
  copy->hint = g_strdup (link->hint);
  copy->title = g_strdup (link->title);
  copy->anchor = g_strdup (link->anchor);
  return copy;
}

void
ist_doc_link_clear (IstDocLink *link)
{
  g_clear_pointer (&link->replica, g_free);
  g_clear_pointer (&link->view, g_free);
  g_clear_pointer (&link->note, g_free);
  g_clear_pointer (&link->hint, g_free);
  g_clear_pointer (&link->title, g_free);
  g_clear_pointer (&link->anchor, g_free);
}

void
ist_doc_link_free (IstDocLink *link)
{
  if (link == NULL)
    return;
  ist_doc_link_clear (link);
  g_free (link);
}
