"""Makes HDF5 files in all forms that are read, one with forms that are not, and the list of what h5py finds in them.

    python make_golden.py [DIRECTORY]     # needs: pip install h5py numpy

`list_contents.py` lists them, which this script calls.
"""
import glob
import os
import sys

import h5py
import numpy as np

import list_contents

here = os.path.dirname(os.path.abspath(__file__))
tests = os.path.dirname(os.path.dirname(here))
directory = sys.argv[1] if len(sys.argv) > 1 else here


def path(name):
    return os.path.join(directory, name)


# What is read.

def fill(file):
    """Every type, shape and storage, in groups of a few members each."""
    numbers = file.create_group("numbers")
    for code in ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8"]:
        for order in "<>":
            name = code if order == "<" else code + "-big"
            numbers[name] = np.array([0, 1, 100, 2.5 if code[0] == "f" else 127], order + code)
    numbers["negative"] = np.array([-1, -128], "i1")
    numbers["largest"] = np.array([2 ** 64 - 1], "u8")
    shapes = file.create_group("shapes")
    shapes["single"] = np.float32(2.5)
    shapes["none"] = np.zeros((0, 3), "f4")
    shapes["null"] = h5py.Empty("f4")
    shapes["cube"] = np.arange(24, dtype="f4").reshape(2, 3, 4)
    shapes["again"] = shapes["cube"]
    texts = file.create_group("texts")
    texts["long"] = "any length, ü"
    texts["list"] = ["a", "", "längere"]
    texts["fixed"] = np.array(b"fixed", "S9")
    padded = h5py.h5t.C_S1.copy()
    padded.set_size(8)
    padded.set_strpad(h5py.h5t.STR_SPACEPAD)
    single = h5py.h5s.create(h5py.h5s.SCALAR)
    h5py.h5d.create(texts.id, b"spaces", padded, single).write(single, single, np.array(b"pad     ", "S8"), padded)
    attributes = file.create_group("attributes").attrs
    attributes["text"] = "text"
    attributes["list"] = ["first", "second"]
    attributes["bytes"] = np.array([b"abc", b"de"], "S4")
    attributes["none"] = np.zeros(0)
    attributes["integer"] = -7


def chunked(group):
    values = np.arange(30, dtype="f4").reshape(5, 6)
    group.create_dataset("plain", data=values, chunks=(2, 4))
    group.create_dataset("cube", data=np.arange(60).reshape(3, 4, 5), chunks=(2, 3, 2), compression="gzip")
    group.create_dataset("packed", data=values, chunks=(2, 4), compression="gzip", shuffle=True, fletcher32=True)
    group.create_dataset("checked", data=np.zeros((5, 6), "f4"), chunks=(5, 4), fletcher32=True)
    group.create_dataset("zeros", data=np.zeros((100, 300), "f4"), chunks=(50, 300), compression="gzip")
    group.create_dataset("growing", data=values, chunks=(2, 4), maxshape=(None, None))
    # Its tree has two levels.
    group.create_dataset("many", data=np.arange(70, dtype="i4"), chunks=(1,))


with h5py.File(path("plain.h5"), "w") as file:
    fill(file)
    compact = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    compact.set_layout(h5py.h5d.COMPACT)
    file.create_group("compact").create_dataset("small", data=np.arange(5, dtype="f4"), dcpl=compact)
    chunked(file.create_group("chunked"))
    # More members than a table has, and more than a node of the tree.
    for number in range(150):
        file[f"many/{number}"] = file["numbers/f4"]
with h5py.File(path("user-block.h5"), "w", userblock_size=1024) as file:
    fill(file)
with h5py.File(path("order.h5"), "w", track_order=True) as file:
    group = file.create_group("group", track_order=True)
    group.attrs["text"] = "text"
    group["values"] = np.arange(5, dtype="f4")
with h5py.File(path("newest.h5"), "w", libver="latest") as file:
    group = file.create_group("group")
    group.attrs["text"] = "text"
    group.attrs["long name " * 30] = ["first", "second"]
    for name in ["a", "b", "c"]:
        group[name] = np.arange(5, dtype="f4")


# What is not read.

with h5py.File(path("refused.h5"), "w") as file:
    file["half"] = np.zeros(3, "f2")
    file["complex"] = np.zeros(3, "c8")
    file["bool"] = np.array([True])
    file["reference"] = np.array([file.ref], h5py.ref_dtype)
    file["type"] = np.dtype("f4")
    file.create_dataset("named", (3,), file["type"])[...] = 1
    file.create_dataset("lzf", data=np.zeros(3, "f4"), compression="lzf")
    file.create_dataset("unwritten", (3,), "f4")
    file.create_dataset("partly", (10,), "f4", chunks=(5,))[:5] = 1
    file["soft"] = h5py.SoftLink("/half")
with h5py.File(path("refused-newest.h5"), "w", libver="latest") as file:
    many, attributes = file.create_group("many"), file.create_group("attributes")
    for number in range(20):
        many[str(number)] = number
        attributes.attrs[str(number)] = number


# What h5py finds.


if directory == here:
    list_contents.main()
