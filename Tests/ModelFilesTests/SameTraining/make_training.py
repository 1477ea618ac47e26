"""Makes what Keras with TensorFlow does in 300 steps, for the test that Martlet does the same.

    KERAS_BACKEND=tensorflow python make_training.py [DIRECTORY]     # needs: pip install keras==3.15.1 tensorflow h5py

For each of four networks, NAME.h5 is the model with the weights that Keras drew (rounded to bfloat16 and packed, so that
the file is small), and NAME.expected.h5 holds `losses` (300), the loss of each step on batches of 200 in the order of the
data, and `weights/<i>`, every 31st value of each weight after them.
"""
import os
import sys

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
# TensorFlow sums in another order with oneDNN and with more threads, and does not agree with itself then.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
import h5py
import keras
import numpy as np
from keras import layers

STEPS, BATCH, SIZE, CLASSES, KEPT = 300, 200, 28, 10, 31
directory = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))


def hashed(numbers):
    """Bytes without any order that people would see."""
    return (numbers * np.uint64(2654435761) % np.uint64(2**32) >> np.uint64(24)).astype(np.uint64)


def samples():
    """Pictures with a fifth of their pixels lit, by their class, and some specks; a tenth of them is mislabelled.

    The Swift test computes the same.
    """
    index = np.arange(STEPS * BATCH, dtype=np.uint64)
    labels = index * np.uint64(7) % np.uint64(11) % np.uint64(CLASSES)
    pixel = np.arange(SIZE * SIZE, dtype=np.uint64)
    noise = hashed(index[:, None] * np.uint64(SIZE * SIZE) + pixel)
    pattern = hashed(np.uint64(1_000_003) + labels[:, None] * np.uint64(SIZE * SIZE) + pixel)
    images = np.where((pattern < 50) | (noise < 8), noise, 0).astype(np.uint8).reshape(-1, SIZE, SIZE, 1)
    labels = np.where(hashed(index + np.uint64(77)) < 26, (labels + np.uint64(3)) % np.uint64(CLASSES), labels)
    return images, labels.astype(np.int64)


# The options of Adam for each network. Where relu cuts, the last bit of a sum decides whether a unit learns from a sample:
# with Adam's own options TensorFlow does not agree with itself for 300 steps (on MNIST the losses with one thread and with
# two, with oneDNN, differ by 0.3 % for the lesson's network, 0.5 % for the two convolutions, 7 % for the MLP). Smaller
# steps leave that out of the comparison; tanh knows no such cuts.
CALM = {"learning_rate": 2e-5, "epsilon": 1e-3}
OPTIONS = {"lesson": CALM, "convnet": CALM, "mlp": CALM, "average": {}}
NETWORKS = {
    "lesson": lambda: [
        layers.Conv2D(10, 5, activation="relu"), layers.MaxPooling2D(2), layers.Flatten(),
        layers.Dense(100, activation="relu"), layers.Dense(CLASSES, activation="softmax")],
    "convnet": lambda: [
        layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D(2), layers.Conv2D(64, 3, activation="relu"),
        layers.MaxPooling2D(2), layers.Flatten(), layers.Dense(CLASSES, activation="softmax")],
    "mlp": lambda: [
        layers.Flatten(), layers.Dense(512, activation="relu"), layers.Dense(512, activation="relu"),
        layers.Dense(CLASSES, activation="softmax")],
    "average": lambda: [
        layers.Conv2D(8, 5, strides=2, padding="same", activation="tanh"), layers.AveragePooling2D(2),
        layers.Conv2D(16, 3, padding="same", activation="tanh"), layers.Flatten(),
        layers.Dense(32, activation="tanh"), layers.Dense(CLASSES, activation="softmax")],
}


def rounded(values):
    """The nearest numbers with 8 bits of mantissa."""
    bits = values.view(np.uint32)
    return ((bits + np.uint32(0x7FFF) + (bits >> np.uint32(16) & np.uint32(1))) & np.uint32(0xFFFF0000)).view(np.float32)


def packed(source, target):
    """Copies a file with its datasets packed, without the optimizer's: no step is made yet."""
    with h5py.File(source) as old, h5py.File(target, "w") as new:
        def copy(name, item):
            if name.startswith("optimizer_weights"):
                return
            if isinstance(item, h5py.Dataset):
                made = new.create_dataset(name, data=item[()], chunks=item.shape, compression=9, shuffle=True)
            else:
                made = new.require_group(name)
            for key, value in item.attrs.items():
                made.attrs[key] = value
        for key, value in old.attrs.items():
            new.attrs[key] = value
        old.visititems(copy)


images, labels = samples()
one_hot = np.eye(CLASSES, dtype="float32")[labels]
for name, network in NETWORKS.items():
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((SIZE, SIZE, 1))] + network())
    model.set_weights([rounded(weight) for weight in model.get_weights()])
    model.compile(keras.optimizers.Adam(**OPTIONS[name]), "categorical_crossentropy", metrics=["accuracy"])
    model.save(os.path.join(directory, "unpacked.h5"))
    packed(os.path.join(directory, "unpacked.h5"), os.path.join(directory, f"{name}.h5"))
    os.remove(os.path.join(directory, "unpacked.h5"))
    losses = []
    for step in range(STEPS):
        rows = slice(step * BATCH, (step + 1) * BATCH)
        model.reset_metrics()
        losses.append(float(model.train_on_batch(images[rows].astype("float32") / 255, one_hot[rows])[0]))
    with h5py.File(os.path.join(directory, f"{name}.expected.h5"), "w") as file:
        file.attrs["keras_version"] = keras.__version__
        file["losses"] = np.array(losses, "float32")
        for index, weight in enumerate(model.get_weights()):
            file[f"weights/{index}"] = weight.ravel()[::KEPT]
    print(name, losses[0], losses[99], losses[199], losses[-1])
