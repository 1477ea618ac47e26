"""Shared by the file checks: the data, the contents of a checkpoint, and the comparison of results."""
import sys

import h5py
import numpy as np


def read_idx(path):
    raw = np.fromfile(path, np.uint8)
    rank = raw[3]
    sizes = [int.from_bytes(raw[4 + 4 * axis:8 + 4 * axis].tobytes(), "big") for axis in range(rank)]
    return raw[4 + 4 * rank:].reshape(sizes)


def images(path):
    return read_idx(path)[..., np.newaxis].astype("float32") / 255


def check(what, actual, expected, tolerance=1e-5):
    difference = max(float(np.abs(np.asarray(a) - np.asarray(b)).max()) for a, b in zip(actual, expected, strict=True))
    print(f"{what}: largest difference {difference:.3g}")
    if not difference <= tolerance:
        sys.exit(f"{what} differ by {difference}, more than {tolerance}")


def optimizer_variables(path):
    with h5py.File(path) as file:
        group = file["optimizer/vars"]
        return [group[str(index)][()] for index in range(len(group))]


def layer_weights(path):
    with h5py.File(path) as file:
        weights = file["model_weights"]
        return [weights[layer][name][()] for layer in weights.attrs["layer_names"]
                for name in weights[layer].attrs["weight_names"]]


def train_on(model, directory, checkpoint, continued, batch=50):
    """Trains the steps between two checkpoints, on batches in the order of the data."""
    start, end = int(optimizer_variables(checkpoint)[0]), int(optimizer_variables(continued)[0])
    train_images, labels = images(f"{directory}/train-images"), read_idx(f"{directory}/train-labels")
    one_hot = np.eye(model.output_shape[-1], dtype="float32")[labels]
    per_epoch = len(train_images) // batch
    for step in range(start, end):
        rows = slice(step % per_epoch * batch, (step % per_epoch + 1) * batch)
        model.train_on_batch(train_images[rows], one_hot[rows])
    print(f"continued from step {start} to step {end}")
