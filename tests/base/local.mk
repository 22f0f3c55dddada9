check_PROGRAMS += tests/base/test-base.t
TESTS += tests/base/test-base.t
tests_base_test_base_t_SOURCES = tests/base/test-base.c
tests_base_test_base_t_LDADD = $(BASE_TEST_LIBS)
