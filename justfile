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

# What the parts cost (normaliser, CSV, store, engine), then the main job: requests, seconds, memory (docs/performance.md)
bench *SIZES:
    cargo bench -p bench --bench parts
    cargo bench -p tieline --bench job -- {{SIZES}}

# What a million calls cost: seconds and sizes (docs/performance.md)
bench-calls *SIZES:
    cargo bench -p tieline --bench calls -- {{SIZES}}

# The same files through tieline and through Polars, DuckDB, pandas: `just bench-peers 1000000 1 3 fast` (docs/performance.md)
bench-peers *ARGS:
    crates/bench/peers/run.sh {{ARGS}}

# Instructions of a warm plan, compared with the figure that is kept (`just instructions --keep` keeps a new one)
instructions *ARGS:
    .ci/instructions {{ARGS}}

# The first state against plain inserts of the same values, and how fast it is read: `just bench-state 1000000`
bench-state *SIZE:
    cargo bench -p store --bench scale -- {{SIZE}}

# The simulation for a user's configuration: made-up worlds, faults, crashes
chaos *ARGS:
    cargo run --release -- chaos {{ARGS}}

# A million made-up worlds; takes hours. `just soak 0 200000` for fewer
soak FROM="0" SEEDS="1000000":
    nice -n 10 cargo run --release -- chaos --from {{FROM}} --seeds {{SEEDS}}

# Every guard switched off in turn: the simulation must notice each (docs/reliability.md)
mutants:
    cargo test -p chaos --features mutants --test mutants -- --nocapture

# The pictures of the review page in docs/images, made anew
pictures:
    TIELINE_PICTURES=docs/images cargo test -p tieline --test stories reviewing::pictures
