"""Makes HDF5 files with every index of chunks that HDF5 has since version 1.10 (h5py's libver='latest').

    python make_chunks.py [DIRECTORY]     # needs: pip install h5py numpy

indexed.h5 is in the format of HDF5 1.10, indexed-2.h5 in that of the installed version (2.0). many-chunks.h5 has trees of
several levels, and arrays of several pages.
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


def kinds(file, data):
    """Each index with and without filters."""
    packed = {"compression": "gzip", "shuffle": True}
    single, part = {"chunks": data.shape}, {"chunks": (4, 3, 5)}
    for name, options in [("plain", {}), ("packed", packed)]:
        group = file.create_group(name)
        group.create_dataset("single", data=data, **single, **options)
        group.create_dataset("fixed", data=data, **part, **options)
        group.create_dataset("growing", data=data, maxshape=(None, 6, 5), **part, **options)
        # The axis that grows is not the first, and the others may grow up to a limit.
        group.create_dataset("middle", data=data, maxshape=(60, None, 9), **part, **options)
        group.create_dataset("tree", data=data, maxshape=(None, None, 5), **part, **options)
    group = file.create_group("other")
    properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    properties.set_chunk((4, 3, 5))
    properties.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    space = h5py.h5s.create_simple(data.shape, (60, 9, 5))
    dataset = h5py.h5d.create(group.id, b"implicit", h5py.h5t.py_create(data.dtype), space, dcpl=properties)
    h5py.Dataset(dataset)[...] = data
    # Data that shrank and grew again, and data that may grow but did not.
    shrunk = group.create_dataset("shrunk", data=data, maxshape=(None, 6, 5), **part)
    shrunk.resize(9, axis=0)
    shrunk.resize(13, axis=0)
    shrunk[9:] = data[:4]
    group.create_dataset("limited", data=data, maxshape=(100, 20, 10), **part)


data = np.random.default_rng(5).integers(0, 30000, (50, 6, 5)).astype("i2")
for name, version in [("indexed.h5", "v110"), ("indexed-2.h5", "latest")]:
    with h5py.File(path(name), "w", libver=version) as file:
        kinds(file, data)
# Small, with few bytes that are not 0: a test changes each of them.
with h5py.File(path("indexed-zeros.h5"), "w", libver="v110") as file:
    zeros = np.zeros((4, 4), "u1")
    for name, options in [("plain", {}), ("packed", {"compression": "gzip"})]:
        for index, chunks, maximum in [("single", (4, 4), (4, 4)), ("fixed", (2, 2), (4, 4)),
                                       ("growing", (2, 2), (None, 4)), ("tree", (2, 2), (None, None))]:
            file.create_dataset(f"{name}/{index}", data=zeros, chunks=chunks, maxshape=maximum, **options)
    properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    properties.set_chunk((2, 2))
    properties.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    space = h5py.h5s.create_simple(zeros.shape, zeros.shape)
    h5py.h5d.create(file.id, b"implicit", h5py.h5t.py_create(zeros.dtype), space, dcpl=properties)
with h5py.File(path("many-chunks.h5"), "w", libver="v110") as file:
    numbers = (np.arange(96 * 96) * 7 % 251).astype("u1")
    file.create_dataset("tree", data=numbers.reshape(96, 96), maxshape=(None, None), chunks=(1, 1))
    file.create_dataset("fixed", data=numbers[:2500], chunks=(1,))
    file.create_dataset("growing", data=numbers[:2500], maxshape=(None,), chunks=(1,))

# Of many chunks only some are stored, with the rest of their position divided by 251 as the value: a test reads the indexes.
STORED = [0, 3, 4, 19, 20, 1000, 65000, 131059, 131060, 132083, 132084, 133108, 262131, 262132, 263200, 299999]
for name, size, maximum in [("sparse-growing.h5", 300000, None), ("sparse-fixed.h5", 5000, 5000)]:
    with h5py.File(path(name), "w", libver="v110") as file:
        sparse = file.create_dataset("x", (size,), "u1", maxshape=(maximum,), chunks=(1,))
        for position in STORED:
            if position < size:
                sparse[position] = position % 251

if directory == here:
    list_contents.main()
