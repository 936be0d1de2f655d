# Every verb works from a clean clone, twice in a row, and after an interruption.
SHELL := /bin/sh
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
export CGO_ENABLED := 0

.PHONY: help
help: ## list the verbs
	@awk -F ':.*## ' '/^[a-z\/]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## bin/howdah
	@go build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o bin/howdah ./cmd/howdah

.PHONY: run
run: build ## serve on http://127.0.0.1:8000, with a database and a demo app
	@exec bin/howdah serve

.PHONY: dev
dev: build ## serve, and apply, lint and test Howdah's own sql/ on save
	@HOWDAH_PLATFORM=. exec bin/howdah dev

.PHONY: deps
deps: ## install what tests need (PostgreSQL, pgTAP, plpgsql_check, pg_cron, Node.js)
	@scripts/deps

.PHONY: test
test: deps build verify test/sql test/go test/client test/embedded test/readme ## everything

.PHONY: test/sql
test/sql: build ## pgTAP and coverage of sql/ on a throw-away cluster (T=auth or T=auth/refresh.sql for a part)
	@scripts/with-pg scripts/test-sql $(T)

.PHONY: test/go
test/go: build ## Go tests on a throw-away cluster (T=./server/rest/... for a part)
	@scripts/with-pg go test -timeout 6m $(or $(T),./...)

.PHONY: test/client
test/client: build ## real clients against a throw-away server (T=auth for a part)
	@scripts/with-server scripts/test-clients $(T)

.PHONY: test/embedded
test/embedded: build ## both on the embedded PostgreSQL (T=auth for a part)
	@HOWDAH_POSTGRES=embedded scripts/with-pg scripts/test-sql $(T)
	@HOWDAH_POSTGRES=embedded scripts/with-server scripts/test-clients $(T)

.PHONY: test/readme
test/readme: build ## the README's commands, pasted and run
	@scripts/test-readme

.PHONY: lint
lint: ## golangci-lint, shell scripts, compose.yaml, migrations
	@scripts/lint

.PHONY: fmt
fmt: ## format Go
	@scripts/golangci fmt

.PHONY: bench
bench: build ## the bench table: ratios in one run
	@DB_POOL_MAX_SIZE=16 LOG_LEVEL=warn PGRST_SERVER_TIMING_ENABLED=true scripts/with-server go run ./scripts/bench

.PHONY: bench/jobs
bench/jobs: build ## the queue beside River: four minutes
	@scripts/with-pg go run -C scripts/bench/jobs .

.PHONY: bench/loop
bench/loop: build ## the developer's day: starts, saves, tests, weight; half a minute
	@go run ./scripts/bench/loop

.PHONY: verify
verify: build ## generated text is up to date: the settings in README.md and .env.example
	@scripts/verify
