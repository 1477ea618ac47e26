"""Makes the small models beside it, as one version of Keras saves them, with what they compute and how they train on.

    KERAS_BACKEND=tensorflow python make_models.py keras315 [DIRECTORY]    # keras 3: .keras, .h5 and .weights.h5
    python make_models.py tfkeras221 [DIRECTORY]                           # tf_keras: .h5, and one with a legacy optimizer
    python make_models.py tf213 [DIRECTORY]                                # tf.keras 2.12 to 2.15: as Keras 3
    KERAS_BACKEND=tensorflow python make_models.py keras224 [DIRECTORY]    # keras 1 and 2: .h5 and .weights.h5
    KERAS_BACKEND=theano python make_models.py theano224 [DIRECTORY]

Needs keras with tensorflow, jax or theano, or tf_keras and tensorflow (for keras 1 and 2: Python 3.7, tensorflow 1.15,
h5py 2). For each model NAME, NAME.expected.h5 holds `probabilities` (12 samples), `weights/<i>`, `iteration`,
`momentum/<i>`, `velocity/<i>` when it was saved, and the same under `continued/` after 20 further steps on batches of 10,
in the order of the data. Those called text and uncompiled, which Keras was not to train on, have `probabilities` alone.
"""
import io
import os
import sys
import zipfile

import h5py
import numpy as np

name = sys.argv[1]
directory = sys.argv[2] if len(sys.argv) > 2 else os.path.dirname(os.path.abspath(__file__))
if name.startswith("tfkeras"):
    import tf_keras as keras
elif name.startswith("tf"):
    import tensorflow
    keras = tensorflow.keras
else:
    import keras
layers = keras.layers
is_tensorflow = name.startswith("tf") and not name.startswith("tfkeras")
keras_version = tensorflow.__version__ if is_tensorflow else keras.__version__
version = 2 if is_tensorflow else int(keras_version.split(".")[0])
SIZE, CLASSES, COUNT, BATCH = 8, 4, 60, 10


class LayersOfKeras1:
    """The layers of today by their names and options of Keras 1."""
    def __getattr__(self, name): return getattr(keras.layers, name)
    def MaxPooling2D(self, size, **options): return keras.layers.MaxPooling2D(size, dim_ordering="tf", **options)

    def Conv2D(self, filters, size, **options):
        return keras.layers.Convolution2D(filters, size[0], size[1], dim_ordering="tf", **options)


if version == 1: layers = LayersOfKeras1()


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
    np.random.seed(7)
    if version > 2 or hasattr(keras.utils, "set_random_seed"): keras.utils.set_random_seed(7)
    elif keras.backend.backend() == "tensorflow": __import__("tensorflow").set_random_seed(7)
    shape = (SIZE, SIZE, 1)
    if version > 2:
        first = [keras.Input(shape)]
    elif name.startswith("tfkeras"):
        first = [layers.InputLayer(input_shape=shape)]
    else:
        first = []
        # In Keras 1 and 2 the first layer is told.
        kind, layers_made = (keras.layers.Convolution2D if version == 1 else layers.Conv2D), make
        make = lambda: told_shape(layers_made, kind, shape)
    model = keras.models.Sequential(first + make())
    if optimizer is not None: model.compile(optimizer, "categorical_crossentropy", metrics=["accuracy"])
    return model


def told_shape(make, kind, shape):
    """The layers that `make` makes, the first of which is told the shape of a sample."""
    original = kind.__init__
    told = []
    def init(self, *arguments, **options):
        if not told: told.append(options.update(input_shape=shape))
        original(self, *arguments, **options)
    kind.__init__ = init
    try: return make()
    finally: kind.__init__ = original


def train(model, steps, start):
    images, labels = samples()
    one_hot = np.eye(CLASSES, dtype="float32")[labels]
    for step in range(start, start + steps):
        rows = slice(step % (COUNT // BATCH) * BATCH, (step % (COUNT // BATCH) + 1) * BATCH)
        model.train_on_batch(images[rows], one_hot[rows])


def state(model):
    """The iteration, momentum and velocity, from any of the optimizers."""
    optimizer = model.optimizer
    if version < 3 and hasattr(optimizer, "get_weights"):
        variables = optimizer.get_weights()
    else:
        variables = optimizer.variables
        variables = [np.asarray(v) for v in (variables() if callable(variables) else variables)]
    # Keras 2.1 to 2.3 have a third variable for each weight, of one element.
    tensors = [v for v in variables if v.ndim > 0 and v.shape != (1,)]
    count = len(model.get_weights())
    if name.startswith("keras1") or (version == 2 and not hasattr(keras.optimizers, "legacy")) or "legacy" in type(optimizer).__module__:
        momentum, velocity = tensors[:count], tensors[count:]
    else:
        momentum, velocity = tensors[0::2], tensors[1::2]
    if version == 1:
        # Keras 1 has the weights in the order of their names.
        names = [weight.name for weight in model.trainable_weights]
        places = [sorted(names).index(name) for name in names]
        momentum, velocity = ([slot[place] for place in places] for slot in (momentum, velocity))
    return int(np.asarray(variables[0])), momentum, velocity


def write(group, model):
    iteration, momentum, velocity = state(model)
    group["iteration"] = np.int64(iteration)
    for key, values in (("weights", model.get_weights()), ("momentum", momentum), ("velocity", velocity)):
        for index, value in enumerate(values):
            group[f"{key}/{index}"] = value


def save(model, label, suffixes):
    for suffix in suffixes:
        path = os.path.join(directory, f"{label}.{suffix}")
        (model.save_weights if suffix == "weights.h5" else model.save)(path)


def expectations(model, label):
    """A file with what the model computes."""
    file = h5py.File(os.path.join(directory, f"{label}.expected.h5"), "w")
    file.attrs["keras_version"] = keras_version
    file["probabilities"] = model.predict(samples()[0][:12], verbose=0)
    print(label, keras_version)
    return file


def make(label, layers, optimizer, suffixes):
    model = build(layers, optimizer)
    train(model, 4, 0)
    save(model, label, suffixes)
    with expectations(model, label) as file:
        write(file, model)
        # The next batch is the first one again: Martlet begins to count when it imports.
        train(model, 20, 0)
        write(file.create_group("continued"), model)


def as_on_windows(label):
    """What the same Keras writes on Windows: groups with names such as `layers\\dense`, where others have two groups."""
    source, target = (os.path.join(directory, f"{part}.keras") for part in (label, f"{label}-windows"))
    weights = "model.weights.h5"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for member in old.namelist():
            content = old.read(member)
            if member == weights:
                with h5py.File(io.BytesIO(content), "r") as nested, h5py.File(io.BytesIO(), "w") as flat:
                    for group, members in nested.items():
                        if group in ("vars", "optimizer"):
                            nested.copy(group, flat)
                        else:
                            for name in members: nested.copy(members[name], flat, name=f"{group}\\{name}")
                    flat.flush()
                    content = flat.id.get_file_image()
            new.writestr(zipfile.ZipInfo(member), content)


def make_untrained(label, optimizer, suffixes):
    model = build(lesson, optimizer)
    save(model, label, suffixes)
    expectations(model, label).close()


for kind, network in (("lesson", lesson), ("other", other)):
    if name.startswith("tfkeras"):
        make(f"{name}-{kind}", network, keras.optimizers.Adam(0.01), ["h5"])
        make(f"{name}-legacy-{kind}", network, keras.optimizers.legacy.Adam(0.01), ["h5"])
    elif version > 2 or is_tensorflow:
        make(f"{name}-{kind}", network, keras.optimizers.Adam(0.01), ["keras", "h5", "weights.h5"])
    elif kind == "lesson":
        make(f"{name}-{kind}", network, keras.optimizers.Adam(0.01), ["h5", "weights.h5"])
if version > 2 or is_tensorflow:
    as_on_windows(f"{name}-lesson")
    make_untrained(f"{name}-text", "adam", ["keras"])
    make_untrained(f"{name}-uncompiled", None, ["keras", "h5"])
elif version == 2 and not name.startswith("tfkeras"):
    make_untrained(f"{name}-uncompiled", None, ["h5"])
