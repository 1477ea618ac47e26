"""Makes HDF5 files with enumerations, in the oldest and the newest format.

    python make_enumerations.py     # needs: pip install h5py numpy

Each dataset has the numbers 0, 1, 2, 5, 2, 1, 0, 5, or for names of Booleans 0, 1, 1, 0.
"""
import os

import h5py
import numpy as np

directory = os.path.dirname(os.path.abspath(__file__))
colors = {"RED": 0, "GREEN": 1, "BLUE": 2, "OLD": 5}
two = {"base u1": ({"FALSE": 0, "TRUE": 1}, "u1"), "TRUE first": ({"TRUE": 1, "FALSE": 0}, "i1"),
       "other names": ({"NO": 0, "YES": 1}, "i1"), "other numbers": ({"FALSE": 1, "TRUE": 0}, "i1"),
       "two bytes": ({"FALSE": 0, "TRUE": 1}, "i2")}


def write(file, name, names, base, numbers):
    """Through the low-level interface: h5py makes Booleans of some names."""
    kind = h5py.h5t.enum_create(h5py.h5t.py_create(np.dtype(base)))
    for member, number in names.items():
        kind.enum_insert(member.encode(), number)
    space = h5py.h5s.create_simple((len(numbers),))
    dataset = h5py.h5d.create(file.id, name.encode(), kind, space)
    dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, np.array(numbers, base), kind)


for version in ["earliest", "latest"]:
    with h5py.File(f"{directory}/enumerations-{version}.h5", "w", libver=version) as file:
        for group in ["colors", "two"]:
            file.create_group(group)
        for base in ["u1", "i1", "i2", ">u4"]:
            write(file, f"colors/{base}", colors, base, [0, 1, 2, 5, 2, 1, 0, 5])
        for name, (names, base) in two.items():
            write(file, f"two/{name}", names, base, [0, 1, 1, 0])
        file["two/bool"] = np.array([False, True, True, False])
