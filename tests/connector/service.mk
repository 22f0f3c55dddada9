check_PROGRAMS += tests/connector/test-service.t
TESTS += tests/connector/test-service.t
tests_connector_test_service_t_SOURCES = tests/connector/test-service.c
tests_connector_test_service_t_LDADD = $(CONNECTOR_TEST_LIBS)
