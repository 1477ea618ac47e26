"""Makes what Keras with JAX does in 300 steps of a regression, for the test that Martlet does the same.

    KERAS_BACKEND=jax python make_regression.py [DIRECTORY]     # needs: pip install keras==3.15.1 jax h5py

regression.keras is the model with the weights that Keras drew; regression.expected.h5 holds `losses` (300), the loss of each
step on batches of 50 in the order of the data, and `weights/<i>`, each weight after them. regression-mae and
regression-binary are the same with other losses. Where the mean absolute error is small, the last bit of a sum decides the
sign of a gradient: its learning rate keeps it large.
"""
import os
import sys

os.environ.setdefault("KERAS_BACKEND", "jax")
import h5py
import keras
import numpy as np
from keras import layers

STEPS, BATCH, INPUTS = 300, 50, 8
directory = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))


def samples():
    """Numbers with a few bits, of which sums and products of two are exact. The Swift test computes the same."""
    index = np.arange(STEPS * BATCH * INPUTS, dtype=np.uint64)
    hashed = index * np.uint64(2654435761) % np.uint64(2**32) >> np.uint64(24)
    x = (hashed.astype("float32") / 128 - 1).reshape(-1, INPUTS)
    y = np.stack([x[:, 0] * x[:, 1] + x[:, 2] / 2, x[:, 3] - x[:, 4] * x[:, 5]], axis=1)
    return x, y


inputs, targets = samples()
for name, loss, last, rate in [
    ("regression", "mean_squared_error", None, 0.003), ("regression-mae", "mean_absolute_error", None, 0.0001),
    ("regression-binary", "binary_crossentropy", "sigmoid", 0.003),
]:
    keras.utils.set_random_seed(1)
    model = keras.Sequential([
        keras.Input((INPUTS,)), layers.Dense(24, activation="tanh"), layers.Dense(12, activation="tanh"),
        layers.Dense(2, activation=last)])
    model.compile(keras.optimizers.AdamW(rate, weight_decay=0.01), loss, metrics=["mean_absolute_error"])
    model.save(os.path.join(directory, f"{name}.keras"))
    y = (targets > 0).astype("float32") if last else targets
    start = [weight.copy() for weight in model.get_weights()]
    losses = []
    for step in range(STEPS):
        rows = slice(step * BATCH, (step + 1) * BATCH)
        model.reset_metrics()
        losses.append(float(model.train_on_batch(inputs[rows], y[rows])[0]))
    moved = [float(np.abs(new - old).max()) for new, old in zip(model.get_weights(), start)]
    print(name, losses[0], losses[-1], moved)
    with h5py.File(os.path.join(directory, f"{name}.expected.h5"), "w") as file:
        file.attrs["keras_version"] = keras.__version__
        file["losses"] = np.array(losses, "float32")
        for index, weight in enumerate(model.get_weights()):
            file[f"weights/{index}"] = weight
