# Everything the continuous build does is a target here. `make demo` and `make test` need no other step.
SWIFT ?= swift
# Third-party vectors, read where they lie; none are copied into this repository.
VECTORS ?= $(wildcard ../shared/vectors)
OWN_VECTORS = $(wildcard Vectors)
# The benchmark carries its Swift runtime: a sixth faster, 2 MiB less in memory. Apple's systems have it anyway.
STATIC = $(if $(filter Linux,$(shell uname -s)),--static-swift-stdlib)

.DEFAULT_GOAL := help
.PHONY: help setup services server parts serve screens build test test-release demo examples bench load conformance vectors docs lint format outside interop constant-time crash ci

help:
	@echo "make demo         the whole story, in one program"
	@echo "make test         every test"
	@echo "make serve        an issuer, a verifier, a kiosk and a demo wallet on this machine [PORT=7400]"
	@echo "make screens      claims and shows a card in a browser, in both languages [SHOTS=folder]"
	@echo "make services     2 of 3 attestors and 3 of 5 nodes on loopback, a key handed over, and services killed"
	@echo "make conformance  third-party and own vectors [VECTORS=directory]"
	@echo "make bench        what each step costs against the raw libraries"
	@echo "make load         many people claim few cards over HTTP, then a flood of bad requests [PEOPLE=100000 CARDS=500 BAD=1000000]"
	@echo "make crash        kill and fail cards, uses and notices at every call, fail PostgreSQL over [ROUNDS=50]"
	@echo "make interop      another implementation reads our logs, and we read its"
	@echo "make constant-time  that no branch and no address depends on a secret, under valgrind"
	@echo "make docs         the documentation of every product, in .build/docs"
	@echo "make lint format build examples vectors outside test-release ci setup"

setup:
	@scripts/setup

build: setup
	@echo "== build"
	@$(SWIFT) build --build-tests

test: build parts
	@echo "== test"
	@$(SWIFT) test --skip-build
	@echo "== test the servers (the first time they take some minutes to build)"
# Tests, servers and those who ask them live in one process: with more at once they time out waiting for each other.
	@SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=6 $(SWIFT) test --package-path Examples

# What the servers are built with: QR codes, keys in hardware; and a token in software for their tests.
parts:
	@scripts/setup libqrencode libp11-kit softhsm2

demo: setup
	@echo "== build the demo (the first time takes some minutes)"
	@$(SWIFT) build --package-path Examples -c release --product demo
	@$(SWIFT) run --package-path Examples -c release --skip-build demo

# An optimiser's fault shows only here; the compiler has had one in code that other modules inline.
test-release: setup
	@echo "== test as released"
	@$(SWIFT) test -c release -Xswiftc -enable-testing --scratch-path .build-release

# Everything on one machine: issuer, verifier, kiosk, wallet. [PORT=7400 HOME_FOLDER=tegata-home]
PORT ?= 7400
HOME_FOLDER ?= tegata-home
serve: setup parts
	@echo "== build the servers (the first time takes some minutes)"
	@$(SWIFT) build --package-path Examples --product tegata
	@$(SWIFT) run --package-path Examples --skip-build tegata serve --port $(PORT) --home $(HOME_FOLDER)

# Claiming and showing a card in a browser, in both languages, on a phone and on a desk. [SHOTS=folder]
screens: setup
	@scripts/screens $(SHOTS)

examples: setup parts
	@echo "== build every example"
	@$(SWIFT) build --package-path Examples -c release

bench: setup
	@echo "== build the benchmark"
	@$(SWIFT) build -c release --product bench $(STATIC)
	@$(SWIFT) run -c release --skip-build bench $(BENCH)

PEOPLE ?= 100000
CARDS ?= 500
BAD ?= 1000000
load: setup parts
	@echo "== build the load generator and the server (the first time takes some minutes)"
	@$(SWIFT) build --package-path Examples -c release --product load
	@$(SWIFT) run --package-path Examples -c release --skip-build load --people $(PEOPLE) --cards $(CARDS) --bad $(BAD)

conformance: setup
	@echo "== conformance"
	@$(SWIFT) build --product conformance
	@$(SWIFT) run --skip-build conformance $(VECTORS) $(OWN_VECTORS)

vectors: setup
	@echo "== write Vectors/tegata"
	@WRITE_VECTORS=1 $(SWIFT) test --filter "are what this code makes"

docs: setup
	@scripts/docs

lint:
	@echo "== lint"
	@$(SWIFT) format lint --strict --parallel --recursive $(SOURCES)

format:
	@$(SWIFT) format --in-place --parallel --recursive $(SOURCES)

SOURCES = Package.swift Sources Tests Examples/Package.swift $(wildcard Examples/Sources Examples/Tests)

constant-time: setup
	@scripts/constant-time

outside: setup
	@scripts/outside

# What the tests use where it is there; where it is not they say so.
server:
	@scripts/setup postgresql

# Every point where the register can break: minutes, and not part of the tests.
crash: setup server
	@scripts/crash $(ROUNDS)

# Another implementation reads our logs, and we read its.
interop: setup
	@scripts/interop

# Attestors and nodes as processes: cards through all of them, a key handed over, and one with two of them killed.
services: setup parts
	@echo "== services"
	@$(SWIFT) build --package-path Examples --product split
	@$(SWIFT) build --package-path Examples --product attestor
	@$(SWIFT) build --package-path Examples --product node
	@$(SWIFT) run --package-path Examples --skip-build split

ci: setup server lint test test-release services screens demo outside conformance interop constant-time docs
	@echo "== all of it passed"
