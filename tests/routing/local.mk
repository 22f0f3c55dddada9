include tests/routing/smtp.mk
include tests/routing/queue.mk
include tests/routing/address.mk
include tests/routing/route.mk
