/*
 * base/gmime-auto.h - g_autoptr for the GMime types we use (GMime declares none).
 */
#ifndef IST_BASE_GMIME_AUTO_H
#define IST_BASE_GMIME_AUTO_H

#include <gmime/gmime.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GMimeContentType, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GMimeContentDisposition, g_object_unref)

#endif
