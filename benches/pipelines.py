"""One Markdown table of whole edits: scumble, an assembly of crates, and other tools.

usage: pipelines.py OWN OTHERS

OWN holds lines of `cargo bench -- --json --inputs FOLDER`, OTHERS the lines of a harness that ran on
the same folder: objects with `lib`, `op` (pipe_request, pipe_return), `size`, `ms` and `bytes`. Of
several runs of one tool the quickest counts, for scumble too.

A ratio is the tool's time divided by scumble's: above 1, scumble is quicker. It is taken with the
quick setting if that file is not larger than the tool's, else with the small one. What shares the
encoder with the quick setting is compared with it, though its files may differ by a few bytes.
"""

import json
import sys

NAMES = {
    "rust:best-fdeflate": "crates, quick",
    "rust:best-libdeflate1": "crates, libdeflate 1",
    "rust:naive-image-crate": "plain `image`",
    "sharp": "sharp (no drift check)",
    "cv2": "OpenCV",
    "vips": "libvips",
    "pillow": "Pillow, level 1",
}
OPS = {
    "pipe_request": "request",
    "pipe_return": "return",
    "pipe_return_noverify": "return",
}
QUICK, SMALL = "scumble, quick", "scumble, small"
SAME_ENCODER = ("crates, quick", "plain `image`")


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.startswith("{")]


def collect(own, others):
    """{size: {tool: {direction: (ms, bytes)}}}"""
    figures = {}

    def add(size, tool, direction, ms, count):
        tools = figures.setdefault(size, {}).setdefault(tool, {})
        if direction not in tools or ms < tools[direction][0]:
            tools[direction] = (ms, count)

    for run in own:
        for entry in run["sizes"]:
            for whole in entry["whole"]:
                for direction in ("request", "return"):
                    own = whole[direction]
                    add(entry["size"], f"scumble, {whole['setting']}", direction, own["ms"], own["bytes"])
    for row in others:
        if row["op"] in OPS and row["lib"] in NAMES:
            add(row["size"], NAMES[row["lib"]], OPS[row["op"]], row["ms"], row["bytes"])
    return figures


def ratio(tools, tool, direction):
    ms, count = tools[tool][direction]
    is_quick = tool in SAME_ENCODER or tools[QUICK][direction][1] <= count
    setting = QUICK if is_quick else SMALL
    own_ms, own_count = tools[setting][direction]
    mark = "" if setting == QUICK else " small"
    if own_count > count:
        mark += f", {own_count / count - 1:.1%} larger"
    return f"{ms / own_ms:.2f}×{mark}"


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    print("| CPU ms | request | kB | scumble is quicker by | return | kB | scumble is quicker by |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for size, tools in collect(lines(sys.argv[1]), lines(sys.argv[2])).items():
        print(f"| **{size.replace('x', '×')}** | | | | | | |")
        for tool in [QUICK, SMALL, *NAMES.values()]:
            if tool not in tools or len(tools[tool]) < 2:
                continue
            cells = [tool]
            for direction in ("request", "return"):
                ms, count = tools[tool][direction]
                by = "" if tool in (QUICK, SMALL) else ratio(tools, tool, direction)
                cells += [f"{ms:.1f}", f"{count / 1000:.0f}", by]
            print(f"| {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
