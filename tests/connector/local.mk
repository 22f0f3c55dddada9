include tests/connector/admin.mk
include tests/connector/prepare.mk
