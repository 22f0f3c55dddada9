noinst_LIBRARIES += libdirsync.a
libdirsync_a_SOURCES = \
  dirsync/mirror.h
