"""Lists in contents.txt what h5py finds in the golden HDF5 files here and beside other tests. Run it when one has changed.

    python list_contents.py     # needs: pip install h5py numpy

A line for each file: the number of datasets and of attributes of groups, and FNV-1a over them all: their paths, kinds,
dimensions, and values.
"""
import glob
import os

import h5py
import numpy as np

here = os.path.dirname(os.path.abspath(__file__))
tests = os.path.dirname(os.path.dirname(here))


def fnv(data):
    digest = 0xCBF29CE484222325
    for byte in data:
        digest = (digest ^ byte) * 0x100000001B3 % 2 ** 64
    return f"{digest:016x}"


def text(value):
    return value.encode() if isinstance(value, str) else bytes(value)


def kind(values, space_padded=False):
    """The kind of an array, and its bytes as Swift has them."""
    if values.dtype.kind in "OSU":
        texts = [text(value) for value in values.ravel()]
        return "texts", b"".join((t.rstrip(b" ") if space_padded else t) + b"\0" for t in texts)
    if values.dtype.kind in "iu":
        return "integers", np.array(np.minimum(values, values.dtype.type(
            min(2 ** 63 - 1, np.iinfo(values.dtype).max)))).astype("<i8").tobytes()
    return ("floats", values.tobytes()) if values.dtype == "<f4" else ("doubles", values.astype("<f8").tobytes())


def entry(name, values, dimensions=(), **options):
    """A name, and the bytes that FNV-1a is computed of."""
    kind_, data = kind(values, **options)
    heading = " ".join([name, kind_, *map(str, dimensions)])
    return heading, heading.encode() + b"\n" + data


def contents(name):
    entries = []

    def visit(path, item):
        path = "/" + path.strip("/")
        if isinstance(item, h5py.Group):
            for key, value in item.attrs.items():
                value = np.array(value)
                entries.append(entry(f"{path}@{key}", value if value.size else np.zeros(0, object)))
            return
        value = np.zeros(0, item.dtype) if isinstance(item[()], h5py.Empty) else np.array(item[()])
        if value.dtype.kind in "fiu":
            entries.append(entry(path, value, value.shape))
        elif value.size == 1:
            entries.append(entry(path, value, space_padded=path.endswith("spaces")))

    with h5py.File(os.path.join(tests, name)) as opened:
        visit("", opened)
        opened.visititems_links(lambda object_name, link: visit(object_name, opened[object_name]))
    return f"{name} {len(entries)} {fnv(b''.join(data for _, data in sorted(entries)))}\n"


def main():
    names = ["ModelFilesTests/Golden/*.h5", "ModelFilesTests/Golden/graphs/*.h5", "ModelFilesTests/SameTraining/*.h5",
             "KerasGolden/Files/*.h5"]
    names = [found for name in names for found in sorted(glob.glob(os.path.join(tests, name)))]
    own = [os.path.join(here, name) for name in [
        "plain.h5", "user-block.h5", "order.h5", "newest.h5", "indexed.h5", "indexed-2.h5", "many-chunks.h5", "tiny-implicit.h5",
        "tiny-growing.h5"]]
    with open(os.path.join(here, "contents.txt"), "w") as file:
        for name in names + own:
            file.write(contents(os.path.relpath(name, tests)))


if __name__ == "__main__":
    main()
