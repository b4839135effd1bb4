"""What large pictures cost: CPU seconds and peak memory of whole runs, beside the formula.

usage: large.py PROGRAM PHOTO

PROGRAM is a release build of scumble, PHOTO any picture; it is tiled to 4096 x 4096 and to
10,000 x 10,000 pixels. Each is edited through the provider `mock`, which moves and tints its reply,
once with the whole picture sent and once placed for a model's sizes, and once with a reply of
2048 x 2048 from a file. Needs Pillow, and two gigabytes of memory.
"""

import os
import sys
import tempfile

from PIL import Image, ImageDraw

SIDES = (4096, 10_000)
RECIPE = 'recipe = 1\nname = "large"\nkind = "inpaint"\nprompt = "A plain box."\n'
MOVED = "paint+shift=12,-7+tint=1.04,1,0.97"


def make(photo, side):
    """The picture, its mask, and a reply as a model would send it."""
    picture = Image.new("RGB", (side, side))
    for row, top in enumerate(range(0, side, photo.height)):
        for column, left in enumerate(range(0, side, photo.width)):
            tile = photo
            if column % 2:
                tile = tile.transpose(Image.FLIP_LEFT_RIGHT)
            if row % 2:
                tile = tile.transpose(Image.FLIP_TOP_BOTTOM)
            picture.paste(tile, (left, top))
    picture.save(f"{side}.jpg", quality=90)
    mask = Image.new("L", (side, side), 0)
    ImageDraw.Draw(mask).ellipse((side * 0.3, side * 0.3, side * 0.6, side * 0.55), fill=255)
    mask.save(f"{side}-mask.png")
    larger = (1 / 1.01, 0, -5, 0, 1 / 1.01, 3)
    size = (2048, 2048)
    reply = picture.resize(size, Image.LANCZOS).transform(size, Image.AFFINE, larger, Image.BICUBIC)
    marked = mask.resize(size).transform(size, Image.AFFINE, larger)
    reply.paste(Image.new("RGB", size, (180, 60, 40)), (0, 0), marked)
    reply.save(f"{side}-reply.png")


def measure(program, side, how):
    """CPU seconds and peak megabytes of one run; both come from the system."""
    command = [program, "run", "./large.toml", f"{side}.jpg", "--mask", f"{side}-mask.png"]
    child = os.posix_spawn(
        program,
        command + how + ["--force", "-o", "out.png"],
        os.environ | {"XDG_CACHE_HOME": os.getcwd()},
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_OPEN, 2, "said", os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o644),
        ],
    )
    _, status, used = os.wait4(child, 0)
    if status:
        sys.exit(open("said").read())
    return used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e6


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    program = os.path.abspath(sys.argv[1])
    Image.MAX_IMAGE_PIXELS = None
    photo = Image.open(sys.argv[2]).convert("RGB")
    os.chdir(tempfile.mkdtemp())
    with open("large.toml", "w") as file:
        file.write(RECIPE)
    print("| picture | reply | CPU s | peak MB | formula MB |")
    print("| --- | --- | ---: | ---: | ---: |")
    for side in SIDES:
        make(photo, side)
        for name, how in (
            ("the whole picture, moved and tinted", ["--provider", f"mock/{MOVED}"]),
            ("placed for a model's sizes", ["--provider", f"mock/{MOVED}+sizes=gpt-image-2"]),
            ("a file of 2048 × 2048", ["--reply", f"{side}-reply.png"]),
        ):
            seconds, megabytes = measure(program, side, how)
            formula = 200 + 16 * side * side / 1e6
            print(f"| {side} × {side} | {name} | {seconds:.1f} | {megabytes:.0f} | {formula:.0f} |")


if __name__ == "__main__":
    main()
