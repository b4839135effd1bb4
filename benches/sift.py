"""How well replies are aligned by features, beside scumble: one Markdown table.

usage: sift.py FOLDER

FOLDER holds the cases of the long sweep, replies with a known truth, and scumble's own errors:

    SCUMBLE_PHOTOS=photos SCUMBLE_DUMP=cases \\
        cargo test --release --test it -- --ignored --nocapture five_hundred
    python3 -m venv venv && venv/bin/pip install numpy opencv-python-headless
    venv/bin/python benches/sift.py cases

`photos` is any folder of photographs, PNG or JPEG, at least two; their longer side is brought to
1024 pixels. SCUMBLE_CASES sets another number of cases than 500.

Features are OpenCV's SIFT: those of the source only outside the mask, those of the reply
everywhere. Matches pass Lowe's ratio test at 0.75, and RANSAC fits a map from source to reply with
an inlier within 3 px, once an affine one (as scumble does) and once a similarity. Fewer than
10 inliers are refused. The error is the root of the mean square distance over the source's frame
between the point and where the map and the inverse of the truth bring it, in pixels of the source.
"""

import functools
import json
import math
import os
import statistics
import sys

import cv2
import numpy

RATIO = 0.75
THRESHOLD = 3.0
FEWEST_INLIERS = 10


def square(rows):
    """A 2 × 3 map as a 3 × 3 matrix."""
    return numpy.vstack([numpy.asarray(rows, dtype=float), [0, 0, 1]])


def centred(found):
    """OpenCV puts the centre of a pixel at whole numbers, the truth at halves."""
    half = square([[1, 0, 0.5], [0, 1, 0.5]])
    return half @ found @ numpy.linalg.inv(half)


def apart(there_and_back, width, height):
    """The root of the mean square distance to the identity over a rectangle from the origin."""
    rest = there_and_back - numpy.eye(3)
    middle = rest @ [width / 2, height / 2, 1]
    slopes = (rest[:2, 0] ** 2).sum() * width**2 + (rest[:2, 1] ** 2).sum() * height**2
    return math.sqrt((middle[:2] ** 2).sum() + slopes / 12)


def read(path, flags):
    picture = cv2.imread(path, flags)
    if picture is None:
        raise SystemExit(f"cannot read {path}")
    return picture


@functools.cache
def features(path):
    """Where the features of a picture lie, in OpenCV's coordinates, and what they look like."""
    points, looks = cv2.SIFT_create().detectAndCompute(read(path, cv2.IMREAD_GRAYSCALE), None)
    places = numpy.float32([point.pt for point in points]).reshape(-1, 2)
    return places, looks


def matches(folder, case):
    """Points of the source and the points of the reply that look alike."""
    own, own_looks = features(os.path.join(folder, case["source"]))
    other, other_looks = features.__wrapped__(os.path.join(folder, case["reply"]))
    if own_looks is None or other_looks is None or len(other) < 2:
        return None
    mask = read(os.path.join(folder, case["mask"]), cv2.IMREAD_GRAYSCALE)
    columns, rows = numpy.rint(own).astype(int).T
    locked = mask[rows.clip(0, mask.shape[0] - 1), columns.clip(0, mask.shape[1] - 1)] == 0
    own, own_looks = own[locked], own_looks[locked]
    pairs = cv2.BFMatcher(cv2.NORM_L2).knnMatch(own_looks, other_looks, k=2)
    good = [a for a, b in pairs if a.distance < RATIO * b.distance]
    if len(good) < 3:
        return None
    return (
        own[[match.queryIdx for match in good]],
        other[[match.trainIdx for match in good]],
    )


def error(found, inliers, case):
    """How far off a map is, infinite when it is refused."""
    if found is None or int(inliers.sum()) < FEWEST_INLIERS:
        return math.inf
    a, b, c, d, e, f = case["truth"]
    back = numpy.linalg.inv(square([[a, b, c], [d, e, f]]))
    return apart(back @ centred(square(found)), *case["source_size"])


def row(name, offs):
    offs = sorted(offs)
    count = len(offs)
    ninety_five = offs[math.ceil(count * 0.95) - 1]
    shown = lambda off: f"{off:.3f}" if math.isfinite(off) else "refused"  # noqa: E731
    within = sum(off <= 0.25 for off in offs)
    refused = sum(math.isinf(off) for off in offs)
    wrong = sum(1 < off < math.inf for off in offs)
    return (
        f"| {name} | {100 * within / count:.1f} % | {shown(statistics.median_low(offs))} "
        f"| {shown(ninety_five)} | {refused} | {wrong} |"
    )


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    folder = sys.argv[1]
    with open(os.path.join(folder, "cases.jsonl"), encoding="utf-8") as lines:
        cases = [json.loads(line) for line in lines]
    cv2.setRNGSeed(1)
    ours = [math.inf if case["off"] is None else case["off"] for case in cases]
    affine, similarity = [], []
    for number, case in enumerate(cases):
        if sys.stderr.isatty():
            print(f"\r{number + 1} of {len(cases)}", end="", file=sys.stderr)
        pair = matches(folder, case)
        for offs, fit in (
            (affine, cv2.estimateAffine2D),
            (similarity, cv2.estimateAffinePartial2D),
        ):
            if pair is None:
                offs.append(math.inf)
                continue
            found, inliers = fit(
                *pair,
                method=cv2.RANSAC,
                ransacReprojThreshold=THRESHOLD,
                maxIters=5000,
                confidence=0.999,
            )
            offs.append(error(found, inliers, case))
    if sys.stderr.isatty():
        print(file=sys.stderr)
    print(f"{len(cases)} replies, OpenCV {cv2.__version__}\n")
    print(
        "| aligner | within 0.25 px | median | 95 % below | refused "
        "| accepted and off by more than 1 px |"
    )
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for name, offs in (
        ("scumble", ours),
        ("SIFT, affine", affine),
        ("SIFT, similarity", similarity),
    ):
        print(row(name, offs))


if __name__ == "__main__":
    main()
