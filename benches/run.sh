#!/usr/bin/env bash
# Figures beside other tools: Markdown tables, and the CPU time of `scumble plan`.
# Needs cargo and python3; everything else goes into a temporary folder.
#
# PEERS=FOLDER adds whole edits with a harness of other tools on photos, in the same run: it has
# fixtures.py, rb (an assembly of crates), bench_py.py and bench_sharp.mjs. Needs node and npm.
# PHOTOS=FOLDER is where its photos are, `photos` beside it unless given.
set -euo pipefail
if [[ -n "${PEERS:-}" ]]; then
    PEERS=$(realpath "$PEERS")
    PHOTOS=$(realpath "${PHOTOS:-$PEERS/../photos}")
    export PEERS PHOTOS
fi
cd "$(dirname "$0")/.."

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# Builds a target of this kind, and says where the executable is.
built() {
    local kind=$1
    shift
    cargo "$@" --message-format json-render-diagnostics | python3 -c '
import json, sys
for message in map(json.loads, sys.stdin):
    if message.get("executable") and sys.argv[1] in message["target"]["kind"]:
        print(message["executable"])' "$kind"
}
program=$(built bin build --release --bin scumble)
bench=$(built bench bench --bench edit --no-run)

{
    "$bench" --write "$folder/files"
    "$bench" --json >"$folder/figures.json"
    python3 -m venv "$folder/venv"
    "$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
        pillow numpy opencv-python-headless
} >&2

"$folder/venv/bin/python" benches/peers.py "$folder/files" "$folder/figures.json"

# A home and a working folder of its own, so that no recipe of the user is read.
mkdir "$folder/home"
HOME="$folder/home" XDG_CONFIG_HOME="$folder/home" XDG_DATA_HOME="$folder/home" \
    python3 - "$program" "$folder/files" <<'PYTHON'
import os, resource, statistics, subprocess, sys

program, files = sys.argv[1:]
size = "1024x1024"
os.chdir(files)
command = [program, "plan", "element-replace", f"src-{size}.jpg", "--mask", f"mask-{size}.png"]

def used():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime

times = []
for _ in range(20):
    before = used()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    times.append((used() - before) * 1e3)
times.sort()
print(f"`scumble plan`, {size.replace('x', '×')} JPEG with a mask file, cold start: "
      f"{statistics.median(times):.1f} ms CPU ({times[0]:.1f} to {times[-1]:.1f}, 20 runs; the goal is under 30)")
PYTHON

if [[ -n "${PEERS:-}" ]]; then
    echo
    bash benches/pipelines.sh "$bench" "$folder"
fi
