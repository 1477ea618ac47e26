"""Makes the small models beside it, with what only training uses, or with inputs that are no images.

    KERAS_BACKEND=jax python make_models.py [DIRECTORY]

Needs keras 3 and h5py. For each model NAME, NAME.expected.h5 holds its `probabilities` for 12 samples.
"""
import os
import sys

import h5py
import keras
import numpy as np

directory = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
layers = keras.layers
SIZE, CLASSES, COUNT = 8, 4, 60


def samples():
    """The samples of ../make_models.py."""
    index = np.arange(COUNT * SIZE * SIZE, dtype=np.uint64)
    images = ((index * 2654435761) % 2**32 >> 24).astype(np.uint8).reshape(COUNT, SIZE, SIZE, 1)
    return images.astype("float32") / 255, (np.arange(COUNT) * 7 % 11) % CLASSES


def augmented():
    """Augmentation, noise, dropout, penalties, constraints, a frozen layer; an optimizer and a loss of other kinds."""
    augmentation = keras.Sequential(
        [layers.RandomFlip("horizontal"), layers.RandomRotation(0.1), layers.RandomCrop(SIZE, SIZE)], name="augment")
    model = keras.Sequential([
        keras.Input((SIZE, SIZE, 1)), augmentation, layers.GaussianNoise(0.1),
        layers.Conv2D(3, 3, activation="relu", kernel_regularizer="l2", bias_constraint="non_neg", name="first"),
        layers.SpatialDropout2D(0.2), layers.MaxPooling2D(), layers.Flatten(), layers.Dropout(0.5),
        layers.Dense(6, activation="tanh", kernel_regularizer="l1", trainable=False), layers.ActivityRegularization(l2=1e-3),
        layers.Dropout(0.3), layers.Dense(CLASSES, activation="softmax")])
    model.compile(keras.optimizers.SGD(0.01, momentum=0.9), "mse", metrics=["mae", "accuracy"])
    return model


def functional():
    """A chain, called layer by layer."""
    inputs = keras.Input((SIZE, SIZE, 1), name="pixels")
    values = layers.Conv2D(3, 3, activation="relu", padding="same")(inputs)
    values = layers.AlphaDropout(0.2)(values, training=False)
    values = layers.AveragePooling2D(2)(values)
    values = layers.Flatten()(values)
    outputs = layers.Dense(CLASSES, activation="softmax", name="answer")(values)
    model = keras.Model(inputs, outputs)
    model.compile(keras.optimizers.Adam(0.01), "categorical_crossentropy", metrics=["accuracy"])
    return model


def flat():
    """Takes the pixels as a vector."""
    model = keras.Sequential([
        keras.Input((SIZE * SIZE,)), layers.Dense(6, activation="relu"), layers.Dense(CLASSES, activation="softmax")])
    model.compile(keras.optimizers.Adam(0.01), "categorical_crossentropy", metrics=["accuracy"])
    return model


def plane():
    """Takes images without an axis for channels."""
    model = keras.Sequential([
        keras.Input((SIZE, SIZE)), layers.Flatten(), layers.Dense(6, activation="tanh"),
        layers.Dense(CLASSES, activation="softmax")])
    model.compile(keras.optimizers.Adam(0.01), "categorical_crossentropy", metrics=["accuracy"])
    return model


def moved():
    """Images that are moved and flipped, and later again."""
    inputs = keras.Input((SIZE, SIZE, 1), name="pixels")
    values = layers.RandomTranslation(0.1, (-0.2, 0.3), fill_mode="constant", fill_value=0.5, seed=11)(inputs)
    values = layers.RandomFlip("horizontal", seed=12, name="mirror")(values)
    values = layers.Conv2D(3, 3, activation="relu", padding="same")(values)
    values = layers.Rescaling(2.0, offset=-1.0)(values)
    values = layers.RandomTranslation(-0.25, 0, interpolation="nearest")(values)
    values = layers.RandomFlip()(values)
    values = layers.Flatten()(values)
    outputs = layers.Dense(CLASSES, activation="softmax", name="answer")(values)
    model = keras.Model(inputs, outputs)
    model.compile(keras.optimizers.Adam(0.01), "categorical_crossentropy", metrics=["accuracy"])
    return model


def weighted():
    """Options of every kind of weight, and penalties of activities."""
    model = keras.Sequential([
        keras.Input((SIZE, SIZE, 1)),
        layers.DepthwiseConv2D(3, depth_multiplier=2, depthwise_initializer="he_normal", depthwise_regularizer="l2",
                               depthwise_constraint=keras.constraints.MaxNorm(2, axis=[0, 1]),
                               bias_regularizer=keras.regularizers.L1(0.25), activity_regularizer="l1"),
        layers.SeparableConv2D(3, 2, pointwise_regularizer=keras.regularizers.L1L2(0.125, 0.25),
                               depthwise_constraint="unit_norm", activation="relu"),
        layers.Conv2DTranspose(2, 2, kernel_constraint="non_neg", kernel_regularizer="l2"),
        layers.PReLU(shared_axes=[1, 2], alpha_initializer=keras.initializers.Constant(0.25), alpha_constraint="non_neg"),
        layers.LayerNormalization(gamma_regularizer="l2"), layers.GroupNormalization(groups=1, beta_constraint="non_neg"),
        layers.Flatten(), layers.ActivityRegularization(l1=0.5),
        layers.Dense(CLASSES, activation="softmax", activity_regularizer=keras.regularizers.L2(0.125))])
    model.compile(keras.optimizers.SGD(0.001, momentum=0.9), "categorical_crossentropy", metrics=["accuracy"])
    return model


images, labels = samples()
one_hot = np.eye(CLASSES, dtype="float32")[labels]
for make in [augmented, functional, flat, plane, moved, weighted]:
    keras.utils.set_random_seed(7)
    model = make()
    shaped = images.reshape((COUNT,) + model.input_shape[1:])
    for step in range(5):
        model.train_on_batch(shaped[step * 10:step * 10 + 10], one_hot[step * 10:step * 10 + 10])
    path = os.path.join(directory, make.__name__)
    model.save(f"{path}.keras")
    model.save(f"{path}.h5")
    if make is moved:
        model.save_weights(f"{path}.weights.h5")
    with h5py.File(f"{path}.expected.h5", "w") as file:
        file["probabilities"] = np.asarray(model(shaped[:12], training=False))
