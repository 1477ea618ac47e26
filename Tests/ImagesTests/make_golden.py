#!/usr/bin/env python3
"""Writes Golden/pictures.zip and Golden/resizing.zip, with Pillow 9.4 and TensorFlow 2.21 (Keras 3.15).

    make_golden.py pictures [JPEGTRAN]      needs Pillow, as Debian's python3-pil; and the program jpegtran for one picture
    make_golden.py resizing                 needs TensorFlow

pictures.zip: pictures of every kind, and `expected.txt`: a line for each picture and color mode with the name, the mode, the
height, the width and the FNV-1a hash of the pixels that Pillow decodes. Where the pixels are not those of Pillow (16-bit gray;
a transparent color of other than 8 bits), they are computed here from the samples.

resizing.zip: for each case an image in bytes, and what `tf.image.resize` or `smart_resize` makes of it in float32;
`cases.txt` has a line for each with its number, the size, the channels, the new size, the interpolation and 1 if cropped.
"""

import io
import pathlib
import struct
import subprocess
import sys
import zipfile
import zlib

import numpy as np

GOLDEN = pathlib.Path(__file__).parent / "Golden"
MODES = {"grayscale": "L", "rgb": "RGB", "rgba": "RGBA"}
SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
ADAM7 = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]


def fnv(data):
    value = 0xcbf29ce484222325
    for byte in data:
        value = ((value ^ byte) * 0x100000001b3) & 0xffffffffffffffff
    return f"{value:016x}"


# PNG ------------------------------------------------------------------------------------------------------------------

def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def packed(samples, depth):
    """The bytes of the rows of (height, width * samples)."""
    if depth == 16:
        return samples.astype(">u2").view(np.uint8)
    if depth == 8:
        return samples.astype(np.uint8)
    bits = (samples[..., None] >> np.arange(depth - 1, -1, -1)) & 1
    return np.packbits(bits.reshape(len(samples), -1).astype(np.uint8), axis=1)


def filtered(rows, distance, kinds):
    """The rows with the filters `kinds`, one after the other."""
    result = b""
    above = np.zeros(rows.shape[1], int)
    for index, row in enumerate(rows.astype(int)):
        kind = kinds[index % len(kinds)]
        left = np.concatenate([np.zeros(distance, int), row])[:len(row)]
        corner = np.concatenate([np.zeros(distance, int), above])[:len(row)]
        estimate = left + above - corner
        distances = np.stack([abs(estimate - left), abs(estimate - above), abs(estimate - corner)])
        paeth = np.choose(np.argmin(distances, axis=0), [left, above, corner])
        predicted = [0 * row, left, above, (left + above) // 2, paeth][kind]
        result += bytes([kind]) + ((row - predicted) % 256).astype(np.uint8).tobytes()
        above = row
    return result


def png(samples, depth, color, interlaced=False, kinds=(0, 1, 2, 3, 4), before=b"", after=b"", parts=1):
    """A PNG file of samples (height, width, samples), with the chunks `before` and `after` the pixels."""
    height, width, count = samples.shape
    data = b""
    for row, column, rows, columns in ADAM7 if interlaced else [(0, 0, 1, 1)]:
        some = samples[row::rows, column::columns]
        if some.size:
            data += filtered(packed(some.reshape(len(some), -1), depth), max(1, count * depth // 8), kinds)
    data = zlib.compress(data)
    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, int(interlaced))
    size = -(-len(data) // parts)
    pixels = b"".join(chunk(b"IDAT", data[start:start + size]) for start in range(0, len(data), size))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + before + pixels + after + chunk(b"IEND", b""))


def reference(samples, depth, color, palette=None, transparency=None):
    """The RGBA pixels by the standard, 16 bits cut to 8."""
    height, width, _ = samples.shape
    if color == 3:
        alphas = np.full(len(palette), 255)
        if transparency is not None:
            alphas[:len(transparency)] = list(transparency)
        table = np.concatenate([palette, alphas[:, None]], axis=1)
        return table[samples[..., 0]].astype(np.uint8)
    values = samples >> 8 if depth == 16 else samples * 255 // (2 ** depth - 1)
    colors = values[..., :3] if color in (2, 6) else np.repeat(values[..., :1], 3, axis=2)
    alpha = np.full((height, width), 255)
    if color in (4, 6):
        alpha = values[..., -1]
    if transparency is not None:
        alpha = np.where((samples == np.array(transparency)).all(axis=2), 0, 255)
    return np.concatenate([colors, alpha[..., None]], axis=2).astype(np.uint8)


def exif(orientation, order="<"):
    mark = b"II*\0" if order == "<" else b"MM\0*"
    return (mark + struct.pack(order + "IH", 8, 1) + struct.pack(order + "HHIHH", 0x0112, 3, 1, orientation, 0)
            + struct.pack(order + "I", 0))


def png_suite(random):
    """(name, file, RGBA pixels or None): all kinds, in the sizes of the PNG suite and others."""
    kinds = [(color, depth) for color, depths in
             {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}.items() for depth in depths]
    sizes = [(1, 1), (2, 3), (7, 5), (9, 32), (32, 9), (33, 40), (5, 1), (1, 6), (8, 8), (17, 4)]
    for number, (color, depth) in enumerate(kinds):
        for interlaced in (False, True):
            for transparent in (False, True) if color in (0, 2, 3) else (False,):
                height, width = sizes[(number * 3 + interlaced + 5 * transparent) % len(sizes)]
                samples = random.integers(0, 2 ** depth, (height, width, SAMPLES[color]))
                before, palette, transparency = b"", None, None
                if color == 3:
                    # A palette that is full, or only as large as it must be.
                    entries = int(samples.max()) + 1 if interlaced else 2 ** depth
                    palette = random.integers(0, 256, (entries, 3))
                    before += chunk(b"PLTE", palette.astype(np.uint8).tobytes())
                if transparent and color == 3:
                    transparency = random.integers(0, 256, max(1, entries * 2 // 3)).astype(np.uint8).tobytes()
                    before += chunk(b"tRNS", transparency)
                elif transparent:
                    transparency = tuple(int(value) for value in samples[height // 2, width // 2])
                    if depth == 16 and height * width > 2:
                        # A color that differs only in the low byte is not transparent.
                        samples[0, 0] = samples[height // 2, width // 2] ^ 1
                    before += chunk(b"tRNS", struct.pack(f">{len(transparency)}H", *transparency))
                name = f"c{color}b{depth}{'i' if interlaced else 'n'}{'t' if transparent else ''}"
                file = png(samples, depth, color, interlaced, before=before, parts=1 + number % 3)
                own = depth == 16 and color == 0 or transparent and color != 3 and depth != 8
                yield name, file, reference(samples, depth, color, palette, transparency) if own else None
    for kind in range(5):
        for color, depth in ((2, 8), (0, 4), (6, 16)):
            samples = random.integers(0, 2 ** depth, (6, 7, SAMPLES[color]))
            yield f"filter{kind}c{color}b{depth}", png(samples, depth, color, kinds=(kind,)), None
    for size in (1, 2, 3, 4, 5, 6, 7, 8, 9, 32, 33, 34, 35, 36, 37, 38, 39, 40):
        samples = random.integers(0, 16, (size, size, 1))
        palette = chunk(b"PLTE", random.integers(0, 256, 48).astype(np.uint8).tobytes())
        for interlaced in (False, True):
            name = f"size{size}{'i' if interlaced else 'n'}"
            yield name, png(samples, 4, 3, interlaced, before=palette), None
    samples = random.integers(0, 256, (4, 6, 3))
    extra = chunk(b"gAMA", struct.pack(">I", 100000)) + chunk(b"tEXt", b"Comment\0two") + chunk(b"sPLT", b"a\0\x08")
    yield "ancillary", png(samples, 8, 2, before=extra, after=chunk(b"tIME", bytes(7)), parts=9), None
    suggested = chunk(b"PLTE", bytes(range(9)))
    yield "suggested-palette", png(samples, 8, 2, before=suggested), None
    for orientation in range(0, 10):
        order = "<>"[orientation % 2]
        part = chunk(b"eXIf", exif(orientation, order))
        place = "after" if orientation % 3 == 0 else "before"
        yield f"orientation{orientation}", png(samples, 8, 2, **{place: part}), None
    frame = struct.pack(">IIIIIHHBB", 0, 6, 4, 0, 0, 1, 10, 0, 0)
    second = struct.pack(">IIIIIHHBB", 1, 6, 4, 0, 0, 1, 10, 0, 0)
    rows = zlib.compress(filtered(packed(255 - samples.reshape(4, -1), 8), 3, (0,)))
    yield "animation", png(
        samples, 8, 2, before=chunk(b"acTL", struct.pack(">II", 2, 0)) + chunk(b"fcTL", frame),
        after=chunk(b"fcTL", second) + chunk(b"fdAT", struct.pack(">I", 2) + rows)), None


# Files of Pillow ------------------------------------------------------------------------------------------------------

def saved(image, format, **options):
    stream = io.BytesIO()
    image.save(stream, format, **options)
    return stream.getvalue()


def photograph(random, height, width, channels):
    """Smooth colors with some noise: JPEG's case."""
    y, x = np.mgrid[0:height, 0:width] / 8
    waves = [np.sin(x * (1 + c / 3) + c) + np.cos(y * (1 + c / 5) - x / 3) for c in range(channels)]
    values = 128 + 55 * np.stack(waves, axis=2) + random.normal(0, 8, (height, width, channels))
    return np.clip(values, 0, 255).astype(np.uint8)


def pillow_png(random, Image):
    rgba = photograph(random, 21, 34, 4)
    rgb = Image.fromarray(rgba[..., :3])
    gray = Image.fromarray(rgba[..., 0])
    images = {
        "1": gray.convert("1"), "L": gray, "LA": Image.fromarray(rgba).convert("LA"), "P": rgb.quantize(40),
        "P2": rgb.quantize(2), "P4": rgb.quantize(4), "P16": rgb.quantize(16), "RGB": rgb, "RGBA": Image.fromarray(rgba)}
    for name, image in images.items():
        yield f"pillow-{name}", saved(image, "PNG")
        yield f"pillow-{name}-optimized", saved(image, "PNG", optimize=True)
    yield "pillow-P-transparent", saved(images["P"], "PNG", transparency=3)
    yield "pillow-P-alpha", saved(images["P"], "PNG", transparency=bytes(range(0, 200, 5)))
    yield "pillow-L-transparent", saved(gray, "PNG", transparency=int(rgba[3, 4, 0]))
    yield "pillow-RGB-transparent", saved(rgb, "PNG", transparency=tuple(int(v) for v in rgba[3, 4, :3]))
    yield "pillow-1-transparent", saved(images["1"], "PNG", transparency=255)


def with_adobe_transform(file, transform):
    """The file with another color transform in its Adobe marker."""
    place = file.index(b"Adobe") + 11
    return file[:place] + bytes([transform]) + file[place + 1:]


def without_segment(file, marker):
    place = file.index(b"\xff" + bytes([marker]))
    return file[:place] + file[place + 2 + struct.unpack(">H", file[place + 2:place + 4])[0]:]


def pillow_jpeg(random, Image, jpegtran):
    sizes = [(1, 1), (8, 8), (16, 16), (17, 33), (40, 25), (7, 50), (64, 48)]
    for number, (height, width) in enumerate(sizes):
        image = Image.fromarray(photograph(random, height, width, 3))
        for subsampling, factor in (("444", 0), ("422", 1), ("420", 2)):
            for progressive in (False, True):
                name = f"rgb{height}x{width}-{subsampling}{'-progressive' if progressive else ''}"
                yield name, saved(
                    image, "JPEG", subsampling=factor, progressive=progressive, quality=(50, 75, 92, 100)[number % 4])
    for progressive in (False, True):
        suffix = "-progressive" if progressive else ""
        for height, width in ((1, 1), (19, 31)):
            values = photograph(random, height, width, 4)
            yield f"gray{height}x{width}{suffix}", saved(Image.fromarray(values[..., 0]), "JPEG", progressive=progressive)
            cmyk = saved(Image.fromarray(values, "CMYK"), "JPEG", progressive=progressive, quality=85)
            yield f"cmyk{height}x{width}{suffix}", cmyk
            yield f"ycck{height}x{width}{suffix}", with_adobe_transform(cmyk, 2)
    image = Image.fromarray(photograph(random, 30, 22, 3))
    plain = saved(image, "JPEG", subsampling=0)
    adobe = b"\xff\xee" + struct.pack(">H5sHHHB", 14, b"Adobe", 100, 0, 0, 0)
    bare = without_segment(plain, 0xe0)
    yield "rgb-components", bare[:2] + adobe + bare[2:]
    yield "no-jfif", bare
    yield "optimized", saved(image, "JPEG", optimize=True, quality=30)
    yield "comment", saved(image, "JPEG", dpi=(300, 300), comment="a comment")
    yield "trailing-bytes", plain + b"trailing"
    for orientation in range(1, 9):
        yield f"orientation{orientation}", saved(image, "JPEG", exif=b"Exif\0\0" + exif(orientation, "<>"[orientation % 2]))
    if jpegtran:
        for name, options in (("arithmetic", ["-arithmetic"]), ("restarts", ["-restart", "2B"])):
            done = subprocess.run([jpegtran, *options], input=saved(image, "JPEG"), capture_output=True, check=True)
            yield name, done.stdout


def decoded(file, own):
    from PIL import Image, ImageOps
    for mode, letters in MODES.items():
        if own is not None:
            image = Image.fromarray(own if letters == "RGBA" else own[..., :3]).convert(letters)
        else:
            image = ImageOps.exif_transpose(Image.open(io.BytesIO(file))).convert(letters)
        yield f"{mode} {image.height} {image.width} {fnv(image.tobytes())}"


def make_pictures(jpegtran=None):
    from PIL import Image
    random = np.random.default_rng(13)
    pictures = [(f"{name}.png", file, own) for name, file, own in png_suite(random)]
    pictures += [(f"{name}.png", file, None) for name, file in pillow_png(random, Image)]
    pictures += [(f"{name}.jpeg", file, None) for name, file in pillow_jpeg(random, Image, jpegtran)]
    lines = [f"{name} {line}" for name, file, own in pictures for line in decoded(file, own)]
    write("pictures.zip", {**{name: file for name, file, _ in pictures}, "expected.txt": "\n".join(lines).encode()})


# Resizing -------------------------------------------------------------------------------------------------------------

def make_resizing():
    import tensorflow as tf
    from keras.utils import image_dataset_from_directory  # noqa: F401: Keras' own reader calls the two functions below.
    from keras.src.utils.image_utils import smart_resize
    random = np.random.default_rng(13)
    sizes = [
        (9, 7, 9, 7), (8, 8, 4, 4), (8, 8, 16, 16), (31, 17, 12, 20), (5, 64, 13, 11), (1, 1, 4, 3), (20, 3, 1, 1),
        (37, 50, 22, 22), (6, 6, 5, 7), (20, 60, 6, 6), (60, 20, 9, 12), (3, 10, 30, 10)]
    files, lines = {}, []
    for size in sizes:
        for interpolation in ("bilinear", "nearest", "area"):
            for crops in (0, 1):
                height, width, new_height, new_width = size
                channels = (1, 3, 4)[len(lines) % 3]
                image = random.integers(0, 256, (height, width, channels), dtype=np.uint8)
                new = (new_height, new_width)
                if crops and interpolation == "area":
                    continue  # Keras' function does not offer it.
                if crops:
                    result = smart_resize(image, new, interpolation=interpolation, data_format="channels_last")
                else:
                    result = tf.image.resize(image, new, method=interpolation)
                name = f"{len(lines):03}"
                files[f"{name}.u8"] = image.tobytes()
                files[f"{name}.f32"] = np.asarray(result).astype("<f4").tobytes()
                lines.append(f"{name} {height} {width} {channels} {new_height} {new_width} {interpolation} {crops}")
    write("resizing.zip", {**files, "cases.txt": "\n".join(lines).encode()})


def write(name, files):
    with zipfile.ZipFile(GOLDEN / name, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for member, content in files.items():
            archive.writestr(zipfile.ZipInfo(member, (2026, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED, 9)


if __name__ == "__main__":
    {"pictures": make_pictures, "resizing": make_resizing}[sys.argv[1]](*sys.argv[2:])
