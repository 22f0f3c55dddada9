#include "base/http-guard.h"

#include <string.h>

#define MAX_FIELDS 100
#define MAX_LENGTH_DIGITS 18

typedef struct
{
  guint hosts, lengths, codings;
  gboolean old; /* HTTP/1.0 */
  guint64 max_body_bytes;
  guint status;
} Check;

gsize
ist_http_guard_end (const char *data, gsize size)
{
  const char *end = data + size;

  for (const char *at = data; (at = memchr (at, '\n', (gsize) (end - at))) != NULL; at++)
    {
      if (at + 1 < end && at[1] == '\n')
        return (gsize) (at - data) + 2;
      if (at + 2 < end && at[1] == '\r' && at[2] == '\n')
        return (gsize) (at - data) + 3;
    }
  return 0;
}

/* RFC 9110 5.6.2 */
static gboolean
is_token_char (char c)
{
  return g_ascii_isalnum (c) || (c != '\0' && strchr ("!#$%&'*+-.^_`|~", c) != NULL);
}

static gboolean
name_is (const char *line, gsize length, const char *name)
{
  return length == strlen (name) && g_ascii_strncasecmp (line, name, length) == 0;
}

static const char *
check_length (Check *self, const char *value, gsize length)
{
  guint64 number = 0;

  if (++self->lengths > 1)
    return "more than one Content-Length";
  if (length == 0 || length > MAX_LENGTH_DIGITS)
    return "the Content-Length is no number";
  for (gsize i = 0; i < length; i++)
    {
      if (!g_ascii_isdigit (value[i]))
        return "the Content-Length is no number";
      number = number * 10 + (guint64) (value[i] - '0');
    }
  if (number <= self->max_body_bytes)
    return NULL;
  self->status = 413;
  return "the body is too large";
}

static const char *
check_coding (Check *self, const char *value, gsize length)
{
  if (++self->codings > 1)
    return "more than one Transfer-Encoding";
  if (self->old)
    return "Transfer-Encoding in HTTP/1.0";
  if (name_is (value, length, "chunked"))
    return NULL;
  self->status = 501;
  return "the only Transfer-Encoding served is chunked";
}

static const char *
check_field (Check *self, const char *line, gsize length)
{
  gsize name = 0, value;

  while (name < length && is_token_char (line[name]))
    name++;
  if (name == 0 || name == length || line[name] != ':')
    return "a header field has no proper name";
  for (value = name + 1; value < length && (line[value] == ' ' || line[value] == '\t');)
    value++;
  while (length > value && (line[length - 1] == ' ' || line[length - 1] == '\t'))
    length--;
  for (gsize i = value; i < length; i++)
    if (((guchar) line[i] < 32 && line[i] != '\t') || line[i] == 127)
      return "a header field holds a control character";
  if (name_is (line, name, "Content-Length"))
    return check_length (self, line + value, length - value);
  if (name_is (line, name, "Transfer-Encoding"))
    return check_coding (self, line + value, length - value);
  if (name_is (line, name, "Host") && ++self->hosts > 1)
    return "more than one Host";
  return NULL;
}

/* RFC 9112 3: method SP request-target SP HTTP-version; the origin form is the only target served. */
static const char *
check_request_line (Check *self, const char *line, gsize length)
{
  gsize at = 0;

  while (at < length && g_ascii_isupper (line[at]))
    at++;
  if (at == 0 || at + 1 >= length || line[at] != ' ' || line[at + 1] != '/')
    return "the request line is not METHOD /path HTTP/1.1";
  for (at++; at < length && line[at] > 32 && line[at] < 127;)
    at++;
  if (length - at != 9 || strncmp (line + at, " HTTP/", 6) != 0)
    return "the request line is not METHOD /path HTTP/1.1";
  self->old = strncmp (line + at + 6, "1.0", 3) == 0;
  if (self->old || strncmp (line + at + 6, "1.1", 3) == 0)
    return NULL;
  self->status = 505;
  return "only HTTP/1.0 and HTTP/1.1 are served";
}

static const char *
check_line (Check *self, const char *line, gsize length, guint number)
{
  if (memchr (line, '\r', length) != NULL)
    return "a carriage return stands alone";
  if (number == 0)
    return check_request_line (self, line, length);
  if (number > MAX_FIELDS)
    return "too many header fields";
  return check_field (self, line, length);
}

const char *
ist_http_guard_check (const char *block, gsize size, guint64 max_body_bytes, guint *status)
{
  Check self = { .max_body_bytes = max_body_bytes, .status = 400 };
  const char *reason = NULL;
  guint number = 0;

  while (reason == NULL && size > 0)
    {
      const char *end = memchr (block, '\n', size);

      if (end == NULL || end == block || end[-1] != '\r')
        reason = "a line does not end in CRLF";
      else if (end - block > 1)
        reason = check_line (&self, block, (gsize) (end - 1 - block), number++);
      else if (number == 0)
        reason = "the request line is missing";
      if (reason != NULL)
        break;
      size -= (gsize) (end + 1 - block);
      block = end + 1;
    }
  if (reason == NULL && self.lengths > 0 && self.codings > 0)
    reason = "Content-Length beside Transfer-Encoding";
  if (reason == NULL && !self.old && self.hosts == 0)
    reason = "Host is missing";
  if (reason != NULL)
    *status = self.status;
  return reason;
}
