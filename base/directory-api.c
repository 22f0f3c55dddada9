#include "base/directory-api.h"

void
ist_person_clear (IstPerson *person)
{
  if (person == NULL)
    return;
  g_clear_pointer (&person->primary, g_free);
  g_clear_pointer (&person->forward, g_free);
  g_clear_pointer (&person->display_name, g_free);
  g_clear_pointer (&person->language, g_free);
  g_clear_pointer (&person->notes_name, g_free);
  g_clear_pointer (&person->groups, g_strfreev);
}
