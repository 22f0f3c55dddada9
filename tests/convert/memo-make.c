#include "tests/convert/memo-make.h"

#include "tests/convert/cd-make.h"
#include "tests/convert/nsf-make.h"

#include <string.h>

#define CD_PLAIN "B129; W133 b1 b0 b0 b10 sHello_from_Notes"
#define CD_BUTTON CD_PLAIN "; B129; W173 w3 d0 w0; W171 w0 w100 w20 w1 b1 b0 b0 b10 sApprove; B174"
#define CD_LINK CD_PLAIN "; W145 w0 zMinutes z z"
#define NOTE_LINK "W0 w1 d7104074 d2233818648 d2309737967 d19088743 d2309737967 d19088743 d1985229328 d4275878552 " \
                  "d1985229328 d4275878552"

#define LARGE_BYTES (512 * 1024)

static void
add_body (NsfMake *make, MemoCopy copy)
{
  g_autoptr (GByteArray) cd = g_byte_array_new ();
  g_autoptr (GByteArray) links = g_byte_array_new ();

  cd_make (cd, copy == MEMO_BUTTON ? CD_BUTTON : copy == MEMO_LINK ? CD_LINK : CD_PLAIN);
  nsf_make_item (make, "Body", 0x0001, copy == MEMO_SEALED ? 2 : 0, cd->data, cd->len);
  if (copy != MEMO_LINK)
    return;
  /* The value has no record header: it is cut off. */
  cd_make (links, NOTE_LINK);
  nsf_make_item (make, "$Links", 0x0007, 0, links->data + 4, links->len - 4);
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
  gsize size;
  const guchar *data = g_bytes_get_data (bytes, &size);
  g_autofree char *base64 = g_base64_encode (data, size);
  GString *text = g_string_new ("From: <anna@acme.example>\r\nTo: <bob@acme.example>\r\nSubject: Plan\r\n"
                                "MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n");

  if (!memo->alone)
    g_string_append_printf (text,
                            "--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n"
                            "--b\r\nContent-Type: text/html\r\n\r\n<html><body>%s</body></html>\r\n",
                            memo->html != NULL ? memo->html : "<p>Hello");
  for (guint i = 0; i < (memo->twice ? 2 : 1); i++)
    add_copy (text, base64);
  g_string_append (text, "--b--\r\n");
  return g_string_free (text, FALSE);
}
