"""Makes NumPy archives for the tests.

    python make_npz.py     # needs: pip install numpy

types.npz: an array of 0, 1, 2, 3, 4, 5 in the shape (3, 2) for each type, in both byte orders, in the order of Fortran and
with the headers of versions 2.0 and 3.0; deflated. digits.npz: the form of Keras' mnist.npz, stored. refused.npz: arrays of
types that are not read.
"""
import io
import os
import zipfile

import numpy as np

directory = os.path.dirname(os.path.abspath(__file__))
values = np.arange(6).reshape(3, 2)
arrays = {}
for name in ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"):
    for order in "<>":
        arrays[("little_" if order == "<" else "big_") + name] = values.astype(order + name)
arrays["bool"] = values % 2 == 1
arrays["fortran_f4"] = np.asfortranarray(values.astype("f4"))
arrays["fortran_u1"] = np.asfortranarray(values.astype("u1"))
np.savez_compressed(f"{directory}/types.npz", **arrays)
with zipfile.ZipFile(f"{directory}/types.npz", "a", zipfile.ZIP_DEFLATED) as archive:
    for version in ((2, 0), (3, 0)):
        file = io.BytesIO()
        np.lib.format.write_array(file, values.astype("f4"), version=version)
        archive.writestr(f"version_{version[0]}.npy", file.getvalue())

pixels = (np.arange(5 * 4 * 3) * 37 % 256).astype("u1").reshape(5, 4, 3)
np.savez(f"{directory}/digits.npz", x_train=pixels, y_train=np.array([3, 1, 0, 2, 3], "u1"), x_test=pixels[3:],
         y_test=np.array([2, 3], "u1"))

np.savez(f"{directory}/refused.npz", objects=np.array([1, "a"], object), strings=np.array(["a", "bc"]),
         bytes=np.array([b"a", b"bc"]), complex=np.array([1j]), dates=np.array(["2026-01-01"], "M8[D]"),
         records=np.array([(1, 2.0)], [("a", "i4"), ("b", "f4")]), long=np.array([1.0], "f16"),
         scalar=np.float32(1), empty=np.zeros((0, 2), "f4"), deep=np.zeros((1, 1, 1, 1, 1), "f4"),
         nan=np.array([[0, 1], [np.nan, 2]], "f4"), huge=np.array([[1e300]], "f8"))
