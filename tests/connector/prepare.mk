check_PROGRAMS += tests/connector/test-prepare.t
TESTS += tests/connector/test-prepare.t
tests_connector_test_prepare_t_SOURCES = tests/connector/test-prepare.c
tests_connector_test_prepare_t_LDADD = $(CONNECTOR_TEST_LIBS)
check_PROGRAMS += tests/connector/test-language.t
TESTS += tests/connector/test-language.t
tests_connector_test_language_t_SOURCES = tests/connector/test-language.c
tests_connector_test_language_t_LDADD = $(CONNECTOR_TEST_LIBS)
