"""Makes keras.h5: what Keras computes for layers, losses and optimizers, for the tests of everything in the catalogs.

    python make_golden.py [keras.h5]     # needs: pip install keras==3.15.1 jax h5py; takes minutes

Afterwards run `Tests/HDF5Tests/Golden/list_contents.py`: the reader of HDF5 files is tested on all golden files. What is in
a case: golden.py.
"""
from golden import (augmentation_case, begin, end, exact_normalization, images, jax, jnp, keras, layer_case, loss_case,
                    normal, np, optimizer_case, write)

random = begin("keras.h5", 20260101)

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
    ("sigmoid", (3, 4, 9, 1), dict(filters=2, kernel_size=[2, 3], strides=[1, 3], padding="valid", activation="sigmoid")),
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
        ("small", (3, 5, 7, 2), dict(pool_size=[2, 3], strides=[1, 2], padding="same")),
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
    layer_case(f"activation_{activation}", "Activation", dict(activation=activation), normal(3, 3, 5, 6))
layer_case("relu_image", "ReLU", {}, normal(3, 4, 5, 3))
layer_case("relu_vector", "ReLU", {}, normal(4, 11))
layer_case("rescaling_bytes", "Rescaling", dict(scale=1 / 255), random.integers(0, 256, (2, 5, 6, 3)).astype("float32"))
layer_case("rescaling_signed", "Rescaling", dict(scale=0.0078125, offset=-1.0), normal(3, 17) * 100)

# Several inputs.
for count in (2, 3, 5):
    layer_case(f"add_{count}", "Add", {}, *[normal(3, 4, 3, 2) for _ in range(count)])
layer_case("add_vectors", "Add", {}, normal(4, 21), normal(4, 21))
layer_case("concatenate_images", "Concatenate", {}, normal(3, 4, 5, 2), normal(3, 4, 5, 3))
layer_case("concatenate_many", "Concatenate", dict(axis=-1), *[normal(2, 3, 2, count) for count in (1, 4, 2, 17)])
layer_case("concatenate_vectors", "Concatenate", {}, normal(4, 7), normal(4, 16), normal(4, 1))

# Dropout: what is dropped in training is no other program's business.
layer_case("dropout_inference", "Dropout", dict(rate=0.4), normal(3, 4, 5, 2), training=False)
layer_case("dropout_none", "Dropout", dict(rate=0.0), normal(3, 8))

for keepdims in (False, True):
    name = "keepdims" if keepdims else "vector"
    layer_case(f"global_average_{name}", "GlobalAveragePooling2D", dict(keepdims=keepdims), normal(3, 5, 4, 5))
layer_case("global_average_wide", "GlobalAveragePooling2D", {}, normal(2, 17, 13, 3))

# Batch normalization: after images and after vectors, with and without its variables, one sample alone.
for name, shape, configuration in [
    ("image", (4, 3, 5, 6), {}),
    ("vector", (9, 7), {}),
    ("other", (5, 4, 3, 2), dict(momentum=0.7, epsilon=0.05)),
    ("channels", (3, 6, 5, 19), dict(momentum=0.9)),
    ("no_center", (4, 3, 2, 5), dict(center=False)),
    ("no_scale", (4, 3, 2, 5), dict(scale=False)),
    ("neither", (6, 8), dict(center=False, scale=False)),
    ("one_image", (1, 4, 5, 3), {}),
]:
    values = normal(*shape) * 2 + 0.5
    layer_case(f"batch_normalization_{name}", "BatchNormalization", configuration, values)
    layer_case(f"batch_normalization_{name}_inference", "BatchNormalization", configuration, values, training=False)
# One vector has no variance: its gradient is 0 but for rounding, which Keras multiplies by 32.
exact_normalization("batch_normalization_one_vector", {}, normal(1, 6))
exact_normalization("batch_normalization_far", {}, normal(4, 5, 6, 3) + np.float32(1e4))
exact_normalization("batch_normalization_far_vectors", dict(momentum=0.9), normal(50, 4) - np.float32(1e4))

# Augmentation.
for name, configuration in [
    ("default", {}), ("horizontal", dict(mode="horizontal")), ("vertical", dict(mode="vertical")),
    ("seed", dict(mode="horizontal_and_vertical", seed=2026)),
]:
    augmentation_case(f"random_flip_{name}", "RandomFlip", configuration, images(7, 5, 4, 3))
augmentation_case("random_flip_large", "RandomFlip", {}, images(4, 12, 17, 1))
layer_case("random_flip_inference", "RandomFlip", {}, images(3, 5, 4, 3), training=False)
for fill_mode in ("reflect", "wrap", "constant", "nearest"):
    for interpolation in ("bilinear", "nearest"):
        # Within an image, and farther than one has pixels; what fills is no longer 0.
        for name, shape, height, width in (("small", (5, 6, 5, 3), 0.3, [-0.25, 0.5]), ("far", (6, 9, 13, 1), 1, [-1, 0.5])):
            options = dict(height_factor=height, width_factor=width, fill_mode=fill_mode, interpolation=interpolation)
            if fill_mode == "constant":
                options["fill_value"] = -1.5
            augmentation_case(
                f"random_translation_{fill_mode}_{interpolation}_{name}", "RandomTranslation", options, images(*shape))
for name, shape, configuration in [
    ("default", (4, 6, 7, 2), dict(height_factor=0.2, width_factor=0.4)),
    ("negative", (4, 6, 7, 2), dict(height_factor=-0.2, width_factor=[0.4, -0.1], seed=7)),
    ("down", (4, 7, 5, 2), dict(height_factor=0.3, width_factor=0)),
    ("line", (4, 1, 9, 2), dict(height_factor=0.9, width_factor=0.3)),
    # Draws that are known: whole pixels, half ones, and the whole image.
    ("whole", (2, 6, 4, 2), dict(height_factor=[0.5, 0.5], width_factor=[-0.25, -0.25])),
    ("half", (2, 5, 7, 2), dict(height_factor=[0.5, 0.5], width_factor=[-0.5, -0.5])),
    ("half_nearest", (2, 5, 7, 2),
     dict(height_factor=[0.5, 0.5], width_factor=[-0.5, -0.5], fill_mode="wrap", interpolation="nearest")),
    ("all", (2, 5, 7, 2), dict(height_factor=[1, 1], width_factor=[-1, -1], fill_mode="nearest")),
]:
    augmentation_case(f"random_translation_{name}", "RandomTranslation", configuration, images(*shape))
layer_case("random_translation_inference", "RandomTranslation", dict(height_factor=0.5, width_factor=0.5),
           images(3, 5, 4, 3), training=False)

# Cross-entropy fused with a softmax, as TensorFlow computes it; in float64 from its formula, saturated rows included.
logits = np.concatenate([normal(6, 5) * 3, [[10, -30, 200, 0, 0], [200, -30, 10, 0, 0]]]).astype("float32")
labels = np.array([0, 4, 2, 1, 3, 3, 0, 0], "int64")
exact = logits.astype("float64")
exact = exact - exact.max(axis=1, keepdims=True)
log_sum = np.log(np.exp(exact).sum(axis=1))
one_hot = np.eye(5)[labels]


for class_name in ("categorical_crossentropy", "sparse_categorical_crossentropy"):
    for name, configuration, form in (("softmax", {}, "logits"), ("logits", dict(from_logits=True), "outputs")):
        loss_case(f"{class_name}_{name}", class_name, configuration, form, outputs=logits, labels=labels,
                  loss=np.mean(log_sum - (exact * one_hot).sum(axis=1)),
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


for name, loss in (("categorical_crossentropy", categorical), ("sparse_categorical_crossentropy", sparse)):
    value, gradient = jax.value_and_grad(loss)(jnp.asarray(outputs))
    loss_case(f"{name}_probabilities", name, {}, "outputs", outputs=outputs, labels=labels, loss=np.float64(value),
              gradient=gradient)

CLIPPING = {"clipnorm": dict(clipnorm=2.0), "clipvalue": dict(clipvalue=0.25), "global_clipnorm": dict(global_clipnorm=3.0)}
for name, class_name, configuration in [
    ("adam", "Adam", dict(learning_rate=0.001)),
    ("adam_other", "Adam", dict(learning_rate=0.01, beta_1=0.8, beta_2=0.99, epsilon=1e-5)),
    ("adam_decay", "Adam", dict(learning_rate=0.02, weight_decay=0.3)),
    ("adamw", "AdamW", dict(learning_rate=0.001)),
    ("adamw_decay", "AdamW", dict(learning_rate=0.02, weight_decay=0.5, beta_1=0.85)),
    ("adamw_excluding", "AdamW",
     dict(learning_rate=0.02, weight_decay=0.5, exclude_from_weight_decay=["bias"])),
    ("sgd", "SGD", dict(learning_rate=0.05)),
    ("sgd_momentum", "SGD", dict(learning_rate=0.05, momentum=0.9)),
    ("sgd_nesterov", "SGD", dict(learning_rate=0.05, momentum=0.8, nesterov=True)),
    ("sgd_decay", "SGD", dict(learning_rate=0.05, momentum=0.9, weight_decay=0.1)),
    ("sgd_excluding", "SGD", dict(learning_rate=0.05, weight_decay=0.1, exclude_from_weight_decay=["kernel"])),
    ("rmsprop", "RMSprop", dict(learning_rate=0.001)),
    ("rmsprop_other", "RMSprop", dict(learning_rate=0.01, rho=0.7, epsilon=1e-5, weight_decay=0.2)),
    ("rmsprop_momentum", "RMSprop", dict(learning_rate=0.01, momentum=0.9)),
    ("rmsprop_centered", "RMSprop", dict(learning_rate=0.01, centered=True)),
    ("rmsprop_all", "RMSprop", dict(learning_rate=0.005, rho=0.8, momentum=0.7, centered=True)),
]:
    optimizer_case(name, class_name, configuration)
    if name in ("adam", "adamw_decay", "sgd_nesterov", "rmsprop_all"):
        for clipping, options in CLIPPING.items():
            optimizer_case(f"{name}_{clipping}", class_name, configuration | options)

# Noise, as dropout: what is added in training is no other program's business. Behind all others, whose numbers stay.
layer_case("gaussian_noise_inference", "GaussianNoise", dict(stddev=0.4), normal(3, 4, 5, 2), training=False)
layer_case("gaussian_noise_none", "GaussianNoise", dict(stddev=0.0), normal(3, 8))

# Behind all others, whose numbers stay.
layer_case("normalization_image", "Normalization", dict(mean=[0.5, -1.0, 100.0], variance=[0.25, 2.0, 900.0]),
           normal(3, 4, 5, 3) * 30)
layer_case("normalization_single", "Normalization", dict(mean=2.0, variance=9.0), normal(4, 7))

# The limits of GlorotUniform, found by drawing far more numbers than it takes to come near them.
for name, shape in (("conv2d", (5, 5, 1, 10)), ("dense", (1440, 100)), ("output", (100, 10))):
    drawn = [np.abs(np.array(keras.initializers.GlorotUniform(seed=s)(shape))).max() for s in range(40)]
    write(f"initializers/glorot_uniform_{name}", shape=np.array(shape, "int64"), limit=np.float64(max(drawn)))
end()
