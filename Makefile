# The front door. Every target says what it does; `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

JOBS ?= $(shell nproc)
# FULL=1: every story on every Flink version and at every moment, instead of taking turns.
FULL ?=
# TEST=full, or CI: `make test` also runs the unit and actor tests with sanitizers.
TEST ?= $(if $(CI),full,)
# Seeds of the simulation, and how many of them also run with sanitizers.
SEEDS ?= 2000
SEEDS_SANITIZED ?= 100
# DEMO=once: the demo ends by itself.
DEMO ?=

export CCACHE_MAXSIZE ?= 5G
# Another clone finds the same objects: paths count from the root of the project.
export CCACHE_BASEDIR ?= $(CURDIR)
export CCACHE_NOHASHDIR ?= true

SELECTION := $(if $(FULL),all,turn)
VERSIONS := 1.20.5,2.2.1
CTEST := ctest --output-on-failure --no-tests=error --parallel $(JOBS)

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*##' Makefile | sed -E 's/^([a-z0-9-]+):[^#]*## (.*)/  make \1\t\2/' | expand -t 24

.PHONY: install-build install-demo install-test
install-build:
	@local/setup/install build
install-demo:
	@local/setup/install demo
install-test:
	@local/setup/install demo test

build/%/build.ninja: CMakeLists.txt CMakePresets.json cmake/build.cmake | install-build
	@echo "== configuring build/$*"
	@cmake --preset $* >build/.configure.log 2>&1 || { cat build/.configure.log; exit 1; }

.PHONY: build
build: install-build | folder ## build/release/flink-operator and build/release/flink-local
	@$(MAKE) --no-print-directory build/release/build.ninja
	@echo "== building build/release"
	@ninja -C build/release -j $(JOBS)

.PHONY: build-asan
build-asan: install-build | folder
	@$(MAKE) --no-print-directory build/asan/build.ninja
	@echo "== building build/asan"
	@ninja -C build/asan -j $(JOBS)

.PHONY: folder
folder:
	@mkdir -p build

.PHONY: demo
demo: build install-demo ## a cluster on this machine, a Flink job in it, its update and its end (DEMO=once: ends by itself)
	@DEMO=$(DEMO) local/demo/demo

.PHONY: test
test: unit simulation conformance stories ## unit and actor tests, simulation, API cases and user stories on flink-local (TEST=full: with sanitizers too)

.PHONY: unit
unit: build $(if $(filter full,$(TEST)),build-asan) ## unit and actor tests
	@echo "== unit and actor tests"
	@$(CTEST) --test-dir build/release
ifeq ($(TEST),full)
	@echo "== unit and actor tests with address and undefined sanitizers"
	@$(CTEST) --test-dir build/asan
endif

.PHONY: simulation
simulation: build $(if $(filter full,$(TEST)),build-asan) ## the operator against models of Kubernetes and Flink, with injected faults (SEEDS=…)
	@echo "== simulation"
	@build/release/simulation --seeds $(SEEDS)
	@build/release/simulation --crashes
	@build/release/simulation --mutants
ifeq ($(TEST),full)
	@echo "== simulation with address and undefined sanitizers"
	@build/asan/simulation --seeds $(SEEDS_SANITIZED)
endif

.PHONY: soak
soak: build ## the simulation with more seeds (SEEDS=100000)
	@build/release/simulation --seeds $(SEEDS)

.PHONY: check-threads
check-threads: install-build | folder ## tests with real threads and sockets, under the thread sanitizer
	@echo "== tests with threads under the thread sanitizer"
	@JOBS=$(JOBS) test/threads/run

.PHONY: stories
stories: build install-test ## the user stories on flink-local, with real Flink
	@echo "== stories on flink-local"
	@test/stories/run --cluster local --flink $(VERSIONS) --selection $(SELECTION)

.PHONY: conformance
conformance: build install-test ## the API cases and kubectl on flink-local's API server
	@echo "== API cases on flink-local"
	@test/conformance/run --cluster local

.PHONY: e2e
e2e: build install-test ## the API cases and the user stories on a real Kubernetes control plane (FULL=1: all of them)
	@echo "== API cases on Kubernetes, and its kubectl on flink-local"
	@test/conformance/run --cluster kubernetes --kubectl="$$(test/e2e/kubernetes/build)/kubectl"
	@test/conformance/run --cluster local --kubectl="$$(test/e2e/kubernetes/build)/kubectl"
	@echo "== stories on Kubernetes"
	@test/stories/run --cluster kubernetes --flink $(VERSIONS) --selection $(SELECTION)

.PHONY: kubernetes
kubernetes: ## build the real control plane and helm into the cache, for e2e
	@test/e2e/kubernetes/build
	@test/e2e/helm/build

.PHONY: bench
bench: build install-demo ## what the operator costs: memory, start, requests and processor time
	@test/bench/run

SOURCES = $(shell git ls-files --cached --others --exclude-standard '*.cpp' '*.hpp')

.PHONY: format
format: install-build ## format the sources in place
	@clang-format-19 -i $(SOURCES)

.PHONY: lint
lint: install-build ## formatting, shell and Python syntax
	@echo "== lint"
	@clang-format-19 --dry-run --Werror $(SOURCES)
	@git ls-files --cached --others --exclude-standard | xargs grep -lE '^#!/usr/bin/env bash' -- | xargs -n 1 bash -n
	@git ls-files --cached --others --exclude-standard '*.py' | xargs python3 -m py_compile

.PHONY: coverage
coverage: install-build | folder ## line and branch coverage of the unit tests
	@test/coverage/run

.PHONY: clean
clean: ## remove all that was built here; the cache stays
	@rm -rf build
