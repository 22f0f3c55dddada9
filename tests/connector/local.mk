include tests/connector/prepare.mk
