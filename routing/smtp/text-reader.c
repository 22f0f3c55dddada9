#include "routing/smtp/session-private.h"

#include "base/error.h"
#include "base/text-scan.h"

#include <string.h>

/* Where the reader stands within a line. Only CRLF '.' CRLF ends a text (RFC 5321 4.1.1.4); a line that a
 * bare newline began is never looked at for the end, so nothing can be smuggled past a peer that counts
 * line ends differently. */
typedef enum
{
  AT_START,      /* of a line that CRLF began */
  AFTER_DOT,     /* a '.' was first and is held back */
  AFTER_DOT_CR,
  IN_LINE,
  AFTER_CR
} Place;

struct _IstTextReader
{
  IstBareNewline bare_newline;
  guint64 max_bytes;
  gsize max_header_bytes;
  gboolean dots;
  gboolean (*sink) (gpointer user, const char *data, gsize size_bytes, GError **error);
  gpointer user;
  Place place;
  guint64 size;
  gsize header_size;
  gboolean in_header;
  gboolean line_begun; /* the line in hand has bytes */
  gboolean too_large, header_too_large;
  GError *error;
};

IstTextReader *
ist_text_reader_new (IstBareNewline bare_newline, guint64 max_bytes, gsize max_header_bytes,
                     gboolean dots,
                     gboolean (*sink) (gpointer user, const char *data, gsize size_bytes,
                                       GError **error),
                     gpointer user)
{
  IstTextReader *self = g_new0 (IstTextReader, 1);

  self->bare_newline = bare_newline;
  self->max_bytes = max_bytes;
  self->max_header_bytes = max_header_bytes != 0 ? max_header_bytes : 1024 * 1024;
  self->dots = dots;
  self->sink = sink;
  self->user = user;
  self->in_header = TRUE;
  return self;
}

void
ist_text_reader_free (IstTextReader *self)
{
  if (self == NULL)
    return;
  g_clear_error (&self->error);
  g_free (self);
}

/* Follows the header to its empty line, to know its size. */
static void
count_header (IstTextReader *self, const char *data, gsize size)
{
  gsize pos = 0;

  while (self->in_header && pos < size)
    {
      const char *lf = memchr (data + pos, '\n', size - pos);
      gsize end = lf != NULL ? (gsize) (lf - data) + 1 : size;
      gboolean empty = !self->line_begun && end - pos == 2 && data[pos] == '\r';

      self->header_size += end - pos;
      self->line_begun = lf == NULL;
      self->in_header = !(lf != NULL && empty);
      pos = end;
    }
  if (self->header_size > self->max_header_bytes)
    self->header_too_large = TRUE;
}

/* Gives out clean bytes: within them CR and LF stand side by side. */
static void
emit (IstTextReader *self, const char *data, gsize size)
{
  if (self->in_header)
    count_header (self, data, size);
  self->line_begun = data[size - 1] != '\n';
  self->size += size;
  if (self->max_bytes > 0 && self->size > self->max_bytes)
    self->too_large = TRUE;
  if (self->too_large || self->header_too_large || self->error != NULL)
    return;
  self->sink (self->user, data, size, &self->error);
}

/* A bare CR or LF: refused, or made CRLF with the next line out of bounds for the end. */
static gboolean
bare (IstTextReader *self)
{
  if (self->bare_newline == IST_BARE_NEWLINE_REFUSE)
    return FALSE;
  emit (self, "\r\n", 2);
  self->place = IN_LINE;
  return TRUE;
}

/* One byte in one of the rare places. FALSE: a refused bare newline. */
static gboolean
step (IstTextReader *self, char c, gboolean *end)
{
  switch (self->place)
    {
    case AFTER_DOT:
      if (c == '\r')
        {
          self->place = AFTER_DOT_CR;
          return TRUE;
        }
      /* The stuffed dot is dropped (RFC 5321 4.5.2), unless a bare newline follows it. */
      if (c == '\n')
        {
          emit (self, ".", 1);
          return bare (self);
        }
      break;
    case AFTER_DOT_CR:
      if (c == '\n')
        {
          *end = TRUE;
          return TRUE;
        }
      emit (self, ".", 1);
      if (!bare (self))
        return FALSE;
      break;
    case AFTER_CR:
      if (c == '\n')
        {
          emit (self, "\r\n", 2);
          self->place = AT_START;
          return TRUE;
        }
      if (!bare (self))
        return FALSE;
      break;
    default:
      break;
    }
  if (c == '\r')
    {
      self->place = AFTER_CR;
      return TRUE;
    }
  if (c == '\n')
    return bare (self);
  emit (self, &c, 1);
  self->place = IN_LINE;
  return TRUE;
}

/* What can be given out as it is. A line that a bare newline began may begin with a dot. */
static gsize
clean_run (const IstTextReader *self, const char *data, gsize size)
{
  if (self->place != AT_START && self->place != IN_LINE)
    return 0;
  return ist_text_clean_run (data, size, self->place == AT_START ? '\n' : 'x', self->dots);
}

IstTextState
ist_text_reader_feed (IstTextReader *self, const char *data, gsize size, gsize *used)
{
  gsize pos = 0;

  while (pos < size)
    {
      gboolean end = FALSE;
      gsize run;

      if (self->place == AT_START && self->dots && data[pos] == '.')
        {
          self->place = AFTER_DOT;
          pos++;
          continue;
        }
      run = clean_run (self, data + pos, size - pos);
      if (run > 0)
        {
          pos += run;
          self->place = data[pos - 1] == '\n' ? AT_START : IN_LINE;
          emit (self, data + pos - run, run);
          continue;
        }
      *used = pos + 1;
      if (!step (self, data[pos], &end))
        return IST_TEXT_BARE;
      if (end)
        return IST_TEXT_END;
      pos++;
    }
  *used = size;
  return IST_TEXT_MORE;
}

IstTextState
ist_text_reader_finish (IstTextReader *self)
{
  if (self->place == AFTER_CR && !bare (self))
    return IST_TEXT_BARE;
  if (self->place == IN_LINE && self->line_begun)
    emit (self, "\r\n", 2);
  return IST_TEXT_END;
}

gboolean
ist_text_reader_failed (const IstTextReader *self, IstReply *reply)
{
  if (self->too_large)
    ist_reply_set (reply, 552, "5.3.4",
                   "message of %" G_GUINT64_FORMAT " bytes is larger than the %" G_GUINT64_FORMAT
                   " allowed",
                   self->size, self->max_bytes);
  else if (self->header_too_large)
    ist_reply_set (reply, 552, "5.3.4", "message header is larger than the %" G_GSIZE_FORMAT " allowed",
                   self->max_header_bytes);
  else if (ist_error_is (self->error, IST_ERROR_REFUSED))
    ist_reply_set (reply, 554, "5.6.0", "%s", self->error->message);
  else if (self->error != NULL)
    ist_reply_set (reply, 451, "4.3.0", "the message could not be stored; try again later");
  else
    return FALSE;
  return TRUE;
}

const GError *
ist_text_reader_error (const IstTextReader *self)
{
  return self->error;
}
