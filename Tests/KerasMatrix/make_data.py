"""Makes IDX files of images that encode their class, for runs that need some data.

    python make_data.py DIRECTORY     # needs: pip install numpy
"""
import sys

import numpy as np

SIZE, CLASSES, COUNT = 28, 10, 1000
random = np.random.default_rng(20261124)
patterns = random.integers(0, 256, (CLASSES, SIZE, SIZE))
for name in ("train", "test"):
    labels = random.integers(0, CLASSES, COUNT)
    images = (patterns[labels] + random.integers(0, 256, (COUNT, SIZE, SIZE))) // 2
    for kind, values in (("images", images), ("labels", labels)):
        header = bytes([0, 0, 8, values.ndim]) + b"".join(size.to_bytes(4, "big") for size in values.shape)
        with open(f"{sys.argv[1]}/{name}-{kind}", "wb") as file:
            file.write(header + values.astype(np.uint8).tobytes())
