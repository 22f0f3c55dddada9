noinst_LIBRARIES += libconnector.a
libconnector_a_SOURCES =
