"""Makes convolutions.h5: what Keras computes for convolutions with dilation and groups, depthwise, separable and transposed ones.

    python make_convolutions.py [convolutions.h5]     # needs: pip install keras==3.15.1 jax h5py; takes a minute

Afterwards run `Tests/HDF5Tests/Golden/list_contents.py`. What is in a case: golden.py.
"""
from golden import begin, end, layer_case, normal

begin("convolutions.h5", 20261127)

for name, shape, configuration in [
    ("dilated", (2, 9, 8, 3), dict(filters=4, kernel_size=[3, 3], dilation_rate=[2, 2], padding="same", activation="tanh")),
    ("dilated_rows", (2, 9, 5, 2), dict(filters=3, kernel_size=[3, 2], dilation_rate=[3, 1], padding="valid")),
    ("dilated_columns", (2, 4, 11, 2), dict(filters=18, kernel_size=[2, 3], dilation_rate=[1, 4], activation="relu")),
    ("dilated_small", (2, 5, 5, 2), dict(filters=2, kernel_size=[2, 2], dilation_rate=[2, 3], activation="sigmoid")),
    ("groups", (2, 5, 4, 4), dict(filters=6, kernel_size=[3, 2], groups=2, padding="same", activation="sigmoid")),
    ("groups_strides", (2, 9, 7, 6), dict(filters=9, kernel_size=[3, 3], groups=3, strides=[2, 3], padding="same")),
    ("groups_wide", (2, 6, 5, 34), dict(filters=38, kernel_size=[2, 3], groups=2, activation="relu")),
    ("groups_dilated", (2, 7, 6, 4), dict(filters=8, kernel_size=[3, 2], groups=4, dilation_rate=[2, 1], use_bias=False)),
    ("groups_of_one", (2, 6, 5, 3), dict(filters=6, kernel_size=[2, 2], groups=3, strides=[2, 1], activation="softmax")),
]:
    layer_case(f"conv2d_{name}", "Conv2D", configuration, normal(*shape))

for name, shape, configuration in [
    ("default", (2, 6, 5, 3), dict(kernel_size=[3, 3])),
    ("same", (2, 7, 6, 17), dict(kernel_size=[3, 3], padding="same", activation="relu")),
    ("strides", (2, 8, 9, 5), dict(kernel_size=[3, 3], strides=[2, 2], padding="same", activation="tanh")),
    ("strides_apart", (2, 9, 10, 4), dict(kernel_size=[2, 3], strides=[3, 2], padding="valid", use_bias=False)),
    ("beyond_kernel", (2, 9, 9, 2), dict(kernel_size=[2, 2], strides=[3, 3], padding="valid")),
    ("multiplier", (2, 6, 4, 3), dict(kernel_size=[3, 2], depth_multiplier=2, padding="same", activation="sigmoid")),
    ("multiplier_strides", (2, 7, 6, 6), dict(kernel_size=[2, 2], depth_multiplier=3, strides=[2, 2], activation="relu")),
    ("dilated", (2, 9, 8, 3), dict(kernel_size=[3, 3], dilation_rate=[2, 3], padding="same", activation="softmax")),
    ("dilated_multiplier", (2, 7, 9, 2), dict(kernel_size=[2, 3], dilation_rate=[3, 2], depth_multiplier=2)),
    ("large_kernel", (2, 8, 9, 3), dict(kernel_size=[5, 7], padding="same")),
    ("one_by_one", (2, 4, 5, 3), dict(kernel_size=[1, 1], strides=[1, 2])),
    ("wide", (2, 5, 6, 40), dict(kernel_size=[3, 3], padding="same")),
]:
    layer_case(f"depthwise_conv2d_{name}", "DepthwiseConv2D", configuration, normal(*shape))

for name, shape, configuration in [
    ("default", (2, 6, 5, 3), dict(filters=4, kernel_size=[3, 3])),
    ("same", (2, 6, 7, 5), dict(filters=7, kernel_size=[3, 3], padding="same", activation="relu")),
    ("strides", (2, 8, 7, 3), dict(filters=5, kernel_size=[3, 2], strides=[2, 2], padding="same", activation="tanh")),
    ("multiplier", (2, 5, 6, 3), dict(filters=4, kernel_size=[2, 3], depth_multiplier=3, use_bias=False)),
    ("dilated", (2, 7, 8, 4), dict(filters=3, kernel_size=[3, 2], dilation_rate=[2, 3], padding="same", activation="sigmoid")),
    ("wide", (2, 5, 4, 20), dict(filters=35, kernel_size=[3, 3], padding="same", activation="softmax")),
]:
    layer_case(f"separable_conv2d_{name}", "SeparableConv2D", configuration, normal(*shape))

for name, shape, configuration in [
    ("default", (2, 4, 5, 3), dict(filters=2, kernel_size=[3, 2])),
    ("strides", (2, 4, 5, 3), dict(filters=4, kernel_size=[3, 3], strides=[2, 2], activation="tanh")),
    ("same", (2, 4, 3, 5), dict(filters=6, kernel_size=[3, 3], strides=[2, 2], padding="same", activation="relu")),
    ("same_even", (2, 5, 4, 2), dict(filters=3, kernel_size=[4, 2], strides=[2, 3], padding="same", use_bias=False)),
    ("same_one", (2, 5, 4, 3), dict(filters=3, kernel_size=[3, 4], padding="same", activation="sigmoid")),
    ("beyond_kernel", (2, 3, 4, 2), dict(filters=3, kernel_size=[2, 1], strides=[4, 3], padding="valid")),
    ("beyond_kernel_same", (2, 3, 4, 2), dict(filters=3, kernel_size=[2, 1], strides=[4, 3], padding="same")),
    ("output_padding", (2, 3, 4, 3), dict(filters=2, kernel_size=[3, 3], strides=[2, 3], output_padding=[1, 2])),
    ("output_padding_none", (2, 3, 4, 2), dict(filters=3, kernel_size=[2, 3], strides=[3, 2], output_padding=[0, 0])),
    ("output_padding_same", (2, 4, 3, 2),
     dict(filters=3, kernel_size=[3, 4], strides=[2, 3], padding="same", output_padding=[1, 2], activation="softmax")),
    ("output_padding_same_none", (2, 4, 3, 2),
     dict(filters=3, kernel_size=[5, 4], strides=[2, 3], padding="same", output_padding=[0, 0])),
    ("dilated", (2, 5, 4, 2), dict(filters=3, kernel_size=[3, 2], dilation_rate=[2, 3], padding="valid")),
    ("dilated_same", (2, 6, 7, 2), dict(filters=3, kernel_size=[3, 2], dilation_rate=[2, 3], padding="same")),
    ("wide", (2, 4, 3, 35), dict(filters=18, kernel_size=[3, 3], strides=[2, 2], padding="same")),
]:
    layer_case(f"conv2d_transpose_{name}", "Conv2DTranspose", configuration, normal(*shape))
end()
