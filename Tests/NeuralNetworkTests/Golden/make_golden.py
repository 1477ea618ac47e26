"""Makes keras.h5: what Keras computes for single layers, losses and Adam, for the tests beside it.

    python make_golden.py [keras.h5]     # needs: pip install keras==3.15.1 jax h5py

Every case is a group. Attributes: `layer` (the class) and `configuration` (its options as JSON); datasets: `input`,
`kernel`, `bias`, `output`, `output_gradient`, `input_gradient`, `kernel_gradient`, `bias_gradient`.
"""
import json
import os
import sys

os.environ["KERAS_BACKEND"] = "jax"
import h5py
import jax
import jax.numpy as jnp
import keras
import numpy as np

random = np.random.default_rng(20260101)
target = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "keras.h5")
file = h5py.File(target, "w")
file.attrs["keras_version"] = keras.__version__
file.attrs["jax_version"] = jax.__version__


def normal(*shape):
    return random.standard_normal(shape).astype("float32")


def write(path, **datasets):
    group = file.create_group(path)
    for name, values in datasets.items():
        group.create_dataset(name, data=np.asarray(values))
    return group


def layer_case(name, class_name, configuration, values, output_gradient=None):
    """Runs one layer forward and backward through jax.vjp of its stateless call."""
    layer = getattr(keras.layers, class_name)(**configuration)
    layer.build((None,) + values.shape[1:])
    for variable in layer.trainable_variables:
        variable.assign(normal(*variable.shape) * 0.5)
    weights = [jnp.asarray(v.value) for v in layer.trainable_variables]

    def call(weights, values):
        return layer.stateless_call(weights, [v.value for v in layer.non_trainable_variables], values)[0]

    output, backward = jax.vjp(call, weights, jnp.asarray(values))
    if output_gradient is None:
        output_gradient = normal(*output.shape)
    weight_gradients, input_gradient = backward(jnp.asarray(output_gradient))
    group = write(f"layers/{name}", input=values, output=output, output_gradient=output_gradient,
                  input_gradient=input_gradient)
    group.attrs["layer"] = class_name
    group.attrs["configuration"] = json.dumps(configuration)
    for key, value, gradient in zip(("kernel", "bias"), weights, weight_gradients):
        group.create_dataset(key, data=np.asarray(value))
        group.create_dataset(f"{key}_gradient", data=np.asarray(gradient))


# Convolutions: odd sizes, strides and paddings, one and several channels, every activation.
for name, shape, configuration in [
    ("lesson", (2, 28, 28, 1), dict(filters=10, kernel_size=[5, 5], strides=[1, 1], padding="valid", activation="relu")),
    ("tall", (3, 9, 7, 1), dict(filters=3, kernel_size=[3, 2], strides=[2, 1], padding="same", activation="tanh")),
    ("channels", (2, 8, 11, 3), dict(filters=5, kernel_size=[3, 3], strides=[2, 3], padding="valid", activation="relu")),
    ("same", (2, 7, 7, 4), dict(filters=16, kernel_size=[3, 3], strides=[1, 1], padding="same", activation="sigmoid")),
    ("stride3", (2, 10, 8, 3), dict(filters=4, kernel_size=[4, 5], strides=[3, 3], padding="same", activation="linear")),
    ("no_bias", (3, 6, 5, 2), dict(filters=7, kernel_size=[2, 3], strides=[1, 2], padding="valid", use_bias=False)),
    ("one_by_one", (2, 5, 4, 3), dict(filters=2, kernel_size=[1, 1], strides=[1, 1], padding="valid")),
    ("stride_beyond_kernel", (2, 9, 9, 1), dict(filters=2, kernel_size=[2, 2], strides=[3, 4], padding="same")),
    ("softmax", (2, 4, 4, 2), dict(filters=3, kernel_size=[2, 2], strides=[1, 1], padding="valid", activation="softmax")),
]:
    layer_case(f"conv2d_{name}", "Conv2D", configuration, normal(*shape))

# Pooling: default, overlapping and wide strides, odd sizes.
for kind in ("Max", "Average"):
    for name, shape, configuration in [
        ("default", (2, 24, 24, 2), dict(pool_size=[2, 2])),
        ("odd", (3, 9, 7, 3), dict(pool_size=[2, 2], padding="valid")),
        ("odd_same", (3, 9, 7, 3), dict(pool_size=[2, 2], padding="same")),
        ("overlap", (2, 8, 9, 2), dict(pool_size=[3, 2], strides=[1, 1], padding="valid")),
        ("overlap_same", (2, 8, 9, 2), dict(pool_size=[3, 3], strides=[2, 1], padding="same")),
        ("wide", (2, 11, 10, 1), dict(pool_size=[2, 3], strides=[3, 4], padding="same")),
    ]:
        layer_case(f"{kind.lower()}_{name}", f"{kind}Pooling2D", configuration, normal(*shape))

layer_case("flatten", "Flatten", {}, normal(2, 3, 4, 5))
for name, inputs, configuration in [
    ("wide", 240, dict(units=40, activation="relu")),
    ("lesson_output", 100, dict(units=10, activation="linear")),
    ("odd", 37, dict(units=33, activation="tanh")),
    ("no_bias", 5, dict(units=3, use_bias=False)),
    ("single", 1, dict(units=1, activation="sigmoid")),
    ("softmax", 20, dict(units=7, activation="softmax")),
]:
    layer_case(f"dense_{name}", "Dense", configuration, normal(7, inputs))
for activation in ("relu", "softmax", "sigmoid", "tanh", "linear"):
    layer_case(f"activation_{activation}", "Activation", dict(activation=activation), normal(3, 4, 5, 6))

# Cross-entropy fused with a softmax, as TensorFlow computes it; in float64 from its formula, saturated rows included.
logits = np.concatenate([normal(6, 5) * 3, [[10, -30, 200, 0, 0], [200, -30, 10, 0, 0]]]).astype("float32")
labels = np.array([0, 4, 2, 1, 3, 3, 0, 0], "int64")
exact = logits.astype("float64")
exact = exact - exact.max(axis=1, keepdims=True)
log_sum = np.log(np.exp(exact).sum(axis=1))
one_hot = np.eye(5)[labels]
write("losses/fused", outputs=logits, labels=labels, loss=np.mean(log_sum - (exact * one_hot).sum(axis=1)),
      gradient=((np.exp(exact - log_sum[:, None]) - one_hot) / len(labels)).astype("float32"))

# The same from outputs that are taken as probabilities: not quite normalised, some of them clipped.
outputs = random.uniform(0.05, 1, (6, 5)).astype("float32")
outputs[4] = [1, 0, 0, 0, 0]
outputs[5] = [1e-9, 0.4, 0.3, 0.2, 0.1]
labels = np.array([0, 4, 2, 1, 0, 0], "int64")


def categorical(outputs):
    return jnp.mean(keras.losses.categorical_crossentropy(jnp.eye(5)[labels], outputs))


def sparse(outputs):
    # TensorFlow's form: clip, then divide by the sum.
    clipped = jnp.clip(outputs, 1e-7, 1 - 1e-7)
    return jnp.mean(jnp.log(clipped.sum(axis=1)) - jnp.log(clipped[jnp.arange(6), labels]))


for name, loss in (("categorical", categorical), ("sparse", sparse)):
    value, gradient = jax.value_and_grad(loss)(jnp.asarray(outputs))
    write(f"losses/{name}", outputs=outputs, labels=labels, loss=np.float64(value), gradient=gradient)

# Adam, step by step.
for name, configuration in [
    ("default", dict(learning_rate=0.001)),
    ("other", dict(learning_rate=0.01, beta_1=0.8, beta_2=0.99, epsilon=1e-5)),
]:
    variable = keras.Variable(normal(37))
    optimizer = keras.optimizers.Adam(**configuration)
    optimizer.build([variable])
    start, gradients = np.array(variable), normal(12, 37) * 10.0 ** random.integers(-6, 2, (12, 37)).astype("float32")
    gradients = gradients.astype("float32")
    steps = {"parameters": [], "momentum": [], "velocity": []}
    for gradient in gradients:
        optimizer.apply([jnp.asarray(gradient)], [variable])
        steps["parameters"].append(np.array(variable))
        steps["momentum"].append(np.array(optimizer.variables[2]))
        steps["velocity"].append(np.array(optimizer.variables[3]))
    group = write(f"optimizers/adam_{name}", start=start, gradients=gradients, **steps)
    group.attrs["configuration"] = json.dumps(configuration)

# The limits of GlorotUniform, found by drawing far more numbers than it takes to come near them.
for name, shape in (("conv2d", (5, 5, 1, 10)), ("dense", (1440, 100)), ("output", (100, 10))):
    drawn = [np.abs(np.array(keras.initializers.GlorotUniform(seed=s)(shape))).max() for s in range(40)]
    write(f"initializers/glorot_uniform_{name}", shape=np.array(shape, "int64"), limit=np.float64(max(drawn)))
file.close()
print(target, os.path.getsize(target), "bytes")
