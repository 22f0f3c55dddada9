check_PROGRAMS += tests/routing/test-queue-results.t
TESTS += tests/routing/test-queue-results.t
tests_routing_test_queue_results_t_SOURCES = tests/routing/test-queue-results.c
tests_routing_test_queue_results_t_LDADD = $(ROUTING_TEST_LIBS)
check_PROGRAMS += tests/routing/test-queue.t
TESTS += tests/routing/test-queue.t
tests_routing_test_queue_t_SOURCES = tests/routing/test-queue.c
tests_routing_test_queue_t_LDADD = libfakeclock.a $(ROUTING_TEST_LIBS)
check_PROGRAMS += tests/routing/test-queue-parts.t
TESTS += tests/routing/test-queue-parts.t
tests_routing_test_queue_parts_t_SOURCES = tests/routing/test-queue-parts.c
tests_routing_test_queue_parts_t_LDADD = libfakeclock.a $(ROUTING_TEST_LIBS)

# With tests/routing/queue-help.c:
QUEUE_TESTS = tests/routing/test-queue-admin.t tests/routing/test-queue-start.t
check_PROGRAMS += $(QUEUE_TESTS)
TESTS += $(QUEUE_TESTS)
LONG_TESTS += tests/routing/test-queue-start.t
QUEUE_HELP = tests/routing/queue-help.c tests/routing/queue-help.h
tests_routing_test_queue_admin_t_SOURCES = tests/routing/test-queue-admin.c $(QUEUE_HELP)
tests_routing_test_queue_admin_t_LDADD = libfakeclock.a $(ROUTING_TEST_LIBS)
tests_routing_test_queue_start_t_SOURCES = tests/routing/test-queue-start.c $(QUEUE_HELP)
tests_routing_test_queue_start_t_LDADD = libfakeclock.a $(ROUTING_TEST_LIBS)

# Its own disk: three functions of base/durable.h.
check_PROGRAMS += tests/routing/test-flush.t
TESTS += tests/routing/test-flush.t
tests_routing_test_flush_t_SOURCES = tests/routing/test-flush.c
tests_routing_test_flush_t_LDADD = $(ROUTING_TEST_LIBS)
