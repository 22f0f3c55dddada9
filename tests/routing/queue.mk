check_PROGRAMS += tests/routing/test-queue.t
TESTS += tests/routing/test-queue.t
tests_routing_test_queue_t_SOURCES = tests/routing/test-queue.c
tests_routing_test_queue_t_LDADD = libfakeclock.a $(ROUTING_TEST_LIBS)
check_PROGRAMS += tests/routing/test-queue-parts.t
TESTS += tests/routing/test-queue-parts.t
tests_routing_test_queue_parts_t_SOURCES = tests/routing/test-queue-parts.c
tests_routing_test_queue_parts_t_LDADD = libfakeclock.a $(ROUTING_TEST_LIBS)
