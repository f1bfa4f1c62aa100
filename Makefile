# Each of these does all of its own set-up.
#
#   make run      builds and runs the example; Ctrl+C stops it
#   make run-lua  the same with job functions in Lua
#   make test     all tests          make test-long   with the long versions of the fault tests
#   make bench    every figure beside its floor and its peers; PAIR=OLD_BUILD: beside another build, by turns
#   make          the release build, with what make install copies
#   make test-vm  installs into an emulated machine with a real systemd, and tests there; minutes
#   make test-prometheus  has a real Prometheus scrape the release build, and tests the alert rules
#   make install  PREFIX=/usr/local DESTDIR= SYSTEMD=257; builds nothing, as make uninstall
#   make test-browser  the status page in a real Chromium
#   make man      the manual pages, into .build/man
#   make check    format, imports, documents, the table of faults and the sizes of parts, as CI does

PREFIX ?= /usr/local
DESTDIR ?=
# The version of systemd that the units are for.
SYSTEMD ?= $(shell systemctl --version 2>/dev/null | sed -n '1s/systemd \([0-9]*\).*/\1/p')
# Where make install finds what was built.
BUILD ?= .build
SWIFT ?= swift
REGISTRY ?= Examples/crontab-registry
# A build that the benchmarks compare with this one, and further arguments of Benchmarks/run.
PAIR ?=
# Root runs nothing that somebody else may have written, but for whoever has this tree.
ifeq ($(shell id -u),0)
export CRONSUPD_TRUST_OWNER ?= $(shell stat -c %u .)
endif
ARGS ?=

# One file for the daemon, which then runs on machines without a toolchain.
RELEASE := $(SWIFT) build -c release --static-swift-stdlib
# The manual pages, made from docs/.
MANUAL := .build/man
COMPLETIONS := .build/completions
SCHEMA := .build/schema
# An import that Package.swift does not declare passes an incremental build and fails a clean one.
CHECKED := --explicit-target-dependency-import-check error

.PHONY: all run run-lua run-own-worker test test-long test-vm test-browser test-prometheus bench budgets install uninstall man completions schema check release setup clean own-worker

all: release man completions schema

setup:
	@Scripts/setup

release: setup
	$(RELEASE) --product cronsupd
	$(RELEASE) --product cronworker
	$(RELEASE) --product cronledger
	$(RELEASE) --product cronnotify
	$(RELEASE) --product cronsupctl
	$(RELEASE) --product cronweb

# The shell is replaced, so that Ctrl+C and a signal to make's child reach the daemon itself.
run: release
	@exec .build/release/cronsupd --registry $(REGISTRY) --runtime-directory .build/run \
	    --state-directory .build/state --fallback off

run-lua: REGISTRY := Examples/crontab-registry-lua
run-lua: run

# A worker that is built by itself, against this package.
own-worker: setup
	cd Examples/own-worker && $(SWIFT) build

run-own-worker: REGISTRY := Examples/own-worker/registry
run-own-worker: own-worker run

test: setup
	$(SWIFT) build --build-tests $(CHECKED)
	SWIFT="$(SWIFT)" Scripts/test

test-long: setup
	$(SWIFT) build --build-tests $(CHECKED)
	LONG_TESTS=1 SWIFT="$(SWIFT)" Scripts/test

# SUITE: the release of Debian, whose systemd is the version SYSTEMD. The other one of the two: SUITE=bookworm SYSTEMD=252.
test-vm: SYSTEMD := 257
test-vm: SUITE ?= trixie
test-vm: release
	rm -rf .build/vm-in .build/vm-out
	mkdir -p .build/vm-in
	cp Tests/Machine/run .build/vm-in/run
	$(MAKE) install DESTDIR="$(CURDIR)/.build/vm-in/root" SYSTEMD=$(SYSTEMD)
	VM=.build/vm-$(SUITE) SUITE=$(SUITE) Scripts/vm run .build/vm-in .build/vm-out; code=$$?; cat .build/vm-out/output; exit $$code

# The status page in a real Chromium. PICTURES: where the pictures of it go.
test-browser: release
	Scripts/setup-browser
	Tests/Browser/run $(if $(PICTURES),--pictures "$(PICTURES)")

# Of Debian's packages, which are unpacked and not installed.
test-prometheus: release
	Scripts/fetch-prometheus
	Tests/Prometheus/run .build/release

# Memory and sizes of the release build against the file Budgets.
budgets: release
	Scripts/check-budgets

bench: release
	$(RELEASE) --product schedulebench
	$(RELEASE) --product troubleworker
	Benchmarks/run $(if $(PAIR),--pair "$(PAIR)") $(ARGS)

check: setup
	Scripts/check-format
	Scripts/check-imports
	Scripts/check-faults
	Scripts/check-docs
	Scripts/check-parts
	Scripts/embed-assets --check

man:
	rm -rf $(MANUAL)
	Scripts/make-man $(MANUAL)

# One for each program and shell: they differ in the name alone.
completions:
	rm -rf $(COMPLETIONS)
	mkdir -p $(COMPLETIONS)
	for program in cronsupd cronsupctl cronworker; do \
		sed "s/@PROGRAM@/$$program/g" Packaging/completions/bash > "$(COMPLETIONS)/$$program.bash" && \
		sed "s/@PROGRAM@/$$program/g" Packaging/completions/zsh > "$(COMPLETIONS)/_$$program" && \
		sed "s/@PROGRAM@/$$program/g" Packaging/completions/fish > "$(COMPLETIONS)/$$program.fish" || \
		exit 1; \
	done

# The JSON Schema of registry files, as the programs have it.
schema: release
	mkdir -p $(SCHEMA)
	.build/release/cronsupctl schema > $(SCHEMA)/registry.schema.json

# Both only copy and remove: root needs no toolchain for them.
install:
	@BUILD="$(BUILD)" PREFIX="$(PREFIX)" DESTDIR="$(DESTDIR)" SYSTEMD="$(SYSTEMD)" Scripts/install

uninstall:
	@BUILD="$(BUILD)" PREFIX="$(PREFIX)" DESTDIR="$(DESTDIR)" SYSTEMD="$(SYSTEMD)" Scripts/install --uninstall

clean:
	rm -rf .build
