# Short names for the commands in CONTRIBUTING.md. `just` lists them.

default:
    @just --list

# See the main job on made-up contacts
demo:
    cargo run --release -- demo

# All tests
test:
    cargo test --workspace

# Everything that must hold before a change is merged
ci:
    .ci/run

# Lints, warnings are errors
lint:
    cargo clippy --workspace --all-targets -- -D warnings

# Format all sources
fmt:
    cargo fmt --all

# A JustCall account in memory, on port 4010
sandbox *ARGS:
    cargo run --release -- sandbox --load fixtures/demo/justcall.json {{ARGS}}

# Speed of the state file and of CSV files
bench:
    cargo bench -p store --bench scale
    cargo run --release -p connector-csv --example speed
