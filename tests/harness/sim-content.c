#include "tests/harness/sim-private.h"

#include <string.h>

typedef struct
{
  gint refs; /* atomic: copies of a disk may be used by different threads */
  guint8 bytes[IST_SIM_PAGE];
} Page;

static void
page_unref (gpointer data)
{
  Page *page = data;

  if (page != NULL && g_atomic_int_dec_and_test (&page->refs))
    g_free (page);
}

static Page *
page_ref (Page *page)
{
  if (page != NULL)
    g_atomic_int_inc (&page->refs);
  return page;
}

void
ist_sim_content_init (IstSimContent *self)
{
  self->pages = g_ptr_array_new_with_free_func (page_unref);
  self->size = 0;
}

void
ist_sim_content_clear (IstSimContent *self)
{
  g_clear_pointer (&self->pages, g_ptr_array_unref);
}

void
ist_sim_content_copy (IstSimContent *to, const IstSimContent *from)
{
  g_ptr_array_set_size (to->pages, 0);
  g_ptr_array_set_size (to->pages, (gint) from->pages->len);
  for (guint i = 0; i < from->pages->len; i++)
    to->pages->pdata[i] = page_ref (from->pages->pdata[i]);
  to->size = from->size;
}

/* A page of our own to write into. */
static Page *
own_page (IstSimContent *self, guint i)
{
  Page *page = self->pages->pdata[i];
  Page *own;

  if (page != NULL && g_atomic_int_get (&page->refs) == 1)
    return page;
  own = g_new0 (Page, 1);
  own->refs = 1;
  if (page != NULL)
    memcpy (own->bytes, page->bytes, IST_SIM_PAGE);
  page_unref (page);
  self->pages->pdata[i] = own;
  return own;
}

static gboolean
all_zero (const guint8 *data, gsize size)
{
  return size == 0 || (data[0] == 0 && memcmp (data, data + 1, size - 1) == 0);
}

void
ist_sim_content_write (IstSimContent *self, gsize offset, const void *data, gsize size)
{
  const guint8 *from = data;

  if (offset + size > self->size)
    ist_sim_content_truncate (self, offset + size);
  while (size > 0)
    {
      guint i = (guint) (offset / IST_SIM_PAGE);
      gsize at = offset % IST_SIM_PAGE;
      gsize n = MIN (size, IST_SIM_PAGE - at);

      if (self->pages->pdata[i] != NULL || !all_zero (from, n))
        memcpy (own_page (self, i)->bytes + at, from, n);
      from += n;
      offset += n;
      size -= n;
    }
}

void
ist_sim_content_truncate (IstSimContent *self, gsize size)
{
  guint n = (guint) ((size + IST_SIM_PAGE - 1) / IST_SIM_PAGE);
  gsize tail = size % IST_SIM_PAGE;

  g_ptr_array_set_size (self->pages, (gint) n);
  if (size < self->size && tail > 0 && self->pages->pdata[n - 1] != NULL)
    memset (own_page (self, n - 1)->bytes + tail, 0, IST_SIM_PAGE - tail);
  self->size = size;
}

gsize
ist_sim_content_read (const IstSimContent *self, gsize offset, void *data, gsize size)
{
  guint8 *to = data;
  gsize there = offset < self->size ? MIN (size, self->size - offset) : 0;
  gsize left = there;

  memset (data, 0, size);
  while (left > 0)
    {
      const Page *page = self->pages->pdata[offset / IST_SIM_PAGE];
      gsize at = offset % IST_SIM_PAGE;
      gsize n = MIN (left, IST_SIM_PAGE - at);

      if (page != NULL)
        memcpy (to, page->bytes + at, n);
      to += n;
      offset += n;
      left -= n;
    }
  return there;
}

/* What a disk would charge: written zeros count, so it goes by the size. */
gsize
ist_sim_content_held (const IstSimContent *self)
{
  return self->pages->len * (gsize) IST_SIM_PAGE;
}
