#include "base/side.h"

#include <string.h>

static const char *const side_names[IST_N_SIDES] = { "none", "domino", "exchange", "internet" };

const char *
ist_side_name (IstSide side)
{
  g_return_val_if_fail (side >= 0 && (gsize) side < G_N_ELEMENTS (side_names), "none");
  return side_names[side];
}

IstSide
ist_side_from_name (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (side_names); i++)
    if (strcmp (side_names[i], name) == 0)
      return (IstSide) i;
  return IST_SIDE_NONE;
}
