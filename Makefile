# Thin: each target is a script or a CMake preset. On Debian 12 `make run` and `make test` need
# nothing else done before.
.DEFAULT_GOAL := build
.PHONY: deps build run test e2e lint fuzz bench clean

deps:  # the packages of packages.txt that are missing
	@.ci/deps

build:  # the release program: build/release/kube-eventer
	@.ci/deps build
	cmake --preset release
	cmake --build --preset release --target kube-eventer

# As it stands: make would expand the $ of a URI.
override export ARGS := $(value ARGS)
run: build  # on recorded events, or ARGS="--source=... --sink=..." on anything else
	@deploy/run_local.sh

test: deps  # all tests twice: under ASan and UBSan, then under TSan
	cmake --preset dev
	cmake --build --preset dev
	ctest --preset dev
	cmake --preset tsan
	cmake --build --preset tsan
	ctest --preset tsan

e2e: deps build  # against a real Kubernetes control plane; needs Go
	@tests/e2e/run.sh

lint: deps  # format, include rules, clang-tidy
	@.ci/lint

fuzz: deps  # each target for FUZZ_SECONDS (20)
	@.ci/fuzz

bench: deps build  # a table beside the targets
	@bench/run.sh

clean:
	rm -rf build
