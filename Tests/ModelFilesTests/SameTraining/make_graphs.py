"""Makes what Keras does in 300 steps with networks of branches and batch normalization, for the test that Martlet does the
same.

    KERAS_BACKEND=tensorflow python make_graphs.py [DIRECTORY [NETWORK…]]    # needs: pip install keras==3.15.1 tensorflow h5py
    KERAS_BACKEND=jax python make_graphs.py [DIRECTORY [NETWORK…]]           # needs: pip install keras==3.15.1 jax h5py

NAME.graph.h5 holds for all variables, `<layer>/<variable>` in the attribute `variables`, one after the other: `start`, the
values that both begin with (rounded to bfloat16 and packed, so that the file is small), and for each backend
`<backend>/losses` (300), the loss of each step on batches of 50 in the order of the data, and `<backend>/weights`, the
values after them. GraphTrainingTests.swift has the same networks and data.
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

STEPS, BATCH, SIZE, CLASSES = 300, 50, 12, 10
directory = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
names = sys.argv[2:]


def hashed(numbers):
    """Bytes without any order that people would see."""
    return (numbers * np.uint64(2654435761) % np.uint64(2**32) >> np.uint64(24)).astype(np.uint64)


def samples():
    """Pictures with a third of their pixels lit, by their class, and some specks; a tenth of them is mislabelled."""
    index = np.arange(STEPS * BATCH, dtype=np.uint64)
    labels = index * np.uint64(7) % np.uint64(11) % np.uint64(CLASSES)
    pixel = np.arange(SIZE * SIZE, dtype=np.uint64)
    noise = hashed(index[:, None] * np.uint64(SIZE * SIZE) + pixel)
    pattern = hashed(np.uint64(1_000_003) + labels[:, None] * np.uint64(SIZE * SIZE) + pixel)
    images = np.where((pattern < 85) | (noise < 16), noise, 0).astype(np.uint8).reshape(-1, SIZE, SIZE, 1)
    labels = np.where(hashed(index + np.uint64(77)) < 26, (labels + np.uint64(3)) % np.uint64(CLASSES), labels)
    return images, labels.astype(np.int64)


class Builder:
    """Layers with names that count: conv1, conv2, norm1…"""

    def __init__(self):
        self.counts = {}

    def name(self, stem):
        self.counts[stem] = self.counts.get(stem, 0) + 1
        return f"{stem}{self.counts[stem]}"

    def conv(self, x, filters, size, strides=1, **options):
        options = dict(padding="same", use_bias=False) | options
        return layers.Conv2D(filters, size, strides=strides, name=self.name("conv"), **options)(x)

    def norm(self, x, **options):
        return layers.BatchNormalization(name=self.name("norm"), **options)(x)

    def head(self, x):
        return layers.Dense(CLASSES, activation="softmax", name="head")(layers.GlobalAveragePooling2D()(x))


def normalized(x):
    """Three convolutions with batch normalization, and global average pooling."""
    build = Builder()
    for filters, strides in ((8, 1), (12, 2), (16, 2)):
        x = layers.ReLU()(build.norm(build.conv(x, filters, 3, strides)))
    return build.head(x)


def residual(x, activation=layers.ReLU):
    """Three blocks, the second and third behind a projection of stride 2."""
    build = Builder()
    x = activation()(build.norm(build.conv(x, 8, 3)))
    for filters, strides in ((8, 1), (12, 2), (16, 2)):
        shortcut = x if strides == 1 else build.norm(build.conv(x, filters, 1, strides))
        body = activation()(build.norm(build.conv(x, filters, 3, strides)))
        body = build.norm(build.conv(body, filters, 3))
        x = activation()(layers.Add()([body, shortcut]))
    return build.head(x)


def joined(x):
    """Two rounds of branches of several sizes, joined along the channels."""
    build = Builder()
    options = dict(use_bias=True, activation="tanh")
    for filters in (4, 6):
        branches = [build.conv(x, filters, size, **options) for size in (1, 3, 5)]
        x = layers.AveragePooling2D(2)(layers.Concatenate()(branches))
    return layers.Dense(CLASSES, activation="softmax", name="head")(layers.Flatten()(x))


def frozen(x):
    """Frozen layers before, among and after others; one learns through a frozen normalization and convolution."""
    build = Builder()
    x = layers.Activation("tanh")(build.norm(build.conv(x, 6, 3, trainable=False), trainable=False))
    x = layers.Activation("tanh")(build.norm(build.conv(x, 8, 3, 2)))
    x = layers.Activation("tanh")(build.norm(build.conv(x, 8, 3), trainable=False))
    x = layers.AveragePooling2D(2)(build.conv(x, 12, 3, use_bias=True, trainable=False))
    return build.head(layers.Activation("tanh")(build.norm(build.conv(x, 12, 1))))


# Where relu cuts, the last bit of a sum decides whether a unit learns from a sample, and batch normalization hands that on
# to all others: with these steps TensorFlow and JAX are some 1e-4 apart after 300 of them, ten times as far with larger
# ones. tanh knows no such cuts.
NETWORKS = {
    "normalized": (normalized, lambda: keras.optimizers.Adam(learning_rate=5e-5, epsilon=1e-3)),
    "residual": (residual, lambda: keras.optimizers.SGD(learning_rate=1e-4, momentum=0.9, weight_decay=0.3)),
    "residual_tanh": (
        lambda x: residual(x, lambda: layers.Activation("tanh")),
        lambda: keras.optimizers.SGD(learning_rate=2e-3, momentum=0.9, weight_decay=0.01)),
    "frozen": (
        frozen, lambda: keras.optimizers.SGD(learning_rate=0.005, momentum=0.9, weight_decay=0.01, global_clipnorm=0.5)),
    "joined": (joined, lambda: keras.optimizers.Adam(learning_rate=1e-3)),
}


def rounded(values):
    """The nearest numbers with 8 bits of mantissa."""
    bits = values.astype("float32").view(np.uint32)
    return ((bits + np.uint32(0x7FFF) + (bits >> np.uint32(16) & np.uint32(1))) & np.uint32(0xFFFF0000)).view(np.float32)


def start(model):
    """The same numbers with every backend: GlorotUniform's limits for kernels, Keras' constants for all others, and what
    training has left behind for those of frozen layers."""
    random = np.random.default_rng(20260202)
    for layer in model.layers:
        for variable in layer.weights:
            if variable.name == "kernel":
                size, inputs, outputs = np.prod(variable.shape[:-2]), *variable.shape[-2:]
                limit = np.sqrt(6 / (size * (inputs + outputs)))
                variable.assign(rounded(random.uniform(-limit, limit, variable.shape)))
            elif not layer.trainable:
                variable.assign(rounded(random.uniform(0.5, 1.5, variable.shape)))


def weights(model):
    return {f"{layer.name}/{v.name}": np.asarray(v.value) for layer in model.layers for v in layer.weights}


images, labels = samples()
one_hot = np.eye(CLASSES, dtype="float32")[labels]
for name in names or NETWORKS:
    network, optimizer = NETWORKS[name]
    inputs = keras.Input((SIZE, SIZE, 1))
    model = keras.Model(inputs, network(inputs))
    start(model)
    before = weights(model)
    model.compile(optimizer(), "categorical_crossentropy")
    losses = []
    for step in range(STEPS):
        rows = slice(step * BATCH, (step + 1) * BATCH)
        model.reset_metrics()
        losses.append(float(model.train_on_batch(images[rows].astype("float32") / 255, one_hot[rows])))
    backend, after = keras.backend.backend(), weights(model)
    with h5py.File(os.path.join(directory, f"{name}.graph.h5"), "a") as file:
        for group in ("start", backend):
            if group in file:
                del file[group]
        file.attrs["variables"] = np.array(list(before), "S")
        values = np.concatenate([values.ravel() for values in before.values()])
        file.create_dataset("start", data=values, chunks=values.shape, compression=9, shuffle=True)
        file[f"{backend}/losses"] = np.array(losses, "float32")
        file[f"{backend}/weights"] = np.concatenate([values.ravel() for values in after.values()])
    moved = max(float(np.abs(after[path] - before[path]).max()) for path in after)
    print(name, backend, losses[0], losses[99], losses[199], losses[-1], "moved", moved, sum(v.size for v in after.values()))
