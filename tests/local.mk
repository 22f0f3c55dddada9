dist_check_SCRIPTS = tests/check-includes.sh tests/check-style.sh
check_LIBRARIES += libharness.a libfakeclock.a libsimdisk.a
libharness_a_SOURCES = \
  tests/harness/harness.c tests/harness/harness.h
libfakeclock_a_SOURCES = tests/harness/fake-clock.c tests/harness/fake-clock.h
libsimdisk_a_SOURCES = tests/harness/sim-disk.h tests/harness/sim-private.h \
  tests/harness/sim-content.c tests/harness/sim-disk.c tests/harness/sim-cut.c \
  tests/harness/sim-durable.c tests/harness/sim-vfs.c
libharness_a_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
HARNESS_LIBS = libharness.a $(CUNIT_LIBS)

# A test of one folder links that folder's library and libbase.a only: a call that breaks the floors
# fails at link time.
ROUTING_TEST_LIBS = $(HARNESS_LIBS) librouting.a $(BASE_LIBS)
CONVERT_TEST_LIBS = $(HARNESS_LIBS) libconvert.a $(BASE_LIBS)
DIRSYNC_TEST_LIBS = $(HARNESS_LIBS) libdirsync.a $(BASE_LIBS)
BASE_TEST_LIBS = $(HARNESS_LIBS) $(BASE_LIBS)
CONNECTOR_TEST_LIBS = $(HARNESS_LIBS) libconnector.a librouting.a libconvert.a libdirsync.a $(BASE_LIBS) $(LIBEDIT_LIBS)

# What has longer numbers to show: run by `make check-long`, with ISTHMUS_LONG=1.
LONG_TESTS =

include tests/checks.mk
include tests/connector/service.mk
include tests/base/local.mk
include tests/routing/local.mk
include tests/convert/local.mk
include tests/dirsync/local.mk
include tests/connector/local.mk
include tests/connector/flow.mk
include tests/scenario/local.mk
include tests/lab/local.mk
include tests/bench/local.mk
include tests/fuzz/local.mk
include tests/crash/local.mk

TESTS += $(dist_check_SCRIPTS)
include tests/peers/local.mk
EXTRA_DIST += tests/fixtures

.PHONY: check-long
check-long: all $(LONG_TESTS)
	@failed=; for t in $(LONG_TESTS); do \
	  echo "== $$t"; \
	  $(AM_TESTS_ENVIRONMENT) ISTHMUS_LONG=1 \
	    `test -f ./$$t || echo $(srcdir)/`./$$t || failed="$$failed $$t"; \
	done; \
	test -z "$$failed" || { echo "failed:$$failed"; exit 1; }
