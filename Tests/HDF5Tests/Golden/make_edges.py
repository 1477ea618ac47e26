"""Makes small HDF5 files at the edges of what is read: tiny chunks, chunks larger than the data, a file left open.

    python make_edges.py [DIRECTORY]     # needs: pip install h5py numpy

tiny-implicit.h5 and tiny-growing.h5 have chunks of one byte, of which the index is larger than the data.
large-chunk.h5 has few rows in a chunk of 32 MB, as resizable datasets have at first; the zeros at its end are left out.
unclosed.h5 was left open by a program that was killed.
"""
import os
import sys

import h5py
import numpy as np

import list_contents

here = os.path.dirname(os.path.abspath(__file__))
directory = sys.argv[1] if len(sys.argv) > 1 else here


def path(name):
    return os.path.join(directory, name)


numbers = (np.arange(2000) * 7 % 251).astype("u1")
with h5py.File(path("tiny-implicit.h5"), "w", libver="v110") as file:
    properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    properties.set_chunk((1,))
    properties.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    space = h5py.h5s.create_simple(numbers.shape)
    h5py.Dataset(h5py.h5d.create(file.id, b"x", h5py.h5t.py_create(numbers.dtype), space, dcpl=properties))[...] = numbers
with h5py.File(path("tiny-growing.h5"), "w", libver="v110") as file:
    # The axis that grows is the second one.
    file.create_dataset("x", data=numbers[:600].reshape(2, 300), chunks=(1, 1), maxshape=(2, None))
with h5py.File(path("large-chunk.h5"), "w") as file:
    growing = file.create_dataset("x", (0, 64), "f4", maxshape=(None, 64), chunks=(1 << 17, 64))
    growing.resize((2, 64))
    growing[0, :3] = growing[1, -3:] = [1, 2, 3]
with open(path("large-chunk.h5"), "rb+") as file:
    content = file.read().rstrip(b"\0")
    file.truncate(len(content))
child = os.fork()
if child == 0:
    unclosed = h5py.File(path("unclosed.h5"), "w", libver="latest")
    unclosed["x"] = np.arange(5, dtype="f4")
    unclosed.flush()
    os._exit(0)
os.waitpid(child, 0)

if directory == here:
    list_contents.main()
