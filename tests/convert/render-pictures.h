/*
 * tests/convert/render-pictures.h - small pictures of the kinds that Notes texts hold.
 *
 * Threads: any.
 */
#ifndef IST_TESTS_CONVERT_RENDER_PICTURES_H
#define IST_TESTS_CONVERT_RENDER_PICTURES_H

#include <glib.h>

/* A gradient of that size. */
GBytes *render_png (guint width, guint height);
GBytes *render_gif (guint width, guint height); /* at most 120 wide */
GBytes *render_bmp (guint width, guint height);
GBytes *render_jpeg (void); /* 48 x 32 */
GBytes *render_wmf (void);  /* a red rectangle on 1000 x 500 units */

#endif
