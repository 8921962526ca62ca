# Everything is done by tools/setup.py; on a machine without make call it directly: python3 tools/setup.py demo
PYTHON ?= python3

.PHONY: env demo test test-spark shots bundle
env:
	@$(PYTHON) tools/setup.py env

# PORT=8700 HOST=127.0.0.1 by default; exec keeps Ctrl-C and signals with the supervisor itself
demo:
	@exec $(PYTHON) tools/setup.py demo $(if $(PORT),--port $(PORT)) $(if $(HOST),--host $(HOST))

# ARGS are passed on to pytest: make test ARGS="-k clock"
test:
	@$(PYTHON) tools/setup.py test $(ARGS)

# The set-wise rules on Spark, in an environment of its own (a gigabyte, and a Java 17); not part of make test.
test-spark:
	@$(PYTHON) tools/setup.py test-spark $(ARGS)

shots:
	@$(PYTHON) tools/setup.py shots $(ARGS)

bundle:
	@$(PYTHON) tools/setup.py bundle $(ARGS)
