"""Makes weights.h5: models with regularizers of weights and activities and with constraints, trained by Keras. `weight_options/<case>` has the attribute
`model` (the layers as Martlet's configuration, in JSON) and the datasets `inputs`, `labels` (samples), `start.<i>` and
`after.<i>` of each variable, `loss` (the mean over the batches of 8) and `evaluated` (the loss after them). The weights are
small enough that no probability is clipped, and none is 0 with a penalty on its size (d|w|/dw at 0 is 1 in JAX, 0 in
TensorFlow and here).

    python make_weights.py [weights.h5]     # needs: pip install keras==3.15.1 jax h5py
"""
import json

import golden
from golden import keras, np

random = golden.begin("weights.h5", 20261201)
CLASSES = dict(conv2d=keras.layers.Conv2D, dense=keras.layers.Dense, flatten=keras.layers.Flatten,
               batch_normalization=keras.layers.BatchNormalization, activation=keras.layers.Activation,
               depthwise_conv2d=keras.layers.DepthwiseConv2D, separable_conv2d=keras.layers.SeparableConv2D,
               conv2d_transpose=keras.layers.Conv2DTranspose, prelu=keras.layers.PReLU,
               layer_normalization=keras.layers.LayerNormalization,
               group_normalization=keras.layers.GroupNormalization, max_pooling2d=keras.layers.MaxPooling2D,
               activity_regularization=keras.layers.ActivityRegularization)


def part(kind, node):
    """An object of Keras of a name with options."""
    node = dict(node) if isinstance(node, dict) else dict(name=node)
    name = node.pop("name")
    names = dict(l1="L1", l2="L2", l1_l2="L1L2", max_norm="MaxNorm", non_neg="NonNeg", unit_norm="UnitNorm",
                 min_max_norm="MinMaxNorm")
    return getattr(getattr(keras, kind + "s"), names[name])(**node)


def case(name, shape, layers, last=dict(activation="softmax"), deviation=0.7):
    inputs, labels = golden.normal(32, *shape), random.integers(0, 4, 32)
    model = keras.Sequential([keras.Input(shape)])
    for layer in layers + [last]:
        (kind, options), = layer.items()
        options = dict(activation=options) if isinstance(options, str) else dict(options)
        for key in options:
            for suffix in ("regularizer", "constraint"):
                if key.endswith(suffix):
                    options[key] = part(suffix, options[key])
        model.add(CLASSES[kind](**options))
    for variable in model.trainable_variables:
        variable.assign(golden.normal(*variable.shape) * deviation)
    group = golden.write(f"weight_options/{name}", inputs=inputs, labels=labels)
    group.attrs["model"] = json.dumps(layers + [last])
    for index, variable in enumerate(model.variables):
        group[f"start.{index}"] = np.asarray(variable.value)
    model.compile(keras.optimizers.SGD(0.05), "sparse_categorical_crossentropy")
    losses = []
    for first in range(0, 32, 8):
        losses.append(float(model.train_on_batch(inputs[first:first + 8], labels[first:first + 8])))
        model.reset_metrics()
    group["loss"], group["evaluated"] = np.float64(np.mean(losses)), np.float64(model.evaluate(inputs, labels, verbose=0))
    for index, variable in enumerate(model.variables):
        group[f"after.{index}"] = np.asarray(variable.value)


case("penalties", (6,), [
    dict(dense=dict(units=9, activation="tanh", kernel_regularizer=dict(name="l2", l2=0.02), bias_regularizer="l1")),
    dict(dense=dict(units=4, kernel_regularizer=dict(name="l1_l2", l1=0.01, l2=0.03))),
])
case("images", (5, 6, 2), [
    dict(conv2d=dict(filters=3, kernel_size=[3, 2], kernel_regularizer=dict(name="l1", l1=0.02),
                     kernel_constraint=dict(name="max_norm", max_value=1.5, axis=[0, 1, 2]))),
    dict(batch_normalization=dict(gamma_regularizer=dict(name="l2", l2=0.05), beta_constraint="non_neg")),
    dict(activation="tanh"), dict(flatten={}),
    dict(dense=dict(units=4, kernel_constraint=dict(name="max_norm", max_value=0.8))),
])
case("constraints", (6,), [
    dict(dense=dict(units=7, activation="tanh", kernel_constraint="unit_norm", bias_constraint="non_neg")),
    dict(dense=dict(units=8, activation="tanh", kernel_constraint="non_neg",
                    bias_constraint=dict(name="max_norm", max_value=0.4))),
    dict(dense=dict(units=4, kernel_constraint=dict(name="min_max_norm", min_value=0.5, max_value=0.9, rate=0.7, axis=-1))),
])
case("separable", (6, 6, 2), [
    dict(depthwise_conv2d=dict(depth_multiplier=2, kernel_size=[3, 2], depthwise_regularizer=dict(name="l2", l2=0.02),
                               depthwise_constraint=dict(name="max_norm", max_value=0.9, axis=[0, 1]),
                               bias_regularizer=dict(name="l1", l1=0.03))),
    dict(separable_conv2d=dict(filters=3, kernel_size=2, activation="tanh", pointwise_regularizer="l2",
                               depthwise_constraint="unit_norm", pointwise_constraint="non_neg",
                               depthwise_regularizer=dict(name="l2", l2=0.05), bias_constraint="non_neg")),
    dict(layer_normalization=dict(gamma_regularizer=dict(name="l2", l2=0.05), beta_constraint="non_neg")),
    dict(flatten={}), dict(dense=dict(units=4)),
], deviation=0.4)
case("transposed", (4, 3, 2), [
    dict(conv2d_transpose=dict(filters=4, kernel_size=2, strides=2, kernel_regularizer=dict(name="l1_l2", l1=0.01, l2=0.02),
                               kernel_constraint=dict(name="max_norm", max_value=1, axis=[0, 1]),
                               bias_regularizer="l2")),
    dict(prelu=dict(shared_axes=[1, 2], alpha_regularizer=dict(name="l1", l1=0.02),
                    alpha_constraint=dict(name="max_norm", max_value=0.8, axis=-1))),
    dict(group_normalization=dict(groups=2, gamma_constraint="unit_norm", beta_regularizer=dict(name="l2", l2=0.1))),
    dict(flatten={}), dict(dense=dict(units=4)),
], deviation=0.2)
case("activities", (7, 6, 2), [
    dict(conv2d=dict(filters=3, kernel_size=3, activation="relu", activity_regularizer=dict(name="l1", l1=0.003))),
    dict(max_pooling2d={}),
    dict(batch_normalization=dict(activity_regularizer=dict(name="l2", l2=0.02))),
    dict(activation=dict(activation="tanh", activity_regularizer=dict(name="l2", l2=0.01))), dict(flatten={}),
    dict(dense=dict(units=9, activation="gelu", activity_regularizer=dict(name="l1_l2", l1=0.02, l2=0.01))),
    dict(activity_regularization=dict(l1=0.01, l2=0.03)),
    dict(dense=dict(units=4)),
])
case("outputs", (5,), [dict(dense=dict(units=4))],
     dict(activation=dict(activation="softmax", activity_regularizer=dict(name="l2", l2=0.7))))
golden.layer_case("activity_regularization", "ActivityRegularization", dict(l1=0.1, l2=0.2), golden.normal(3, 11))
golden.end()
