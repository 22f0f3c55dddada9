noinst_LIBRARIES += libdirsync.a
libdirsync_a_SOURCES = \
  dirsync/csv.c \
  dirsync/ldif.c \
  dirsync/mirror.c dirsync/mirror.h \
  dirsync/object.c dirsync/object.h \
  dirsync/settings.c
