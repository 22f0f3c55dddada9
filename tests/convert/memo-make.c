#include "tests/convert/memo-make.h"

#include "tests/convert/cd-make.h"
#include "tests/convert/nsf-make.h"

#include <string.h>

#define CD_PLAIN "B129; W133 b1 b0 b0 b10 sHello_from_Notes"
#define CD_BUTTON CD_PLAIN "; B129; W173 w3 d0 w0; W171 w0 w100 w20 w1 b1 b0 b0 b10 sApprove; B174"
#define CD_LINK CD_PLAIN "; W145 w0 zMinutes z z"
#define NOTE_LINK "W0 w1 d7104074 d2233818648 d2309737967 d19088743 d2309737967 d19088743 d1985229328 d4275878552 " \
                  "d1985229328 d4275878552"

#define CD_LINKED CD_PLAIN "; W145 w0 zThe_target zCN=Hub/O=Acme z; W145 w1 zItself z z"
/* The number of a note is the third part of its id (nsf-make.c). */
#define LINKED "W0 w2 d11 d12 x16 d286331153 d572662306 d260 d1145324612 d11 d12 x16 d286331153 d572662306 d256 d1145324612"

#define LARGE_BYTES (512 * 1024)

static gboolean
is_linked (MemoCopy copy)
{
  return copy == MEMO_LINKED || copy == MEMO_LINKED_SEALED;
}

/* A value of $Links has no record header: the four bytes of one are cut off. */
static void
add_links (NsfMake *make, const char *text)
{
  g_autoptr (GByteArray) links = g_byte_array_new ();

  cd_make (links, text);
  nsf_make_item (make, "$Links", 0x0007, 0, links->data + 4, links->len - 4);
}

static void
add_body (NsfMake *make, MemoCopy copy)
{
  g_autoptr (GByteArray) cd = g_byte_array_new ();

  cd_make (cd, copy == MEMO_BUTTON ? CD_BUTTON : copy == MEMO_LINK ? CD_LINK : is_linked (copy) ? CD_LINKED : CD_PLAIN);
  nsf_make_item (make, "Body", 0x0001, copy == MEMO_SEALED ? 2 : 0, cd->data, cd->len);
  if (copy == MEMO_LINK)
    add_links (make, NOTE_LINK);
  else if (is_linked (copy))
    add_links (make, LINKED);
}

static void
add_target (NsfMake *make, gboolean sealed)
{
  g_autoptr (GByteArray) cd = g_byte_array_new ();

  cd_make (cd, "B129; W133 b1 b0 b0 b10 sText_of_the_target");
  nsf_make_note (make, 0x0001, NSF_MAKE_INLINE);
  nsf_make_text (make, "Subject", "Target");
  nsf_make_item (make, "Body", 0x0001, 0, cd->data, cd->len);
  if (sealed)
    nsf_make_item (make, "$Seal", 0x0009, 0, "xxxx", 4);
}

GBytes *
memo_make_database (const Memo *memo)
{
  g_autoptr (NsfMake) make = nsf_make_new ("Mail");

  if (memo->copy == MEMO_GARBAGE)
    return g_bytes_new_static ("not a database", 14);
  nsf_make_note (make, 0x0001, NSF_MAKE_INLINE);
  nsf_make_text (make, "Form", memo->form != NULL ? memo->form : "Memo");
  nsf_make_text (make, "Subject", "Plan");
  if (memo->item != NULL)
    nsf_make_text (make, memo->item, "1");
  add_body (make, memo->copy);
  if (memo->copy == MEMO_SEALED)
    nsf_make_item (make, "$Seal", 0x0009, 0, "xxxx", 4);
  if (memo->copy == MEMO_FILE)
    nsf_make_file (make, "plan.txt", 0, "the plan", 8);
  if (memo->copy == MEMO_LARGE)
    {
      g_autofree char *data = g_malloc0 (LARGE_BYTES);

      nsf_make_file (make, "plan.bin", 2, data, LARGE_BYTES);
    }
  if (is_linked (memo->copy))
    add_target (make, memo->copy == MEMO_LINKED_SEALED);
  return nsf_make_finish (make);
}

static void
add_copy (GString *text, const char *base64)
{
  g_string_append (text, "--b\r\nContent-Type: application/X-Lotus-Encap2; name=encap2.ond\r\n"
                         "Content-Disposition: attachment; filename=encap2.ond\r\n"
                         "Content-Transfer-Encoding: base64\r\n\r\n");
  for (gsize i = 0; i < strlen (base64); i += 76)
    g_string_append_printf (text, "%.76s\r\n", base64 + i);
}

char *
memo_make_mail (const Memo *memo)
{
  g_autoptr (GBytes) bytes = memo_make_database (memo);

  return memo_make_mail_with (memo, bytes);
}

char *
memo_make_mail_with (const Memo *memo, GBytes *database)
{
  gsize size;
  const guchar *data = g_bytes_get_data (database, &size);
  g_autofree char *base64 = g_base64_encode (data, size);
  GString *text = g_string_new ("From: <anna@acme.example>\r\nTo: <bob@acme.example>\r\nSubject: Plan\r\n"
                                "MIME-Version: 1.0\r\n");

  g_string_append_printf (text, "Content-Type: multipart/%s; boundary=b\r\n\r\n", memo->beside != NULL ? "mixed" : "alternative");
  if (memo->beside != NULL)
    g_string_append_printf (text, "--b\r\n%s\r\n", memo->beside);
  else if (!memo->alone)
    g_string_append_printf (text,
                            "--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n"
                            "--b\r\nContent-Type: text/html\r\n\r\n<html><body>%s</body></html>\r\n",
                            memo->html != NULL ? memo->html : "<p>Hello");
  if (memo->part != NULL)
    g_string_append_printf (text, "--b\r\n%s\r\n", memo->part);
  for (guint i = 0; i < (memo->twice ? 2 : 1); i++)
    add_copy (text, base64);
  g_string_append (text, "--b--\r\n");
  return g_string_free (text, FALSE);
}
