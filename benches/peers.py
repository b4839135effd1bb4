"""The steps of benches/edit.rs with Pillow and OpenCV, in median CPU milliseconds on one thread.

usage: peers.py FOLDER [FIGURES]

FOLDER holds the files of `cargo bench -- --write FOLDER`; FIGURES is a file with the line of
`cargo bench -- --json`. With it one Markdown table of all four is printed, with the ratios to
scumble; without it the figures of the two alone. Both tools measure drift as a mean difference of
samples, which is less work than scumble's distance in OKLab; nothing else is simpler on purpose.
"""

import io
import json
import os
import statistics
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"

import cv2  # noqa: E402
import numpy  # noqa: E402
from PIL import Image, ImageChops, ImageFilter, ImageStat  # noqa: E402

SIZES = ("1024x1024", "1080x1920")
STEPS = (
    "decode JPEG",
    "import mask",
    "feather 8 px",
    "decode PNG",
    "composite",
    "drift figures",
    "lock check",
    "encode PNG",
    "encode JPEG",
)
SUMS = {"request": (0, 1, 2), "return": (3, 4, 5, 6, 7), "same, no figures": (3, 4, 6, 7)}
ROUNDS = 15
# A blur whose ramp is about as wide as a feather of 8 pixels.
SIGMA = 4.0
QUALITY = 92


class Round:
    """One run through all steps."""

    def __init__(self):
        self.laps = []
        self.png_bytes = 0

    def lap(self, work):
        begun = time.process_time()
        value = work()
        self.laps.append((time.process_time() - begun) * 1e3)
        return value


def pillow(files):
    def opened(data):
        image = Image.open(io.BytesIO(data))
        image.load()
        return image

    def encoded(image, kind, **options):
        into = io.BytesIO()
        image.save(into, kind, **options)
        return into.getvalue()

    def mean(one, other, where):
        return ImageStat.Stat(ImageChops.difference(one, other), where).mean

    def figures():
        locked = weights.point(lambda weight: 255 if weight == 0 else 0)
        edited = ImageChops.invert(locked)
        return mean(source, reply, locked), mean(source, result, edited)

    def lock():
        locked = weights.point(lambda weight: 255 if weight == 0 else 0)
        difference = ImageChops.difference(source, result)
        nothing = Image.new("RGB", source.size)
        return Image.composite(difference, nothing, locked).getbbox()

    run = Round()
    source = run.lap(lambda: opened(files["source.jpg"]))
    mask = run.lap(lambda: ImageChops.invert(opened(files["mask.png"]).getchannel("A")))
    weights = run.lap(lambda: mask.filter(ImageFilter.GaussianBlur(SIGMA)))
    reply = run.lap(lambda: opened(files["reply.png"]))
    result = run.lap(lambda: Image.composite(reply, source, weights))
    run.lap(figures)
    assert run.lap(lock) is None
    # Level 1 is the quickest that compresses.
    run.png_bytes = len(run.lap(lambda: encoded(result, "PNG", compress_level=1)))
    run.lap(lambda: encoded(result, "JPEG", quality=QUALITY))
    return run


def opencv(files):
    def opened(data, how=cv2.IMREAD_COLOR):
        return cv2.imdecode(numpy.frombuffer(data, numpy.uint8), how)

    def blended():
        # The quickest way found that leaves weight 0 exact.
        take = weights.astype(numpy.float32) * numpy.float32(1 / 255)
        return cv2.blendLinear(reply, source, take, 1 - take)

    def figures():
        locked = cv2.compare(weights, 0, cv2.CMP_EQ)
        edited = cv2.bitwise_not(locked)
        return (
            cv2.mean(cv2.absdiff(source, reply), locked),
            cv2.mean(cv2.absdiff(source, result), edited),
        )

    def lock():
        locked = cv2.compare(weights, 0, cv2.CMP_EQ)
        return cv2.norm(source, result, cv2.NORM_INF, locked)

    run = Round()
    source = run.lap(lambda: opened(files["source.jpg"]))
    mask = run.lap(
        lambda: cv2.bitwise_not(
            cv2.extractChannel(opened(files["mask.png"], cv2.IMREAD_UNCHANGED), 3)
        )
    )
    weights = run.lap(lambda: cv2.GaussianBlur(mask, (0, 0), SIGMA))
    reply = run.lap(lambda: opened(files["reply.png"]))
    result = run.lap(blended)
    run.lap(figures)
    assert run.lap(lock) == 0
    # The default is quicker here than level 1.
    run.png_bytes = len(run.lap(lambda: cv2.imencode(".png", result)[1]))
    run.lap(lambda: cv2.imencode(".jpg", result, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1])
    return run


TOOLS = {"Pillow": pillow, "OpenCV": opencv}


def measure(folder, size):
    """{step: {tool: ms}} and {tool: bytes of the PNG}"""
    files = {}
    for name in ("source.jpg", "mask.png", "reply.png"):
        with open(os.path.join(folder, f"{size}-{name}"), "rb") as file:
            files[name] = file.read()
    for tool in TOOLS.values():
        tool(files)
    runs = {name: [] for name in TOOLS}
    # They take turns, so that a busy moment of the machine falls on both.
    for _ in range(ROUNDS):
        for name, tool in TOOLS.items():
            runs[name].append(tool(files))
    spans = {step: (at,) for at, step in enumerate(STEPS)} | SUMS
    rows = {
        step: {
            name: statistics.median(sum(run.laps[at] for at in span) for run in runs[name])
            for name in TOOLS
        }
        for step, span in spans.items()
    }
    return rows, {name: runs[name][0].png_bytes for name in TOOLS}


def add_own(figures, path):
    """Puts scumble's own figures and those of plain `image` before the others.

    Returns what the setting for small files costs in `image`, by size.
    """
    with open(path, encoding="utf-8") as file:
        own = {entry["size"]: entry for entry in json.load(file)["sizes"]}
    for size, (rows, png_bytes) in figures.items():
        for row in own[size]["rows"]:
            first = {"scumble": row["ours"], "plain `image`": row["plain"]}
            rows[row["step"]] = first | rows[row["step"]]
        ours, plain = own[size]["png_bytes"]
        figures[size] = rows, {"scumble": ours, "plain `image`": plain} | png_bytes
    return {size: entry["small_png"] for size, entry in own.items()}


def table(figures):
    names = list(next(iter(figures.values()))[1])
    print(f"| CPU ms | {' | '.join(names)} |")
    print(f"| --- |{' ---: |' * len(names)}")

    def cell(name, row):
        own = row.get("scumble")
        if own is None or name == "scumble":
            return f"{row[name]:.1f}"
        ratio = row[name] / own
        return f"{row[name]:.1f} ({ratio:.{1 if ratio >= 1 else 2}f}×)"

    for size, (rows, png_bytes) in figures.items():
        shown = size.replace("x", "×")
        print(f"| **{shown}** |{' |' * len(names)}")
        for step, row in rows.items():
            mark = "**" if step in SUMS else ""
            cells = " | ".join(f"{mark}{cell(name, row)}{mark}" for name in names)
            print(f"| {mark}{step}{mark} | {cells} |")
        sizes = " | ".join(f"{png_bytes[name] / 1000:.0f} kB" for name in names)
        print(f"| size of the PNG | {sizes} |")


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    cv2.setNumThreads(1)
    figures = {size: measure(sys.argv[1], size) for size in SIZES}
    small = add_own(figures, sys.argv[2]) if len(sys.argv) == 3 else {}
    table(figures)
    print()
    for size, png in small.items():
        print(
            f"The `image` setting for small PNG files, {size.replace('x', '×')}: "
            f"{png['ms']:.0f} ms, {png['bytes'] / 1000:.0f} kB"
        )
    print(f"\nPillow {Image.__version__}, OpenCV {cv2.__version__}")


if __name__ == "__main__":
    main()
