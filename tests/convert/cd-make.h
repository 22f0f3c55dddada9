/*
 * tests/convert/cd-make.h - writes streams of CD records for tests.
 *
 *   g_autoptr (GByteArray) cd = g_byte_array_new ();
 *   cd_make (cd, "B129; W133 b1 b1 b0 b10 sHello_world");
 *
 * Layout of the records: docs/formats.md, "CD records".
 */
#ifndef IST_TESTS_CD_MAKE_H
#define IST_TESTS_CD_MAKE_H

#include <glib.h>

/* Adds the records of a script: separated by ";", each begins with the form of its header (B, W, L) and its number,
 * then its body: "w1 b2 d3" words, bytes, dwords; "x4" that many zeros; "sTEXT" a text, "zTEXT" with its NUL, "uTEXT"
 * UTF-8 that is written in LMBCS; "_" in them is a blank. */
void cd_make (GByteArray *cd, const char *script);

/* A picture in segments of `segment` bytes; the last `keep_back` segments go to `rest`. */
void cd_make_image (GByteArray *cd, GByteArray *rest, const void *data, gsize size, gsize segment,
                    guint keep_back);

/* A picture of less than 64 KiB in one segment, shown in that size. */
void cd_make_picture (GByteArray *cd, GBytes *picture, guint width_px, guint height_px);

#endif
