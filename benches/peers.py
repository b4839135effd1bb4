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
    "place",
    "encode upload",
    "decode PNG",
    "composite",
    "drift figures",
    "lock check",
    "encode PNG",
    "encode JPEG",
)
SUMS = {
    "request": (0, 1, 2, 3, 4),
    "return": (5, 6, 7, 8, 9),
    "return, no figures": (5, 6, 8, 9),
}
FILES = ("upload", "PNG", "JPEG")
ROUNDS = 15
# A blur whose ramp is about as wide as a feather of 8 pixels.
SIGMA = 4.0
QUALITY = 92


class Round:
    """One run through all steps."""

    def __init__(self):
        self.laps = []
        self.files = []

    def lap(self, work):
        begun = time.process_time()
        value = work()
        self.laps.append((time.process_time() - begun) * 1e3)
        return value

    def encode(self, work):
        self.files.append(len(self.lap(work)))


def pillow(files):
    def opened(data):
        image = Image.open(io.BytesIO(data))
        image.load()
        return image

    def encoded(image, kind, **options):
        into = io.BytesIO()
        image.save(into, kind, **options)
        return into.getvalue()

    def placed():
        width, height = source.size
        canvas = Image.new("RGBA", (width, height + height // 4))
        scene = source.copy()
        scene.putalpha(ImageChops.invert(mask))
        canvas.paste(scene, (0, height // 4 // 2))
        return canvas

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
    source = run.lap(lambda: opened(files["src.jpg"]))
    mask = run.lap(lambda: ImageChops.invert(opened(files["mask.png"]).getchannel("A")))
    weights = run.lap(lambda: mask.filter(ImageFilter.GaussianBlur(SIGMA)))
    upload = run.lap(placed)
    # Level 1 is the quickest that compresses.
    run.encode(lambda: encoded(upload, "PNG", compress_level=1))
    reply = run.lap(lambda: opened(files["res.png"]))
    result = run.lap(lambda: Image.composite(reply, source, weights))
    run.lap(figures)
    assert run.lap(lock) is None
    run.encode(lambda: encoded(result, "PNG", compress_level=1))
    run.encode(lambda: encoded(result, "JPEG", quality=QUALITY, subsampling=0))
    return run


def opencv(files):
    def opened(data, how=cv2.IMREAD_COLOR):
        return cv2.imdecode(numpy.frombuffer(data, numpy.uint8), how)

    def placed():
        height, width = mask.shape
        canvas = numpy.zeros((height + height // 4, width, 4), numpy.uint8)
        top = height // 4 // 2
        scene = canvas[top : top + height]
        cv2.mixChannels([source, cv2.bitwise_not(mask)], [scene], [0, 0, 1, 1, 2, 2, 3, 3])
        return canvas

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
    source = run.lap(lambda: opened(files["src.jpg"]))
    mask = run.lap(
        lambda: cv2.bitwise_not(
            cv2.extractChannel(opened(files["mask.png"], cv2.IMREAD_UNCHANGED), 3)
        )
    )
    weights = run.lap(lambda: cv2.GaussianBlur(mask, (0, 0), SIGMA))
    upload = run.lap(placed)
    # The default is quicker here than level 1.
    run.encode(lambda: cv2.imencode(".png", upload)[1])
    reply = run.lap(lambda: opened(files["res.png"]))
    result = run.lap(blended)
    run.lap(figures)
    assert run.lap(lock) == 0
    run.encode(lambda: cv2.imencode(".png", result)[1])
    full = cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444
    options = [cv2.IMWRITE_JPEG_QUALITY, QUALITY, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, full]
    run.encode(lambda: cv2.imencode(".jpg", result, options)[1])
    return run


TOOLS = {"Pillow": pillow, "OpenCV": opencv}


def measure(folder, size):
    """{step: {tool: ms}} and {file: {tool: bytes}}"""
    files = {}
    for name, ending in (("src", "jpg"), ("mask", "png"), ("res", "png")):
        with open(os.path.join(folder, f"{name}-{size}.{ending}"), "rb") as file:
            files[f"{name}.{ending}"] = file.read()
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
    sizes = {
        file: {name: runs[name][0].files[at] for name in TOOLS} for at, file in enumerate(FILES)
    }
    return rows, sizes


def add_own(figures, path):
    """Puts scumble's own figures and those of plain `image` before the others."""
    with open(path, encoding="utf-8") as file:
        own = {entry["size"]: entry for entry in json.load(file)["sizes"]}
    for size, tables in figures.items():
        for table, rows, key in zip(tables, (own[size]["rows"], own[size]["files"]), ("step", "file")):
            others = dict(table)
            table.clear()
            for row in rows:
                first = {"scumble": row["ours"], "plain `image`": row["plain"]}
                table[row[key]] = first | others.get(row[key], {})


def table(figures):
    names = list(next(iter(figures.values()))[0]["request"])
    print(f"| CPU ms | {' | '.join(names)} |")
    print(f"| --- |{' ---: |' * len(names)}")

    def cell(name, row):
        if name not in row:
            return "–"
        own = row.get("scumble")
        if own is None or name == "scumble":
            return f"{row[name]:.1f}"
        ratio = row[name] / own
        return f"{row[name]:.1f} ({ratio:.{1 if ratio >= 1 else 2}f}×)"

    for size, (rows, files) in figures.items():
        print(f"| **{size.replace('x', '×')}** |{' |' * len(names)}")
        for step, row in rows.items():
            mark = "**" if step.split(",")[0] in SUMS else ""
            cells = " | ".join(f"{mark}{cell(name, row)}{mark}" for name in names)
            print(f"| {mark}{step}{mark} | {cells} |")
        for file, row in files.items():
            sizes = (f"{row[name] / 1000:.0f} kB" if name in row else "–" for name in names)
            print(f"| size: {file} | {' | '.join(sizes)} |")


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    cv2.setNumThreads(1)
    figures = {size: measure(sys.argv[1], size) for size in SIZES}
    if len(sys.argv) == 3:
        add_own(figures, sys.argv[2])
    table(figures)
    print(f"\nPillow {Image.__version__}, OpenCV {cv2.__version__}")


if __name__ == "__main__":
    main()
