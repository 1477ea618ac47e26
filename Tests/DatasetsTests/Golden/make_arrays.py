"""Makes the same arrays in every format that is read, with numpy and h5py.

    python make_arrays.py     # needs: pip install h5py numpy

images: (7, 4, 3, 2) bytes; floats: (7, 5) 32-bit floats; labels (7), one-hot rows, float targets and sample weights. In
arrays.npz (stored), arrays-deflated.npz, arrays.h5 (contiguous, chunked, compressed, compact), images.npy, floats.npy,
labels.npy and IDX files. types.h5 has 0, 1, 2, 3, 4, 5 in the shape (3, 2) for each type in both byte orders, contiguous
and compressed. zip64.npz has the records of the 64-bit extension of zip.
"""
import os
import struct
import zipfile

import h5py
import numpy as np

directory = os.path.dirname(os.path.abspath(__file__))


def path(name):
    return f"{directory}/{name}"


images = (np.arange(7 * 4 * 3 * 2) * 37 % 256).astype("u1").reshape(7, 4, 3, 2)
floats = (np.arange(35) * 13 % 17 / 8 - 1).astype("f4").reshape(7, 5)
labels = np.array([3, 1, 0, 2, 3, 1, 2], "u1")
arrays = {
    "x_train": images, "y_train": labels, "x_val": images[2:5], "y_val": labels[2:5], "x_test": images[4:],
    "y_test": labels[4:], "floats": floats, "one_hot": np.eye(4, dtype="f4")[labels],
    "values": np.arange(7, dtype="f8") / 4, "w_train": np.array([1, 2, 0, 0.5, 1, 1, 4], "f8"),
    "w_test": np.array([1, 2, 3], "i2"),
}
np.savez(path("arrays.npz"), **arrays)
np.savez_compressed(path("arrays-deflated.npz"), **arrays)
np.savez(path("objects.npz"), x_train=np.array([1, "a"], object), y_train=labels[:2])
np.save(path("images.npy"), images)
np.save(path("floats.npy"), floats)
np.save(path("fortran.npy"), np.asfortranarray(floats))
np.save(path("labels.npy"), labels)
np.save(path("objects.npy"), np.array([1, "a"], object))

# IDX: big-endian sizes.
for name, array in (("images.idx", images), ("labels.idx", labels)):
    with open(path(name), "wb") as file:
        file.write(struct.pack(">HBB", 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes())

with h5py.File(path("arrays.h5"), "w") as file:
    for name, array in arrays.items():
        file[f"plain/{name}"] = array
        rows = 1 if array.ndim == 1 else 2
        file.create_dataset(f"chunked/{name}", data=array, chunks=tuple(min(rows + axis, size)
                            for axis, size in enumerate(array.shape)))
        file.create_dataset(f"packed/{name}", data=array, chunks=True, compression="gzip", shuffle=True)
    compact = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    compact.set_layout(h5py.h5d.COMPACT)
    file.create_group("compact").create_dataset("x_train", data=images, dcpl=compact)
    file["compact"].create_dataset("y_train", data=labels, dcpl=compact)
    file["nan"] = np.array([[0, 1], [np.nan, 2]], "f4")
    file.create_dataset("packed_nan", data=np.array([[0, 1], [2, np.inf]], "f4"), chunks=(1, 2), compression="gzip")
    file["texts"] = ["a", "b"]
    file["complex"] = np.array([1j, 2])
    file["empty"] = np.zeros((0, 3), "f4")

values = np.arange(6).reshape(3, 2)
with h5py.File(path("types.h5"), "w") as file:
    for name in ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"):
        for order in "<>":
            group = "little" if order == "<" else "big"
            file[f"{group}/{name}"] = values.astype(order + name)
            file.create_dataset(f"{group}_packed/{name}", data=values.astype(order + name), chunks=(2, 1),
                                compression="gzip", shuffle=True)
    file["bool"] = values % 2 == 1


def with_64_bit_records(source, target):
    """Rewrites an archive so that its sizes and offsets are in the records of the 64-bit extension."""
    data = open(source, "rb").read()
    with zipfile.ZipFile(source) as archive:
        start = archive.start_dir
        directory = b""
        position = start
        while data[position:position + 4] == b"PK\1\2":
            packed, size = struct.unpack("<II", data[position + 20:position + 28])
            name_count, extra_count, comment_count = struct.unpack("<HHH", data[position + 28:position + 34])
            offset, = struct.unpack("<I", data[position + 42:position + 46])
            extra = struct.pack("<HHHHQQQ", 0x7777, 0, 1, 24, size, packed, offset)
            name = data[position + 46:position + 46 + name_count]
            directory += (data[position:position + 20] + b"\xff" * 8 + struct.pack("<HHH", name_count, len(extra), 0)
                          + data[position + 34:position + 42] + b"\xff" * 4 + name + extra)
            position += 46 + name_count + extra_count + comment_count
        count = len(archive.namelist())
    end = start + len(directory)
    with open(target, "wb") as file:
        file.write(data[:start] + directory
                   + struct.pack("<IQHHIIQQQQ", 0x06064b50, 44, 45, 45, 0, 0, count, count, len(directory), start)
                   + struct.pack("<IIQI", 0x07064b50, 0, end, 1)
                   + struct.pack("<IHHHHIIH", 0x06054b50, 0, 0, 0xffff, 0xffff, 0xffffffff, 0xffffffff, 0))


with_64_bit_records(path("arrays.npz"), path("zip64.npz"))
np.load(path("zip64.npz"))["x_train"]
