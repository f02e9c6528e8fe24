# `make help` lists what a person needs. Everything a command needs beyond Go, make and git is fetched or named by it.

GO      ?= go
BIN     := bin/ombudsnetz
TOOLS   := $(GO) tool -modfile=tools/go.mod

.PHONY: help run build test check conformance generate bench

help: ## List the commands.
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## Start the server with demo data; it prints where it is and what to try.
	@./scripts/ensure-postgres.sh
	@./$(BIN) serve --demo

build:
	@$(GO) build -o $(BIN) ./cmd/ombudsnetz

test: ## Run all tests; they bring their own Postgres.
	@DATABASE_URL= ./scripts/ensure-postgres.sh
	$(GO) test -race -shuffle=on -timeout 15m ./...

check: ## Generated files are up to date, format, vet, lint, who may import whom.
	@./scripts/check.sh

conformance: build ## Run the suites that need Node against the running server.
	@DATABASE_URL= ./scripts/ensure-postgres.sh
	cd conformance && npm ci --no-audit --no-fund && npm run audit

generate: ## Write graph/gen, the resolvers' stubs and schema.graphql from graph/schema.
	$(GO) tool gen
	$(GO) tool gen internal/breadth/internal/shapes/gqlgen.yml
	$(GO) run ./cmd/ombudsnetz schema > schema.graphql.new && mv schema.graphql.new schema.graphql

bench: ## Measure the server against hand-written statements in one run.
	@DATABASE_URL= ./scripts/ensure-postgres.sh
	$(GO) run ./bench
