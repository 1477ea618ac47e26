"""Makes the small models beside it: graphs, batch normalization, models within models, with the optimizers there are.

    KERAS_BACKEND=jax python make_models.py keras315 [DIRECTORY [MODEL…]]    # keras 3
    python make_models.py tf215 [DIRECTORY [MODEL…]]                         # tf.keras 2.12 to 2.15
    KERAS_BACKEND=jax python make_models.py keras315_images DIRECTORY convolutions augmented    # files of their own

Those that are named are made anew, or all of them. Needs keras and h5py, or tensorflow. NAME.expected.h5 holds for each model its `probabilities` for 12 samples, and for each
variable by its number in Keras' order its sum in `weights`; `iteration`, and `slots`: the sum of each of the optimizer's
variables, in Keras' order. The archives are packed, so that they are small.
"""
import os
import sys
import zipfile

import h5py
import numpy as np

name = sys.argv[1]
only = sys.argv[3:]
directory = sys.argv[2] if len(sys.argv) > 2 else os.path.dirname(os.path.abspath(__file__))
if name.startswith("tf"):
    import tensorflow
    keras = tensorflow.keras
else:
    import keras
layers = keras.layers
SIZE, CLASSES, COUNT, BATCH = 8, 4, 60, 10


def samples():
    """The samples of ../make_models.py."""
    index = np.arange(COUNT * SIZE * SIZE, dtype=np.uint64)
    images = ((index * 2654435761) % 2**32 >> 24).astype(np.uint8).reshape(COUNT, SIZE, SIZE, 1)
    return images.astype("float32") / 255, (np.arange(COUNT) * 7 % 11) % CLASSES


def normalized(value, **options): return layers.BatchNormalization(**options)(value)


def residual():
    """Two blocks, the second with a stride-2 projection; SGD with all that it has."""
    inputs = keras.Input((SIZE, SIZE, 1), name="pixels")
    value = layers.ReLU()(normalized(layers.Conv2D(3, 3, padding="same", use_bias=False, name="stem")(inputs)))
    for filters, strides in ((3, 1), (4, 2)):
        body = layers.ReLU()(normalized(layers.Conv2D(filters, 3, strides, padding="same", use_bias=False)(value)))
        body = normalized(layers.Conv2D(filters, 3, padding="same", use_bias=False)(body))
        shortcut = value
        if strides > 1:
            shortcut = normalized(layers.Conv2D(filters, 1, strides, use_bias=False, name="projection")(value), name="scaled")
        value = layers.Activation("relu")(layers.Add()([shortcut, body]))
    value = layers.Dropout(0.3, seed=3)(layers.GlobalAveragePooling2D()(value))
    optimizer = keras.optimizers.SGD(0.05, momentum=0.9, nesterov=True, weight_decay=1e-4, global_clipnorm=1.0)
    return keras.Model(inputs, layers.Dense(CLASSES, activation="softmax", name="answer")(value)), optimizer


def inception():
    """Branches of other depths that are joined; one reads the pixels; two flattened values are joined."""
    inputs = keras.Input((SIZE, SIZE, 1))
    value = layers.Conv2D(3, 3, activation="relu")(inputs)
    one = layers.Conv2D(2, 1, activation="relu", name="one")(value)
    three = layers.Conv2D(2, 1, activation="relu", name="three_before")(value)
    three = layers.Conv2D(3, 3, padding="same", activation="tanh", name="three")(three)
    pool = layers.Conv2D(2, 1, name="pool_after")(layers.AveragePooling2D(3, strides=1, padding="same")(value))
    value = layers.Concatenate(name="mixed")([one, three, pool])
    value = layers.Flatten()(layers.MaxPooling2D(2)(value))
    side = layers.Dense(3, activation="relu", name="side")(layers.Flatten(name="flat")(inputs))
    value = layers.Concatenate()([value, side])
    return keras.Model(inputs, layers.Dense(CLASSES, activation="softmax")(value)), keras.optimizers.AdamW(0.01, weight_decay=0.01)


def dense_block():
    """Each convolution reads all before it; normalizations without a scale, without a center, of a vector."""
    inputs = keras.Input((SIZE, SIZE, 1))
    value = layers.Conv2D(3, 3, padding="same", name="first")(inputs)
    for _ in range(2):
        grown = layers.ReLU()(normalized(value, scale=False))
        value = layers.Concatenate(axis=3)([value, layers.Conv2D(2, 3, padding="same", use_bias=False)(grown)])
    value = normalized(value, center=False, momentum=0.9, epsilon=1e-5)
    value = normalized(layers.Flatten()(layers.AveragePooling2D(4)(value)))
    return keras.Model(inputs, layers.Dense(CLASSES, activation="softmax")(value)), keras.optimizers.Adam(0.01, clipnorm=0.5)


def nested():
    """A Sequential and a graph within a graph; both have normalizations, and in Keras 3 a layer of the same name."""
    inputs = keras.Input((SIZE, SIZE, 1))
    encoder = keras.Sequential([
        keras.Input((SIZE, SIZE, 1)), layers.Conv2D(3, 3, name="inner"), layers.BatchNormalization(), layers.ReLU(),
        layers.MaxPooling2D()], name="encoder")
    tower_inputs = keras.Input((3, 3, 3))
    value = layers.Conv2D(3, 3, padding="same", name="tower_inner" if name.startswith("tf") else "inner")(tower_inputs)
    tower = keras.Model(tower_inputs, layers.Add()([tower_inputs, normalized(value)]), name="tower")
    value = layers.Flatten()(layers.Conv2D(3, 1)(tower(encoder(inputs))))
    return keras.Model(inputs, layers.Dense(CLASSES, activation="softmax")(value)), keras.optimizers.SGD(0.05)


def chain():
    """A Sequential with names, normalization, dropout and a Rescaling."""
    return keras.Sequential([
        keras.Input((SIZE, SIZE, 1)), layers.Rescaling(2.0, offset=-1.0), layers.Conv2D(3, 3, name="fc1"),
        layers.BatchNormalization(), layers.ReLU(), layers.Dropout(0.2), layers.Conv2D(3, 3, use_bias=False),
        layers.BatchNormalization(name="second"), layers.Activation("relu"), layers.GlobalAveragePooling2D(),
        layers.Dense(CLASSES, activation="softmax", name="answer")]), keras.optimizers.Adam(0.01)


def frozen_nested():
    """A frozen Sequential, one with frozen layers among others, and a frozen layer between two that learn."""
    inputs = keras.Input((SIZE, SIZE, 1))
    encoder = keras.Sequential([
        keras.Input((SIZE, SIZE, 1)), layers.Conv2D(3, 3, name="inner"), layers.BatchNormalization(name="norm"),
        layers.ReLU(), layers.MaxPooling2D()], name="encoder")
    encoder.trainable = False
    tower = keras.Sequential([
        keras.Input((3, 3, 3)), layers.Conv2D(3, 3, padding="same", name="trained"),
        layers.BatchNormalization(name="still", trainable=False), layers.Activation("tanh"),
        layers.Conv2D(3, 1, name="fixed", trainable=False), layers.BatchNormalization(name="moving")], name="tower")
    value = layers.Flatten()(tower(encoder(inputs)))
    value = layers.Dense(6, activation="tanh", name="middle", trainable=False)(value)
    optimizer = keras.optimizers.AdamW(0.01, weight_decay=0.01, global_clipnorm=1.0)
    return keras.Model(inputs, layers.Dense(CLASSES, activation="softmax")(value)), optimizer


def noisy():
    """A Sequential with noise; RMSprop with all that it has: three slots, each of all weights."""
    optimizer = keras.optimizers.RMSprop(0.005, rho=0.8, momentum=0.7, centered=True)
    return keras.Sequential([
        keras.Input((SIZE, SIZE, 1)), layers.GaussianNoise(0.1, seed=3), layers.Conv2D(3, 3, activation="relu"),
        layers.MaxPooling2D(), layers.Flatten(), layers.GaussianNoise(1), layers.Dense(6, activation="tanh"),
        layers.Dense(CLASSES, activation="softmax")]), optimizer


def adapted():
    """Normalizations with means and variances that `adapt` stored as weights, one of them in a model within; one given."""
    outer, inner = layers.Normalization(name="outer"), layers.Normalization()
    outer.adapt(images)
    inner.adapt(np.concatenate([images, 3 * images - 1], axis=-1))
    inputs = keras.Input((SIZE, SIZE, 1))
    encoder = keras.Sequential([keras.Input((SIZE, SIZE, 2)), inner, layers.Conv2D(3, 3, name="inner")], name="encoder")
    value = encoder(layers.Concatenate()([outer(inputs), layers.Rescaling(2.0)(inputs)]))
    value = layers.Flatten()(layers.Normalization(mean=0.5, variance=4.0)(value))
    return keras.Model(inputs, layers.Dense(CLASSES, activation="softmax")(value)), keras.optimizers.Adam(0.01)


def learned(model):
    """The weights but for the means, variances and counts of normalizations, which are options to Martlet."""
    values = []
    for layer in model.layers:
        if isinstance(layer, keras.Model): values += learned(layer)
        elif not isinstance(layer, layers.Normalization): values += layer.get_weights()
    return values


def convolutions():
    """Every kind of convolution: dilation, groups, depthwise, separable, transposed; images that are resized and cropped."""
    inputs = keras.Input((SIZE, SIZE, 1))
    value = layers.CenterCrop(9, 9)(layers.Resizing(10, 12)(inputs))
    value = layers.Conv2D(4, 3, dilation_rate=2, activation="relu", name="dilated")(value)
    value = layers.SeparableConv2D(6, 3, padding="same", depth_multiplier=2, activation="tanh", name="separable")(value)
    value = normalized(layers.DepthwiseConv2D(3, padding="same", use_bias=False, name="depthwise")(value))
    value = layers.Conv2DTranspose(4, 3, strides=2, padding="same", output_padding=0, name="transposed")(layers.ReLU()(value))
    value = layers.Conv2D(6, 3, strides=2, groups=2, name="grouped")(value)
    value = layers.Conv2D(6, 2, groups=6, activation="sigmoid", name="by_channel")(value)
    value = layers.Flatten()(layers.CenterCrop(2, 2)(value))
    return keras.Model(inputs, layers.Dense(CLASSES, activation="softmax")(value)), keras.optimizers.Adam(0.01)


def augmented():
    """A Sequential with every kind of augmentation, that none of them is seen of in inference."""
    return keras.Sequential([
        keras.Input((SIZE, SIZE, 1)), layers.RandomRotation(0.1), layers.RandomZoom(0.2, fill_mode="constant", seed=3),
        layers.RandomBrightness([-0.1, 0.2], value_range=(0, 1)), layers.RandomContrast(0.3, value_range=(0, 1)),
        layers.RandomErasing(0.5, value_range=(0, 1)), layers.RandomErasing(fill_value=0.5), layers.RandomCrop(SIZE, SIZE, seed=5),
        layers.Resizing(6, 7, interpolation="nearest", crop_to_aspect_ratio=True), layers.Conv2D(3, 3, activation="relu"),
        layers.Flatten(), layers.Dense(CLASSES, activation="softmax")]), keras.optimizers.SGD(0.05)


def functions():
    """A Sequential of activation functions, as names, as layers and as layers that are options; shapes, noise, groups."""
    slope = {"alpha": 0.1} if name.startswith("tf") else {"negative_slope": 0.1}
    return keras.Sequential([
        keras.Input((SIZE, SIZE, 1)), layers.ZeroPadding2D(((1, 0), (2, 1))), layers.Conv2D(3, 3, activation="gelu"),
        layers.GroupNormalization(3), layers.PReLU(shared_axes=[1, 2]), layers.SpatialDropout2D(0.2),
        layers.Cropping2D(((1, 0), (0, 2))), layers.UpSampling2D(2, interpolation="bilinear"),
        layers.Conv2D(4, 3, strides=2, activation=layers.LeakyReLU(**slope)), layers.ELU(0.5),
        layers.Conv2D(4, 1, activation="selu"), layers.GlobalMaxPooling2D(), layers.Dense(6, activation="swish"),
        layers.LayerNormalization(), layers.LeakyReLU(**slope), layers.GaussianDropout(0.1),
        layers.Dense(6, activation=layers.ReLU(max_value=6)), layers.ReLU(negative_slope=0.25, threshold=0.125),
        layers.Dense(6, activation="softplus"), layers.Dense(CLASSES), layers.Softmax()]), keras.optimizers.Adam(0.01)


def merged():
    """Branches that are merged in every way, axes that are moved, normalization over channels."""
    inputs = keras.Input((SIZE, SIZE, 1))
    stem = layers.Conv2D(4, 3, activation="elu")(inputs)
    one = layers.LayerNormalization(axis=3, epsilon=0.01)(stem)
    two = layers.Conv2D(4, 3, padding="same", activation="softsign")(stem)
    product = layers.Multiply()([one, two, stem])
    largest = layers.Maximum()([layers.Average()([one, two, product]), two])
    difference = layers.Subtract()([largest, stem])
    value = layers.PReLU()(layers.UnitNormalization()(difference))
    value = layers.Reshape((6, -1))(layers.Permute((3, 1, 2))(value))
    value = layers.Flatten()(layers.LayerNormalization(center=False)(value))
    pooled = layers.Reshape((4,))(layers.GlobalMaxPooling2D(keepdims=True)(difference))
    value = layers.Concatenate()([layers.Dense(5, activation="exponential")(value), pooled])
    return keras.Model(inputs, layers.Dense(CLASSES, activation="softmax")(value)), keras.optimizers.Adam(0.01)


def arithmetic():
    """Operators with numbers on both sides, operators of two values, and functions that are no layers."""
    ops = tensorflow.nn if name.startswith("tf") else keras.ops
    inputs = keras.Input((SIZE, SIZE, 1))
    value = layers.Conv2D(3, 3, name="stem")(2.0 - (inputs * 1.5 - 0.25) / 0.5)
    other = ops.relu6(ops.relu(layers.Conv2D(3, 3, padding="same")(value) + 1.0) + 2)
    joined = -(value * other - 0.125 * other) + (1.0 + value)
    mean = layers.GlobalAveragePooling2D()(ops.selu(joined))
    return keras.Model(inputs, layers.Dense(CLASSES, activation="softmax")(mean)), keras.optimizers.SGD(0.05)


def optimizer_variables(optimizer):
    variables = optimizer.variables
    return [np.asarray(v) for v in (variables() if callable(variables) else variables)]


def packed(path):
    with zipfile.ZipFile(path) as old: members = [(member, old.read(member)) for member in old.namelist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for member, content in members: new.writestr(zipfile.ZipInfo(member), content, zipfile.ZIP_DEFLATED, 9)


images, labels = samples()
one_hot = np.eye(CLASSES, dtype="float32")[labels]
with h5py.File(os.path.join(directory, f"{name}.expected.h5"), "a" if only else "w") as expected:
    for make in (residual, inception, dense_block, nested, chain, frozen_nested, noisy, convolutions, augmented, adapted,
                 functions, merged, arithmetic):
        if only and make.__name__ not in only: continue
        if make.__name__ in expected: del expected[make.__name__]
        keras.utils.set_random_seed(7)
        model, optimizer = make()
        model.compile(optimizer, "categorical_crossentropy", metrics=["accuracy"])
        for first in range(0, COUNT, BATCH):
            model.train_on_batch(images[first:first + BATCH], one_hot[first:first + BATCH])
        label = f"{name}-{make.__name__}"
        path = os.path.join(directory, label)
        # HDF5 files are large, whatever is in them: one of each kind.
        further = {"keras315-nested": ["h5"], "keras315-chain": ["weights.h5"], "keras315-frozen_nested": ["h5"], "keras315-noisy": ["h5"],
                   "keras315-adapted": ["h5"], "keras315_images-convolutions": ["h5"],
                   "tf215-nested": ["h5"], "tf215-chain": ["h5"], "tf215-functions": ["h5"]}
        for kind in ["keras"] + further.get(label, []):
            (model.save_weights if kind == "weights.h5" else model.save)(f"{path}.{kind}")
            if kind == "keras": packed(f"{path}.keras")
        group = expected.create_group(make.__name__)
        group["probabilities"] = np.asarray(model.predict(images[:12], verbose=0))
        group["weights"] = np.array([np.asarray(v, "float64").sum() for v in (learned(model) if make is adapted else model.get_weights())])
        variables = optimizer_variables(model.optimizer)
        group["iteration"] = np.int64(variables[0])
        group["slots"] = np.array([v.astype("float64").sum() for v in variables if v.ndim > 0] or [0.0])
        print(label)
