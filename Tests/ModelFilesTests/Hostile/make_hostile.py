"""Makes files that no program should trust, from a good one: keras315-lesson.weights.h5 and .keras beside this folder.

    python make_hostile.py [DIRECTORY]     # needs: pip install h5py numpy

Every file is the good one with one thing wrong, which its name says.
"""
import io
import json
import os
import sys
import zipfile

import h5py
import numpy as np

here = os.path.dirname(os.path.abspath(__file__))
golden = os.path.join(here, "..", "Golden")
directory = sys.argv[1] if len(sys.argv) > 1 else here
KERNEL = "layers/conv2d/vars/0"


def hdf5(name, change):
    """Copies the layers of the good file, and lets `change` replace the first kernel."""
    with h5py.File(os.path.join(golden, "keras315-lesson.weights.h5")) as good, \
            h5py.File(os.path.join(directory, name), "w") as bad:
        good.copy("layers", bad)
        kernel = bad[KERNEL][()]
        del bad[KERNEL]
        change(bad, kernel)


def virtual(file, kernel):
    layout = h5py.VirtualLayout(kernel.shape, kernel.dtype)
    layout[...] = h5py.VirtualSource("elsewhere.h5", "kernel", kernel.shape)
    file.create_virtual_dataset(KERNEL, layout)


def cyclic(file, kernel):
    file[KERNEL] = kernel
    file["layers/conv2d/vars/1x"] = file["layers"]


def compound(file, kernel):
    file[KERNEL] = np.zeros(kernel.shape, [("real", "f4"), ("imaginary", "f4")])


hdf5("external-link.weights.h5", lambda file, kernel: file.__setitem__(KERNEL, h5py.ExternalLink("/etc/passwd", "/x")))
hdf5("soft-link.weights.h5", lambda file, kernel: file.__setitem__(KERNEL, h5py.SoftLink("/layers/dense/vars/0")))
hdf5("virtual.weights.h5", virtual)
hdf5("external-storage.weights.h5", lambda file, kernel: file.create_dataset(
    KERNEL, kernel.shape, "f4", external=[("/etc/passwd", 0, kernel.nbytes)]))
hdf5("compound.weights.h5", compound)
hdf5("cyclic.weights.h5", cyclic)
hdf5("float16.weights.h5", lambda file, kernel: file.__setitem__(KERNEL, kernel.astype("f2")))
hdf5("float64.weights.h5", lambda file, kernel: file.__setitem__(KERNEL, kernel.astype("f8")))
hdf5("big-endian.weights.h5", lambda file, kernel: file.__setitem__(KERNEL, kernel.astype(">f4")))
hdf5("integers.weights.h5", lambda file, kernel: file.__setitem__(KERNEL, kernel.astype("i4")))
hdf5("text.weights.h5", lambda file, kernel: file.__setitem__(KERNEL, "a text"))
# 4 TB that were never written.
hdf5("huge.weights.h5", lambda file, kernel: file.create_dataset(KERNEL, (1 << 40,), "f4", chunks=(1 << 20,)))
hdf5("group.weights.h5", lambda file, kernel: file.create_group(KERNEL))
hdf5("missing.weights.h5", lambda file, kernel: None)
# What is fine: packed and shuffled, with checksums.
hdf5("packed.weights.h5", lambda file, kernel: file.create_dataset(
    KERNEL, data=kernel, chunks=kernel.shape, compression=9, shuffle=True, fletcher32=True))


def archive(name, change):
    """Copies the good archive, deflated, with its members changed."""
    with zipfile.ZipFile(os.path.join(golden, "keras315-lesson.keras")) as good:
        members = {member: good.read(member) for member in good.namelist()}
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as bad:
        for member, content in change(members).items():
            bad.writestr(member, content)
    with open(os.path.join(directory, name), "wb") as file:
        file.write(data.getvalue())


def with_configuration(text):
    return lambda members: {"config.json": text, "model.weights.h5": members["model.weights.h5"][:512]}


archive("deflated.keras", lambda members: members)
archive("climbing.keras", lambda members: {"../../config.json": "{}", **members})
archive("absolute.keras", lambda members: {"/etc/config.json": "{}", **members})
archive("weightless.keras", lambda members: {"config.json": members["config.json"]})
archive("deep.keras", with_configuration("[" * 1000 + "]" * 1000))
archive("large.keras", with_configuration('{"class_name": "' + " " * 100_000_000 + '"}'))


def pickled(members):
    config = json.loads(members["config.json"])
    config["config"]["layers"][1] = {
        "module": "keras.layers", "class_name": "Lambda", "registered_name": None,
        "config": {"name": "sneaky", "function": {"class_name": "__lambda__", "config": {"code": "4wEAAA=="}}}}
    return {**members, "config.json": json.dumps(config)}


archive("code.keras", pickled)
