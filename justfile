# What everybody types here. `just` lists them.

default:
    @just --list

# Formatting, lints, documentation
check:
    cargo fmt --check
    cargo clippy --all-targets -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps

# All tests
test:
    cargo test

# Look at the snapshots that changed
review:
    cargo insta review

# Figures beside other tools, as in docs/benchmarks.md
bench:
    bash benches/run.sh

# What CI does
ci:
    bash .ci/run
