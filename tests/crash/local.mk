CRASH_TESTS = tests/crash/test-kill.t
check_PROGRAMS += $(CRASH_TESTS)
TESTS += $(CRASH_TESTS)
LONG_TESTS += $(CRASH_TESTS)
tests_crash_test_kill_t_SOURCES = tests/crash/test-kill.c \
  tests/crash/ledger.c tests/crash/ledger.h \
  tests/crash/traffic.c tests/crash/traffic.h
tests_crash_test_kill_t_LDADD = $(ROUTING_TEST_LIBS)
