# Thin: each target is a script or a CMake preset. On Debian 12 `make run` and `make test` need
# nothing else done before.
.DEFAULT_GOAL := build
.PHONY: deps build run known-sink test fault-tests tsan-build e2e e2e-kubernetes e2e-elasticsearch \
  lint fuzz bench soak clean

deps:  # the packages of packages.txt that are missing
	@.ci/deps

build:  # the release program: build/release/kube-eventer
	@.ci/deps build
	cmake --preset release
	cmake --build --preset release --target kube-eventer

# As it stands: make would expand the $ of a URI.
override export ARGS := $(value ARGS)
override export SINK := $(value SINK)
# On recorded events, shown as text or as what a SINK=webhook, dingtalk, wecom, feishu or
# elasticsearch sends; or ARGS="--source=... --sink=..." on anything else. HEALTHZ_PORT=... where
# 8084 is taken.
run: known-sink build
	@deploy/run_local.sh

known-sink:
	@deploy/run_local.sh check

test: deps  # all tests under ASan and UBSan, then all but the fault tests and storms under TSan
	cmake --preset dev
	cmake --build --preset dev
	ctest --preset dev -LE fault
	@$(MAKE) -j 2 --output-sync=target fault-tests tsan-build
	ctest --preset tsan

# Parts of `test`, side by side.
fault-tests:  # they wait most of the time; need build/dev
	ctest --preset dev -L fault -j 16

tsan-build:  # with what the fault tests leave of the processors
	cmake --preset tsan
	nice cmake --build --preset tsan

# One compiles or waits while the other works. Packages come before, since apt works for one alone.
e2e: deps build  # against real servers; needs Go
	@$(MAKE) -j 2 --output-sync=target e2e-kubernetes e2e-elasticsearch

e2e-kubernetes: deps build  # a control plane
	@tests/e2e/run.sh

e2e-elasticsearch: deps build  # Elasticsearch 6, 7 and 8, OpenSearch 2
	cmake --build --preset release --target replay-api-server
	@tests/e2e/elasticsearch/run.sh

lint: deps  # format, include rules, clang-tidy
	@.ci/lint

fuzz: deps  # each target for FUZZ_SECONDS (20)
	@.ci/fuzz

bench: deps build  # a table beside the targets
	@bench/run.sh

MINUTES ?= 10
soak: deps build  # the release program among faults at random, with a data directory
	cmake --preset release -DEVENTER_BENCH=ON >/dev/null
	cmake --build --preset release --target soak
	@bench/soak.sh $(MINUTES)

clean:
	rm -rf build
