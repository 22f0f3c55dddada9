#include "base/error.h"

G_DEFINE_QUARK (ist-error-quark, ist_error)

const char *
ist_error_code_name (IstError code)
{
  static const char *const names[] = { "retry", "refused", "damaged", "config" };

  g_return_val_if_fail (code >= 0 && (gsize) code < G_N_ELEMENTS (names), "retry");
  return names[code];
}

gboolean
ist_error_is (const GError *error, IstError code)
{
  return error != NULL && error->domain == IST_ERROR && error->code == (int) code;
}

IstError
ist_error_code (const GError *error)
{
  if (error == NULL || error->domain != IST_ERROR)
    return IST_ERROR_RETRY;
  return (IstError) error->code;
}
