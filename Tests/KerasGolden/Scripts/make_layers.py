"""Makes layers.h5: what Keras computes for activation functions, merging, shapes, normalization and noise.

    python make_layers.py [layers.h5]     # needs: pip install keras==3.15.1 jax h5py

Afterwards run `Tests/HDF5Tests/Golden/list_contents.py`. What is in a case: golden.py.
"""
import json

import golden
from golden import begin, end, keras, layer_case, layer_group, built, normal, np, philox
from keras.src.activations import ALL_OBJECTS_DICT

random = begin("layers.h5", 20260114)
layers, activations = keras.layers, keras.activations


def function_case(name, class_name, configuration, own, function, values):
    """A layer with a function that has a name here and options in a configuration."""
    ALL_OBJECTS_DICT["function"] = function
    layer_case(name, class_name, dict(configuration, activation="function"), values)
    golden.file[f"layers/{name}"].attrs["configuration"] = json.dumps(dict(configuration, activation=own))


# Activation functions: alone, and of layers that keep what their derivatives need.
for activation in ("elu", "selu", "gelu", "silu", "softplus", "softsign", "hard_sigmoid", "hard_silu", "mish",
                   "exponential", "relu6", "log_softmax", "leaky_relu"):
    layer_case(f"activation_{activation}", "Activation", dict(activation=activation), normal(3, 37) * 3)
for activation in ("gelu", "silu", "softplus", "softsign", "mish"):
    layer_case(f"conv2d_{activation}", "Conv2D", dict(filters=3, kernel_size=[2, 2], activation=activation),
               normal(2, 5, 6, 3))
    layer_case(f"dense_{activation}", "Dense", dict(units=9, activation=activation), normal(5, 7))
for activation in ("elu", "selu", "hard_silu", "hard_sigmoid", "exponential", "relu6", "log_softmax", "leaky_relu"):
    layer_case(f"dense_{activation}", "Dense", dict(units=3, activation=activation), normal(5, 113) * 0.5)
layer_case("dense_gelu_inference", "Dense", dict(units=9, activation="gelu"), normal(5, 7), training=False)
for name, own, function in [
    ("gelu_approximate", dict(gelu=dict(approximate=True)), lambda x: activations.gelu(x, approximate=True)),
    ("elu_small", dict(elu=dict(alpha=0.3)), lambda x: activations.elu(x, alpha=0.3)),
    ("leaky_relu_small", dict(leaky_relu=dict(negative_slope=0.05)),
     lambda x: activations.leaky_relu(x, negative_slope=0.05)),
    ("relu_capped", dict(relu=dict(max_value=1.5)), lambda x: activations.relu(x, max_value=1.5)),
]:
    function_case(f"activation_{name}", "Activation", {}, own, function, normal(3, 37) * 3)
    function_case(f"dense_{name}", "Dense", dict(units=3), own, function, normal(5, 113) * 0.5)
for name, configuration in [
    ("six", dict(max_value=6.0)), ("slope", dict(negative_slope=0.125)), ("threshold", dict(threshold=0.71)),
    ("all", dict(max_value=1.93, negative_slope=0.25, threshold=0.53)), ("capped", dict(max_value=1.21)),
]:
    layer_case(f"relu_{name}", "ReLU", configuration, normal(3, 31) * 2)
layer_case("elu", "ELU", {}, normal(3, 4, 5, 3))
layer_case("elu_alpha", "ELU", dict(alpha=0.4), normal(4, 11))
layer_case("leaky_relu", "LeakyReLU", {}, normal(3, 4, 5, 3))
layer_case("leaky_relu_slope", "LeakyReLU", dict(negative_slope=0.01), normal(4, 11))
layer_case("softmax_vector", "Softmax", {}, normal(4, 11))
layer_case("softmax_image", "Softmax", dict(axis=-1), normal(2, 3, 4, 5))
layer_case("prelu_vector", "PReLU", {}, normal(6, 13))
layer_case("prelu_image", "PReLU", {}, normal(4, 3, 4, 5))
layer_case("prelu_channels", "PReLU", dict(shared_axes=[1, 2]), normal(4, 3, 4, 5))
layer_case("prelu_columns", "PReLU", dict(shared_axes=[2]), normal(4, 3, 4, 5))
layer_case("prelu_one", "PReLU", dict(shared_axes=[1, 2, 3]), normal(4, 3, 4, 5))

# Merging, with equal values too.
for class_name in ("Multiply", "Average", "Maximum", "Subtract"):
    for count in (2, 3, 5) if class_name != "Subtract" else (2,):
        layer_case(f"{class_name.lower()}_{count}", class_name, {}, *[normal(3, 2, 3, 3) for _ in range(count)])
    layer_case(f"{class_name.lower()}_vectors", class_name, {}, normal(4, 150), normal(4, 150))
for count in (2, 3):
    layer_case(f"maximum_ties_{count}", "Maximum", {},
               *[random.integers(-1, 2, (4, 2, 5, 3)).astype("float32") for _ in range(count)])

# Shapes.
for name, padding in [("default", None), ("two", [[2, 2], [1, 1]]), ("uneven", [[1, 0], [3, 2]]), ("none", [[0, 0], [0, 0]])]:
    configuration = dict(padding=padding) if padding else {}
    layer_case(f"zero_padding2d_{name}", "ZeroPadding2D", configuration, normal(3, 4, 5, 3))
for name, cropping in [("default", None), ("one", 1), ("pair", [1, 2]), ("uneven", [[1, 0], [0, 3]])]:
    configuration = dict(cropping=cropping) if cropping else {}
    layer_case(f"cropping2d_{name}", "Cropping2D", configuration, normal(3, 5, 6, 3))
for interpolation in ("nearest", "bilinear"):
    for name, shape, size in [("default", (3, 4, 5, 3), [2, 2]), ("uneven", (2, 3, 4, 2), [3, 2]), ("line", (2, 1, 5, 2), [2, 4]),
                              ("down", (2, 4, 3, 2), [3, 1])]:
        layer_case(f"up_sampling2d_{interpolation}_{name}", "UpSampling2D", dict(size=size, interpolation=interpolation),
                   normal(*shape))
for keepdims in (False, True):
    name = "keepdims" if keepdims else "vector"
    layer_case(f"global_max_{name}", "GlobalMaxPooling2D", dict(keepdims=keepdims), normal(3, 5, 4, 5))
layer_case("global_max_ties", "GlobalMaxPooling2D", {}, random.integers(0, 3, (3, 6, 5, 4)).astype("float32"))
for name, target in [("vector", [-1]), ("matrix", [4, -1]), ("image", [5, 3, 4]), ("many", [2, 3, 1, 10])]:
    layer_case(f"reshape_{name}", "Reshape", dict(target_shape=target), normal(3, 3, 4, 5))
for name, shape, dims in [("matrix", (3, 13, 9), [2, 1]), ("first", (3, 3, 4, 5), [3, 1, 2]), ("last", (3, 3, 4, 5), [2, 3, 1]),
                          ("same", (3, 3, 4, 5), [1, 2, 3])]:
    layer_case(f"permute_{name}", "Permute", dict(dims=dims), normal(*shape))

# Normalization, also of many channels and far from 0.
for name, shape, configuration in [
    ("image", (4, 3, 4, 6), {}), ("vector", (9, 37), {}), ("channels", (2, 3, 4, 70), dict(epsilon=1e-6)),
    ("no_center", (4, 3, 2, 5), dict(center=False)), ("no_scale", (4, 3, 2, 16), dict(scale=False)),
    ("neither", (6, 19), dict(center=False, scale=False)),
]:
    layer_case(f"layer_normalization_{name}", "LayerNormalization", configuration, normal(*shape) * 2 + 0.5)
for name, shape, configuration in [
    ("image", (4, 3, 4, 6), dict(groups=3)), ("vector", (9, 40), dict(groups=8)), ("default", (2, 3, 2, 64), {}),
    ("each", (4, 5, 4, 5), dict(groups=-1)), ("one", (4, 3, 4, 6), dict(groups=1, epsilon=0.01)),
    ("no_center", (4, 3, 2, 6), dict(groups=2, center=False)), ("no_scale", (4, 3, 2, 6), dict(groups=2, scale=False)),
    ("neither", (4, 3, 2, 6), dict(groups=2, center=False, scale=False)),
]:
    layer_case(f"group_normalization_{name}", "GroupNormalization", configuration, normal(*shape) * 2 + 0.5)
layer_case("unit_normalization_vector", "UnitNormalization", {}, normal(5, 13))
layer_case("unit_normalization_image", "UnitNormalization", {}, normal(3, 4, 5, 4))


# Noise: the factors follow from draws that are made here, as the first layer of an unseeded run makes them.
def words(purpose, sample, count):
    blocks = [philox([block, sample, 0, purpose << 24], [0, 0]) for block in range((count + 3) // 4)]
    return np.array(blocks, "uint64").reshape(-1)[:count]


def factor_case(name, class_name, configuration, values, factors):
    layer = built(class_name, configuration, [values])
    group = layer_group(name, layer, configuration, [values], None, "training")
    output_gradient = normal(*values.shape)
    group["output"], group["output_gradient"] = values * factors, output_gradient
    group["input_gradients.0"] = output_gradient * factors


rate, values = 0.4, normal(7, 3, 2, 5)
kept = np.array([words(16, sample, 5) >= int(rate * 2**32) for sample in range(7)])
factor_case("spatial_dropout2d", "SpatialDropout2D", dict(rate=rate), values,
            (kept / (1 - rate)).astype("float32")[:, None, None, :])
rate, values = 0.2, normal(5, 3, 2, 5)
pairs = np.array([words(17, sample, 30) for sample in range(5)]).reshape(5, 15, 2).astype("float64")
radius, angle = np.sqrt(-2 * np.log((pairs[..., 0] + 0.5) / 2**32)), pairs[..., 1] / 2**32 * 2 * np.pi
noise = np.stack([radius * np.cos(angle), radius * np.sin(angle)], -1).reshape(5, 3, 2, 5)
factor_case("gaussian_dropout", "GaussianDropout", dict(rate=rate), values,
            (1 + noise * np.sqrt(rate / (1 - rate))).astype("float32"))
for name, class_name in (("spatial_dropout2d", "SpatialDropout2D"), ("gaussian_dropout", "GaussianDropout")):
    layer_case(f"{name}_none", class_name, dict(rate=0.0), normal(3, 2, 3, 4))
    layer_case(f"{name}_inference", class_name, dict(rate=0.3), normal(3, 2, 3, 4), training=False)

# A factor for each channel.
layer_case("multiply_channels", "Multiply", {}, normal(3, 6, 5, 4), normal(3, 1, 1, 4))
layer_case("multiply_channels_first", "Multiply", {}, normal(3, 1, 1, 4), normal(3, 6, 5, 4), normal(3, 1, 1, 4))
end()
