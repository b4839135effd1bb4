#!/usr/bin/env bash
# Whole edits with scumble and the tools of the harness in $PEERS, on the photos in $PHOTOS: one Markdown table.
# usage: pipelines.sh BENCH FOLDER, from run.sh: BENCH is the built benchmark, FOLDER a temporary one
# with a Python in `venv`.
set -euo pipefail
bench=$1
folder=$2
sizes="1024x1024 1080x1920"

{
    "$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'pyvips[binary]'
    (cd "$folder" && npm install --silent --no-fund --no-audit sharp)
    "$folder/venv/bin/python" "$PEERS/fixtures.py" "$PHOTOS" "$folder/photos"
    # Without what a build left there: this run builds its own.
    mkdir "$folder/rb"
    tar -C "$PEERS/rb" --exclude ./target -c . | tar -C "$folder/rb" -x
    chmod -R u+w "$folder/rb"
    if ! command -v nasm >/dev/null; then
        # Only the crates for AVIF and for another JPEG want it, and neither is part of an edit.
        sed -i -e 's/^mozjpeg = .*/mozjpeg = { version = "0.10", default-features = false }/' \
            -e 's/^ravif = .*/ravif = { version = "0.13", default-features = false, features = ["threading"] }/' \
            "$folder/rb/Cargo.toml"
    fi
    (cd "$folder/rb" && CARGO_TARGET_DIR=$folder/rb/target cargo build --release)
    # Twice in turns, and the quicker run counts: a busy moment of the machine falls on nobody.
    for _ in 1 2; do
        "$bench" --json --inputs "$folder/photos" >>"$folder/own.jsonl"
        for size in $sizes; do
            "$folder/rb/target/release/rb" "$size" 1 "$folder/photos" >>"$folder/others.jsonl"
            for tool in cv2 vips pillow; do
                "$folder/venv/bin/python" "$PEERS/bench_py.py" "$tool" "$size" 1 "$folder/photos" \
                    >>"$folder/others.jsonl"
            done
            (cd "$folder" && node "$PEERS/bench_sharp.mjs" "$size" 1 "$folder/photos") \
                >>"$folder/others.jsonl"
        done
    done
} >&2
"$folder/venv/bin/python" benches/pipelines.py "$folder/own.jsonl" "$folder/others.jsonl"
