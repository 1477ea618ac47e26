"""What the scripts beside this file share: cases of layers, losses and optimizers, computed by Keras.

Every case is a group, and every kind in a catalog has one or more; the tests do the rest with them.

`layers/<case>`, attributes: `layer` (the class), `configuration` (its options as JSON), `mode` (training or inference),
`variables` (the names of its variables in Keras' order, as JSON), `trainable_count` and `non_trainable_count` (values);
datasets: `inputs.<i>`, `variables.<name>`, `output`, and of a case in training `output_gradient`, `input_gradients.<i>`,
`gradients.<name>` of each trainable variable and `after.<name>` of each other one. What is random in training follows from
the draws that a first layer makes here for an unseeded run.

`losses/<case>`, attributes `loss`, `configuration` and `form` (logits or outputs); datasets `outputs` (samples, classes),
`labels`, `loss` and `gradient` of the mean over the samples.

`optimizers/<case>`, attributes `optimizer` and `configuration`; datasets of each variable of a small model (see below):
`start.<i>`, `gradients.<i>` (steps, ...), and after each step `variables.<i>` and `slots.<slot>.<i>`.
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

file, random, image_random = None, None, None


def begin(name, seed):
    """Creates a file of cases, or the one that the command line names, and the generator of its numbers.

    The cases of a file share the generator: a new case goes to the end of its file, so that the others stay as they are.
    """
    global file, random, image_random
    files = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Files")
    file = h5py.File(sys.argv[1] if len(sys.argv) > 1 else os.path.join(files, name), "w")
    file.attrs["keras_version"] = keras.__version__
    file.attrs["jax_version"] = jax.__version__
    random = np.random.default_rng(seed)
    # Images for augmentation are drawn apart.
    image_random = np.random.default_rng(20261126)
    return random


def end():
    name = file.filename
    file.close()
    print(name, os.path.getsize(name), "bytes")


def normal(*shape):
    return random.standard_normal(shape).astype("float32")


def images(*shape):
    return image_random.standard_normal(shape).astype("float32")


def write(path, **datasets):
    group = file.create_group(path)
    for name, values in datasets.items():
        group.create_dataset(name, data=np.asarray(values))
    return group


def layer_group(name, layer, configuration, inputs, state, mode):
    """Makes the group of a case with what does not depend on a pass."""
    group = file.create_group(f"layers/{name}")
    group.attrs["layer"] = type(layer).__name__
    group.attrs["configuration"] = json.dumps(configuration)
    group.attrs["mode"] = mode
    group.attrs["variables"] = json.dumps([variable.name for variable in layer.weights])
    for key, variables in (("trainable", layer.trainable_weights), ("non_trainable", layer.non_trainable_weights)):
        group.attrs[f"{key}_count"] = np.int64(sum(np.prod(variable.shape) for variable in variables))
    for index, values in enumerate(inputs):
        group[f"inputs.{index}"] = values
    for variable in layer.weights:
        group[f"variables.{variable.name}"] = np.asarray(variable.value)
    return group


def built(class_name, configuration, inputs):
    """A layer with random variables."""
    layer = getattr(keras.layers, class_name)(**configuration)
    shapes = [(None,) + values.shape[1:] for values in inputs]
    layer.build(shapes if len(inputs) > 1 else shapes[0])
    for variable in layer.trainable_weights:
        variable.assign(normal(*variable.shape) * 0.5)
    for variable in layer.non_trainable_weights:
        moving = random.uniform(0.5, 2, variable.shape) if "variance" in variable.name else normal(*variable.shape)
        variable.assign(moving.astype("float32"))
    return layer


def layer_case(name, class_name, configuration, *inputs, training=True):
    """Runs one layer forward, and in training backward through jax.vjp of its stateless call."""
    layer = built(class_name, configuration, inputs)
    state = [variable.value for variable in layer.non_trainable_variables]
    weights = [jnp.asarray(variable.value) for variable in layer.trainable_variables]
    options = dict(training=training) if layer._call_has_training_arg else {}

    def call(weights, values):
        return layer.stateless_call(weights, state, values if len(values) > 1 else values[0], **options)

    mode = "training" if training else "inference"
    group = layer_group(name, layer, configuration, inputs, state, mode)
    values = [jnp.asarray(input) for input in inputs]
    if not training:
        group["output"] = np.asarray(call(weights, values)[0])
        return
    output, backward, after = jax.vjp(call, weights, values, has_aux=True)
    output_gradient = normal(*output.shape)
    weight_gradients, input_gradients = backward(jnp.asarray(output_gradient))
    group["output"], group["output_gradient"] = np.asarray(output), output_gradient
    for index, gradient in enumerate(input_gradients):
        group[f"input_gradients.{index}"] = np.asarray(gradient)
    for variable, gradient in zip(layer.trainable_variables, weight_gradients):
        group[f"gradients.{variable.name}"] = np.asarray(gradient)
    for variable, value in zip(layer.non_trainable_variables, after):
        group[f"after.{variable.name}"] = np.asarray(value)


def exact_normalization(name, configuration, values):
    """Batch normalization in training in float64: where Keras' float32 is too far off."""
    layer = built("BatchNormalization", configuration, [values])
    group = layer_group(name, layer, configuration, [values], None, "training")
    gamma, beta, moving_mean, moving_variance = [np.asarray(v.value).astype("float64") for v in layer.weights]
    axes = tuple(range(values.ndim - 1))
    x, dy = values.astype("float64"), normal(*values.shape)
    mean, variance = x.mean(axes), x.var(axes)
    inverse = 1 / np.sqrt(variance + layer.epsilon)
    normalized = (x - mean) * inverse
    products = (dy * normalized).sum(axes)
    count = x.size / x.shape[-1]
    dx = gamma * inverse * (dy - dy.astype("float64").mean(axes) - normalized * products / count)
    after = {"moving_mean": (moving_mean, mean), "moving_variance": (moving_variance, variance)}
    for key, (old, new) in after.items():
        group[f"after.{key}"] = (old * layer.momentum + new * (1 - layer.momentum)).astype("float32")
    for key, value in {
        "output": normalized * gamma + beta, "output_gradient": dy, "input_gradients.0": dx,
        "gradients.gamma": products, "gradients.beta": dy.astype("float64").sum(axes),
    }.items():
        group[key] = value.astype("float32")


def philox(counter, key):
    """The words of Philox 4x32-10."""
    c, k = list(counter), list(key)
    for _ in range(10):
        first, second = c[0] * 0xD2511F53, c[2] * 0xCD9E8D57
        c = [second >> 32 ^ c[1] ^ k[0], second & 0xFFFFFFFF, first >> 32 ^ c[3] ^ k[1], first & 0xFFFFFFFF]
        k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return c


def uniform(seed, sample):
    """The first four draws of augmentation for a sample of epoch 0, by layer 0."""
    words = philox([0, sample, 0, 5 << 24], [seed, 0])
    return np.array([word >> 8 for word in words], "float32") * np.float32(2**-24)


def augmentation_case(name, class_name, configuration, values):
    """Keras' layer in training with the draws that are made here, forward and backward."""
    layer = built(class_name, configuration, [values])
    draws = np.array([uniform(configuration.get("seed") or 0, sample) for sample in range(len(values))])
    if class_name == "RandomFlip":
        transformation = dict(flips=draws[:, 0].reshape(-1, 1, 1, 1) <= 0.5)
        assert 0 < transformation["flips"].sum() < len(values)
    else:
        def distance(lower, upper, draw, size):
            lower, upper = np.float32(lower), np.float32(upper)
            return (lower + (upper - lower) * draw) * np.float32(size)

        down = distance(layer.height_lower, layer.height_upper, draws[:, 0], values.shape[1])
        right = distance(layer.width_lower, layer.width_upper, draws[:, 1], values.shape[2])
        transformation = dict(translations=jnp.stack([right, down], axis=1))
    transformation["input_shape"] = values.shape
    group = layer_group(name, layer, configuration, [values], None, "training")
    output, backward = jax.vjp(lambda values: layer.transform_images(values, transformation), jnp.asarray(values))
    output_gradient = image_random.standard_normal(output.shape).astype("float32")
    group["output"], group["output_gradient"] = np.asarray(output), output_gradient
    group["input_gradients.0"] = np.asarray(backward(jnp.asarray(output_gradient))[0])

def loss_case(name, class_name, configuration, form, **datasets):
    group = write(f"losses/{name}", **datasets)
    group.attrs["loss"], group.attrs["form"] = class_name, form
    group.attrs["configuration"] = json.dumps(configuration)


# Optimizers, step by step, on the variables of two dense layers: gradients of many sizes, and a step without any.
STEPS, VARIABLES = 8, {"dense/kernel": (7, 5), "dense/bias": (5,), "dense_1/kernel": (5, 3), "dense_1/bias": (3,)}


def optimizer_case(name, class_name, configuration):
    options = dict(configuration)
    excluded = options.pop("exclude_from_weight_decay", None)
    optimizer = getattr(keras.optimizers, class_name)(**options)
    variables = [keras.Variable(normal(*shape), name=path.split("/")[1]) for path, shape in VARIABLES.items()]
    if excluded:
        optimizer.exclude_from_weight_decay(var_names=excluded)
    optimizer.build(variables)
    lists = {"Adam": ("_momentums", "_velocities", "_velocity_hats"), "SGD": ("momentums",),
             "AdamW": ("_momentums", "_velocities", "_velocity_hats"),
             "RMSprop": ("_velocities", "_momentums", "_average_gradients"), "Adagrad": ("_accumulators",),
             "Adadelta": ("_accumulated_grads", "_accumulated_delta_vars"), "Adamax": ("_m", "_u"),
             "Nadam": ("_momentums", "_velocities"), "Lion": ("_momentums",)}
    # Without momentum, Keras keeps slots that nothing writes.
    keeps = class_name != "SGD" or options.get("momentum", 0) != 0
    # An optimizer has no list of what its options do without. Those of all optimizers come first.
    common = ("_model_variables_moving_average", "_accumulated_gradients")
    slots = [values for key in common + (lists[class_name] if keeps else ()) if (values := getattr(optimizer, key, None))]
    group = file.create_group(f"optimizers/{name}")
    group.attrs["optimizer"], group.attrs["configuration"] = class_name, json.dumps(configuration)
    gradients = []
    for index, variable in enumerate(variables):
        group[f"start.{index}"] = np.asarray(variable.value)
        sizes = 10.0 ** random.integers(-5, 2, (STEPS,) + tuple(variable.shape))
        gradients.append((normal(*sizes.shape) * sizes).astype("float32"))
        gradients[-1][STEPS // 2] = 0
        group[f"gradients.{index}"] = gradients[-1]
    after = {f"variables.{index}": [] for index in range(len(variables))}
    after |= {f"slots.{slot}.{index}": [] for slot in range(len(slots)) for index in range(len(variables))}
    for step in range(STEPS):
        optimizer.apply([jnp.asarray(gradient[step]) for gradient in gradients], variables)
        for index, variable in enumerate(variables):
            after[f"variables.{index}"].append(np.asarray(variable.value))
            for slot, values in enumerate(slots):
                after[f"slots.{slot}.{index}"].append(np.asarray(values[index].value))
    for key, values in after.items():
        group[key] = np.array(values)
