# Plumbline. Two commands are all that is needed: make demo, and make test.
# Each does its own set-up: see .ci/setup.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help demo test build lint generate e2e soak ci clean

# In a clone that belongs to somebody else, git tells Go nothing of the commit.
VCS = $(shell git rev-parse HEAD >/dev/null 2>&1 || echo -buildvcs=false)

## demo      show Plumbline in a browser, on a simulated cloud account
# Built, then executed in this shell's place, so that Ctrl-C and SIGTERM reach
# the program itself and it can stop cleanly.
demo:
	@.ci/setup demo
	@$(MAKE) --no-print-directory build
	@exec bin/plumbline demo $(ARGS)

## test      run every test, on a real Postgres and in a real browser
test:
	@.ci/setup test
	@.ci/test $(ARGS)

## build     make bin/plumbline
build:
	@[ -x bin/plumbline ] || echo "Building bin/plumbline. The first time this takes some minutes: the AWS SDK is large."
	@go build $(VCS) -p "$$(.ci/procs)" -o bin/plumbline ./cmd/plumbline

## lint      run golangci-lint, the version of .ci/tools/go.mod
lint:
	@GOFLAGS="$$GOFLAGS -p=$$(.ci/procs)" GOGC=50 "$$(.ci/tool golangci-lint)" run ./... ./.ci/testout ./.ci/licences

## generate  write the files that are made from others: templates, lists
generate:
	@go tool templ generate -path web -log-level warn
	@go generate ./...
	@go run ./.ci/licences

## e2e       lint the API's document with the tools of e2e, which need Node
e2e:
	@e2e/openapi.sh

## soak      run the long forms of the tests: up to an hour
soak:
	@.ci/setup test
	@.ci/soak $(ARGS)

## ci        run everything that must hold before a change is merged
ci:
	@.ci/run

## clean     remove what was built; never the demo's data
clean:
	@rm -rf bin

## help      print this
help:
	@echo "make demo and make test are all you need; each does its own set-up."
	@sed -n 's/^## /  make /p' $(MAKEFILE_LIST)
