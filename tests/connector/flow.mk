FLOW_SITE = tests/connector/flow-site.c tests/connector/flow-site.h
check_PROGRAMS += tests/connector/test-receive.t
TESTS += tests/connector/test-receive.t
tests_connector_test_receive_t_SOURCES = tests/connector/test-receive.c $(FLOW_SITE)
tests_connector_test_receive_t_LDADD = $(CONNECTOR_TEST_LIBS)
check_PROGRAMS += tests/connector/test-deliver.t
TESTS += tests/connector/test-deliver.t
tests_connector_test_deliver_t_SOURCES = tests/connector/test-deliver.c $(FLOW_SITE) \
  tests/routing/smtp-server.c tests/routing/smtp-server.h
tests_connector_test_deliver_t_LDADD = $(CONNECTOR_TEST_LIBS)
if !WINDOWS
check_PROGRAMS += tests/connector/test-accept.t
TESTS += tests/connector/test-accept.t
tests_connector_test_accept_t_SOURCES = tests/connector/test-accept-posix.c $(FLOW_SITE)
tests_connector_test_accept_t_LDADD = $(CONNECTOR_TEST_LIBS)
endif
