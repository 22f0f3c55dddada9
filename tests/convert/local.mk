check_PROGRAMS += tests/convert/test-parts.t
TESTS += tests/convert/test-parts.t
tests_convert_test_parts_t_SOURCES = tests/convert/test-parts.c
tests_convert_test_parts_t_LDADD = $(CONVERT_TEST_LIBS)
check_PROGRAMS += tests/convert/test-transforms.t
TESTS += tests/convert/test-transforms.t
tests_convert_test_transforms_t_SOURCES = tests/convert/test-transforms.c
tests_convert_test_transforms_t_LDADD = $(CONVERT_TEST_LIBS)
