CRASH_TESTS = tests/crash/test-disk.t tests/crash/test-faults.t tests/crash/test-power.t tests/crash/test-kill.t \
  tests/crash/test-drag.t
check_PROGRAMS += $(CRASH_TESTS)
TESTS += $(CRASH_TESTS)
LONG_TESTS += $(CRASH_TESTS)

check_PROGRAMS += tests/crash/test-sim.t
TESTS += tests/crash/test-sim.t
tests_crash_test_sim_t_SOURCES = tests/crash/test-sim.c
tests_crash_test_sim_t_LDADD = libsimdisk.a $(ROUTING_TEST_LIBS)
tests_crash_test_kill_t_SOURCES = tests/crash/test-kill.c \
  tests/crash/ledger.c tests/crash/ledger.h \
  tests/crash/traffic.c tests/crash/traffic.h
tests_crash_test_kill_t_LDADD = $(ROUTING_TEST_LIBS)

# On the simulated disk: its symbols come before those of libbase.a.
CRASH_WORK = tests/crash/story.c tests/crash/story.h tests/crash/work.c tests/crash/work.h
CRASH_WORK_LIBS = libsimdisk.a libfakeclock.a $(ROUTING_TEST_LIBS)
tests_crash_test_power_t_SOURCES = tests/crash/test-power.c $(CRASH_WORK)
tests_crash_test_power_t_LDADD = $(CRASH_WORK_LIBS)
tests_crash_test_faults_t_SOURCES = tests/crash/test-faults.c \
  tests/crash/ticker.c tests/crash/ticker.h $(CRASH_WORK)
tests_crash_test_faults_t_LDADD = $(CRASH_WORK_LIBS)
tests_crash_test_disk_t_SOURCES = tests/crash/test-disk.c \
  tests/crash/ticker.c tests/crash/ticker.h $(CRASH_WORK)
tests_crash_test_disk_t_LDADD = $(CRASH_WORK_LIBS)
tests_crash_test_drag_t_SOURCES = tests/crash/test-drag.c $(CRASH_WORK)
tests_crash_test_drag_t_LDADD = $(CRASH_WORK_LIBS)
