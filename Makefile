# What a newcomer needs: `make run` serves the shop, `make test` proves it. Rust and Node are the only prerequisites.

.DEFAULT_GOAL := help
.PHONY: help run test lint bench e2e services clean-data

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# `npm ci` insists on the optional binaries of every platform, which some mirrors do not carry; this takes the locked
# versions just the same and needs this platform's binaries only.
npm_install := npm install --no-save --no-audit --no-fund

# The built-in front end; rebuilt when a source is newer than the last build.
frontend_sources := $(shell find frontend -path frontend/node_modules -prune -o -path frontend/dist -prune -o -type f -print 2>/dev/null) schema.graphql
frontend/node_modules/.installed: frontend/package-lock.json
	cd frontend && $(npm_install)
	@touch $@
frontend/dist/.built: frontend/node_modules/.installed $(frontend_sources)
	cd frontend && npm run build
	@touch $@
tests/conformance-js/node_modules/.installed: tests/conformance-js/package-lock.json
	cd tests/conformance-js && $(npm_install)
	@touch $@

run: frontend/dist/.built ## build and serve the shop at http://localhost:8080
	cargo run --release -- $(ARGS)

test: frontend/dist/.built tests/conformance-js/node_modules/.installed ## run every test (starts a PostgreSQL of its own)
	@scripts/ensure-postgres
	cd frontend && npm test
	cargo test --workspace
	SHELFWISE_TEST_ON=postgres cargo test --test integration -- api:: live::

lint: frontend/node_modules/.installed ## formatting, clippy and the front end's checks
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	cd frontend && npm run lint

bench: ## performance, as ratios to a baseline measured in the same run
	cargo bench --workspace

e2e: frontend/dist/.built ## click through the shop in Chromium
	cargo build
	cd frontend && npm run e2e

services: ## the production shape in containers: PostgreSQL, two instances, nginx
	docker compose up --build

clean-data: ## forget the local shop
	rm -rf data
