"""Makes the small models beside it, as one version of Keras saves them, with what they compute and how they train on.

    KERAS_BACKEND=tensorflow python make_models.py keras315 [DIRECTORY]    # keras 3: .keras, .h5 and .weights.h5
    python make_models.py tfkeras221 [DIRECTORY]                           # tf_keras: .h5, and one with a legacy optimizer

Needs keras and tensorflow (or jax), or tf_keras and tensorflow. For each model NAME, NAME.expected.h5 holds
`probabilities` (12 samples), `weights/<i>`, `iteration`, `momentum/<i>`, `velocity/<i>` when it was saved, and the same
under `continued/` after 20 further steps on batches of 10, in the order of the data.
"""
import os
import sys

import h5py
import numpy as np

name = sys.argv[1]
directory = sys.argv[2] if len(sys.argv) > 2 else os.path.dirname(os.path.abspath(__file__))
is_legacy_keras = name.startswith("tfkeras")
if is_legacy_keras:
    import tf_keras as keras
else:
    import keras
layers = keras.layers
SIZE, CLASSES, COUNT, BATCH = 8, 4, 60, 10


def samples():
    """Bytes without any order that people would see, and labels: the Swift tests compute the same."""
    index = np.arange(COUNT * SIZE * SIZE, dtype=np.uint64)
    images = ((index * 2654435761) % 2**32 >> 24).astype(np.uint8).reshape(COUNT, SIZE, SIZE, 1)
    labels = (np.arange(COUNT) * 7 % 11) % CLASSES
    return images.astype("float32") / 255, labels


def lesson():
    """The network of every lesson, small; the layers have names of their own."""
    return [layers.Conv2D(3, (3, 2), activation="relu", name="first"), layers.MaxPooling2D((2, 2)), layers.Flatten(),
            layers.Dense(6, activation="tanh", name="hidden"), layers.Dense(CLASSES, activation="softmax")]


def other():
    """What the lesson leaves out: padding, strides, average pooling, activations apart, no bias, two of a class."""
    return [layers.Conv2D(4, 3, strides=2, padding="same", use_bias=False), layers.Activation("sigmoid"),
            layers.AveragePooling2D(3, strides=1, padding="same"), layers.Conv2D(2, 2, padding="same"),
            layers.Flatten(), layers.Dense(CLASSES), layers.Activation("softmax")]


def build(make, optimizer):
    keras.utils.set_random_seed(7)
    first = layers.InputLayer(input_shape=(SIZE, SIZE, 1)) if is_legacy_keras else keras.Input((SIZE, SIZE, 1))
    model = keras.Sequential([first] + make())
    model.compile(optimizer, "categorical_crossentropy", metrics=["accuracy"])
    return model


def train(model, steps, start):
    images, labels = samples()
    one_hot = np.eye(CLASSES, dtype="float32")[labels]
    for step in range(start, start + steps):
        rows = slice(step % (COUNT // BATCH) * BATCH, (step % (COUNT // BATCH) + 1) * BATCH)
        model.train_on_batch(images[rows], one_hot[rows])


def state(model):
    """The iteration, momentum and velocity, from any of the optimizers."""
    optimizer = model.optimizer
    variables = optimizer.variables
    variables = [np.asarray(v) for v in (variables() if callable(variables) else variables)]
    tensors = [v for v in variables if v.ndim > 0]
    count = len(model.trainable_variables)
    if is_legacy_keras and "legacy" in type(optimizer).__module__:
        momentum, velocity = tensors[:count], tensors[count:]
    else:
        momentum, velocity = tensors[0::2], tensors[1::2]
    return int(np.asarray(optimizer.iterations)), momentum, velocity


def write(group, model):
    iteration, momentum, velocity = state(model)
    group["iteration"] = np.int64(iteration)
    for key, values in (("weights", model.get_weights()), ("momentum", momentum), ("velocity", velocity)):
        for index, value in enumerate(values):
            group[f"{key}/{index}"] = value


def make(label, layers, optimizer, suffixes):
    model = build(layers, optimizer)
    train(model, 4, 0)
    for suffix in suffixes:
        save = model.save_weights if suffix == "weights.h5" else model.save
        save(os.path.join(directory, f"{label}.{suffix}"))
    with h5py.File(os.path.join(directory, f"{label}.expected.h5"), "w") as file:
        file.attrs["keras_version"] = keras.__version__
        file["probabilities"] = model.predict(samples()[0][:12], verbose=0)
        write(file, model)
        # The next batch is the first one again: Martlet begins to count when it imports.
        train(model, 20, 0)
        write(file.create_group("continued"), model)
    print(label, keras.__version__)


for kind, network in (("lesson", lesson), ("other", other)):
    if is_legacy_keras:
        make(f"{name}-{kind}", network, keras.optimizers.Adam(0.01), ["h5"])
        make(f"{name}-legacy-{kind}", network, keras.optimizers.legacy.Adam(0.01), ["h5"])
    else:
        make(f"{name}-{kind}", network, keras.optimizers.Adam(0.01), ["keras", "h5", "weights.h5"])
