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


def with_kernel(change):
    """Lets `change` replace the first kernel in the weights of the good archive, which are packed twice then."""
    def changed(members):
        data = io.BytesIO(members["model.weights.h5"])
        with h5py.File(data, "r+") as file:
            kernel = file[KERNEL][()]
            del file[KERNEL]
            change(file, kernel)
        return {**members, "model.weights.h5": data.getvalue()}
    return changed


def gigabyte_of_values(file, kernel):
    count = 1 << 22
    zeros = file.create_dataset(KERNEL, (64 * count,), "f4", chunks=(count,), compression=9)
    for start in range(0, 64 * count, count):
        zeros[start:start + count] = np.zeros(count, "f4")


def gigabyte_chunk(file, kernel):
    file.create_dataset(KERNEL, data=kernel, maxshape=(None,) * 4, chunks=(1 << 10, 1 << 9, 1 << 7, 4), compression=9)


archive("values.keras", with_kernel(gigabyte_of_values))
archive("chunk.keras", with_kernel(gigabyte_chunk))
# What is fine, where there is a gigabyte of memory: a dense layer of 256x1000000 zeros.
def memory(members):
    model = json.loads(members["config.json"])
    inputs, units = 256, 1_000_000
    layer = lambda name, **options: {"module": "keras.layers", "class_name": name, "registered_name": None,
                                     "config": {"name": name.lower(), "dtype": "float32", **options}}
    model["config"] = {"name": "sequential", "layers": [
        layer("InputLayer", batch_shape=[None, 16, 16, 1]), layer("Flatten"), layer("Dense", units=units)]}
    del model["compile_config"]
    data = io.BytesIO()
    with h5py.File(data, "w") as file:
        file.create_group("layers/flatten/vars")
        kernel = file.create_dataset("layers/dense/vars/0", (inputs, units), "f4", chunks=(1, units), compression=9)
        for row in range(inputs):
            kernel[row] = np.zeros(units, "f4")
        file.create_dataset("layers/dense/vars/1", (units,), "f4", chunks=(units,), compression=9,
                            data=np.zeros(units, "f4"))
    return {"config.json": json.dumps(model), "model.weights.h5": data.getvalue()}


archive("memory.keras", memory)
# Members that unpack to more than they can mean.
archive("configuration.keras", lambda members: {**members, "config.json": members["config.json"] + b" " * (20 << 20)})
archive("weights.keras", lambda members: {**members, "model.weights.h5": members["model.weights.h5"] + bytes(40 << 20)})
