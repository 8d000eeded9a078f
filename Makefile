# The front door. `make help` lists the targets and what they do.
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
# E2E=1: `make test` runs the stories on a real Kubernetes control plane at the same time.
E2E ?=
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

.PHONY: install-build install-test-build install-demo install-test install-lint
install-build:
	@local/setup/install build
install-test-build:
	@local/setup/install build test-build
install-demo:
	@local/setup/install build demo
install-test:
	@local/setup/install build test-build demo test
install-lint:
	@local/setup/install build lint

.PHONY: build
build: install-test-build ## the programs and their tests, in build/release
	@JOBS=$(JOBS) cmake/build release

.PHONY: build-asan
build-asan: install-test-build
	@JOBS=$(JOBS) cmake/build asan

.PHONY: programs
programs: install-build ## flink-operator and flink-local alone, in build/release
	@JOBS=$(JOBS) cmake/build release flink-operator flink-local

.PHONY: demo
demo: install-demo programs ## a cluster on this machine, a Flink job in it, its update and its end (DEMO=once: ends by itself)
	@DEMO=$(DEMO) local/demo/demo

.PHONY: test
test: unit simulation conformance $(if $(E2E),stories-on-both,stories) ## unit and actor tests, simulation, API cases and user stories on flink-local (TEST=full: with sanitizers too; E2E=1: with e2e)

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
check-threads: install-test-build ## tests with real threads and sockets, under the thread sanitizer
	@mkdir -p build
	@echo "== tests with threads under the thread sanitizer"
	@JOBS=$(JOBS) test/threads/run

.PHONY: stories
stories: build install-test ## the user stories on flink-local, with real Flink
	@echo "== stories on flink-local"
	@test/stories/run --cluster local --flink $(VERSIONS) --selection $(SELECTION)

# The stories wait most of their time: those on the one cluster run while those on the other one wait.
.PHONY: stories-on-both
stories-on-both: build install-test
	@$(MAKE) --no-print-directory e2e >build/e2e.log 2>&1 & e2e=$$!; \
	  code=0; $(MAKE) --no-print-directory stories || code=$$?; \
	  wait $$e2e || code=$$?; sed 's|^== |   == |' build/e2e.log; exit $$code

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
bench: install-demo programs ## what the operator costs: memory, start, requests and processor time
	@test/bench/run

SOURCES = $(shell git ls-files --cached --others --exclude-standard '*.cpp' '*.hpp')

.PHONY: format
format: install-lint ## format the sources in place
	@clang-format-19 -i $(SOURCES)

.PHONY: lint
# With CI set, it checks the includes of every source of the programs; otherwise of the sources that differ from main.
lint: install-test-build install-lint ## formatting, syntax of scripts, who includes and calls whom, English, unused includes, tables of the documents
	@JOBS=$(JOBS) cmake/build release --configure
	@echo "== lint"
	@clang-format-19 --dry-run --Werror $(SOURCES)
	@git ls-files --cached --others --exclude-standard | xargs grep -lE '^#!/usr/bin/env bash' -- | xargs -n 1 bash -n
	@git ls-files --cached --others --exclude-standard '*.py' | xargs python3 -m py_compile
	@test/lint/file_tables.py --check
	@echo "== lint: tests of the checks"
	@test/pytest test/lint
	@echo "== lint: who includes whom"
	@test/lint/rings.py
	@echo "== lint: English"
	@test/lint/english.py
	@echo "== lint: who calls whom in flink/lifecycle"
	@test/lint/call_graph.py --jobs $(JOBS)
	@echo "== lint: includes"
	@test/lint/includes.py --jobs $(JOBS) $(if $(CI),--all)

.PHONY: coverage
coverage: install-test-build ## line and branch coverage of the unit tests
	@test/coverage/run

.PHONY: clean
clean: ## remove all that was built here; the cache stays
	@rm -rf build
