check_PROGRAMS += tests/dirsync/test-readers.t tests/dirsync/test-mirror.t
TESTS += tests/dirsync/test-readers.t tests/dirsync/test-mirror.t
tests_dirsync_test_readers_t_SOURCES = tests/dirsync/test-readers.c
tests_dirsync_test_readers_t_LDADD = $(DIRSYNC_TEST_LIBS)
tests_dirsync_test_mirror_t_SOURCES = tests/dirsync/test-mirror.c
tests_dirsync_test_mirror_t_LDADD = libfakeclock.a $(DIRSYNC_TEST_LIBS)
