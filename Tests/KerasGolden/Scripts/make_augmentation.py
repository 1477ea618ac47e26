"""Makes augmentation.h5: what Keras makes of images for given draws, and what its layers that resize and crop compute.

    python make_augmentation.py [augmentation.h5]     # needs: pip install keras==3.15.1 jax h5py; takes minutes

The draws are those of a first layer of an unseeded run, see golden.py. Afterwards run
`Tests/HDF5Tests/Golden/list_contents.py`. What is in a case: golden.py.
"""
import math

from golden import begin, built, end, images, jax, jnp, layer_case, layer_group, normal, np, philox

begin("augmentation.h5", 20261128)


class Draws:
    """The random numbers of a sample of epoch 0, for layer 0."""

    def __init__(self, seed, sample):
        self.seed, self.sample, self.words = seed, sample, []

    def word(self, index):
        while len(self.words) <= index:
            self.words += philox([len(self.words) // 4, self.sample, 0, 5 << 24], [self.seed, 0])
        return self.words[index]

    def __getitem__(self, index):
        return np.float32(self.word(index) >> 8) * np.float32(2**-24)

    def between(self, index, lower, upper):
        lower, upper = np.float32(lower), np.float32(upper)
        return lower + (upper - lower) * self[index]

    def normals(self, start, count):
        """Box and Muller, from the word `start` on."""
        numbers = []
        for pair in range(start, start + count + 1, 2):
            radius = math.sqrt(-2 * math.log((self.word(pair) + 0.5) / 2**32))
            angle = self.word(pair + 1) / 2**32 * (2 * math.pi)
            numbers += [radius * math.cos(angle), radius * math.sin(angle)]
        return np.array(numbers[:count], "float32")


def rotation(layer, draws, shape):
    angle = jnp.array([draw.between(0, layer.factor[0] * 360, layer.factor[1] * 360) for draw in draws])
    zeros = jnp.zeros(len(draws))
    matrix = layer._compute_affine_matrix(
        center_x=0.5, center_y=0.5, angle=angle, translate_x=zeros, translate_y=zeros, scale=zeros + 1, shear_x=zeros,
        shear_y=zeros, height=shape[1], width=shape[2])
    return dict(rotation_matrix=matrix)


def zoom(layer, draws, shape):
    height = [draw.between(0, 1 + layer.height_lower, 1 + layer.height_upper) for draw in draws]
    width = height
    if layer.width_factor is not None:
        width = [draw.between(1, 1 + layer.width_lower, 1 + layer.width_upper) for draw in draws]
    return dict(height_zoom=jnp.array(height)[:, None], width_zoom=jnp.array(width)[:, None], input_shape=shape)


def brightness(layer, draws, shape):
    delta = np.array([draw.between(0, *layer.factor) for draw in draws])
    delta = delta * np.float32(layer.value_range[1] - layer.value_range[0])
    return dict(rgb_delta=jnp.array(delta).reshape(-1, 1, 1, 1))


def contrast(layer, draws, shape):
    factor = [draw.between(0, 1 - layer.factor[0], 1 + layer.factor[1]) for draw in draws]
    return dict(contrast_factor=jnp.array(factor).reshape(-1, 1, 1, 1))


def erasing(layer, draws, shape):
    corners, applied, fill = [], [], np.zeros(shape, "float32")
    for draw in draws:
        (width, height) = [np.sqrt(draw.between(i, *layer.scale)) * np.float32(shape[2 - i]) for i in (0, 1)]
        left, top = draw[2] * (np.float32(shape[2]) - width), draw[3] * (np.float32(shape[1]) - height)
        corners.append([left, left + width, top, top + height])
        applied.append(draw[5] < draw.between(4, *layer.factor))
    masks = layer._generate_batch_mask(shape, tuple(jnp.array(corners).T))
    if layer.fill_value is None:
        for index, draw in enumerate(draws):
            mask = np.asarray(masks[index])
            fill[index][mask] = draw.normals(6, mask.sum()) * np.float32(layer.value_range[1])
        fill = np.clip(fill, *layer.value_range)
    else:
        # As Keras' own function, which fails with JAX for a value per channel.
        fill = np.clip(np.broadcast_to(np.array(layer.fill_value, "float32"), shape), *layer.value_range)
    assert len(set(applied)) == 2 or layer.factor[0] == 1, applied
    return dict(apply_erasing=jnp.array(applied), batch_masks=masks, fill_value=jnp.asarray(fill))


TRANSFORMATIONS = dict(RandomRotation=rotation, RandomZoom=zoom, RandomBrightness=brightness, RandomContrast=contrast,
                       RandomErasing=erasing)


def transformed(layer, class_name, draws, shape):
    """The function of all images."""
    if class_name != "RandomCrop":
        transformation = TRANSFORMATIONS[class_name](layer, draws, shape)
        return lambda values: layer.transform_images(values, transformation)
    starts = [layer.get_random_transformation(np.zeros(shape, "float32"), seed=1) for _ in draws]
    if shape[1] > layer.height and shape[2] > layer.width:
        # Keras draws one place for a batch.
        starts = [(int(draw[0] * np.float32(shape[1] - layer.height + 1)),
                   int(draw[1] * np.float32(shape[2] - layer.width + 1))) for draw in draws]
    return lambda values: jnp.concatenate(
        [layer.transform_images(values[i:i + 1], start) for i, start in enumerate(starts)])


def case(name, class_name, configuration, values):
    """Keras' layer in training with these draws, forward and backward."""
    layer = built(class_name, configuration, [values])
    draws = [Draws(configuration.get("seed") or 0, sample) for sample in range(len(values))]
    group = layer_group(name, layer, configuration, [values], None, "training")
    output, backward = jax.vjp(transformed(layer, class_name, draws, values.shape), jnp.asarray(values))
    output_gradient = images(*output.shape)
    group["output"], group["output_gradient"] = np.asarray(output), output_gradient
    group["input_gradients.0"] = np.asarray(backward(jnp.asarray(output_gradient))[0])
    print(name)


for fill_mode in ("reflect", "wrap", "constant", "nearest"):
    for interpolation in ("bilinear", "nearest"):
        options = dict(fill_mode=fill_mode, interpolation=interpolation)
        if fill_mode == "constant":
            options["fill_value"] = -1.5
        case(f"random_rotation_{fill_mode}_{interpolation}", "RandomRotation", dict(factor=0.3, **options), images(4, 6, 5, 3))
        case(f"random_zoom_{fill_mode}_{interpolation}", "RandomZoom",
             dict(height_factor=[-0.4, 0.5], width_factor=0.7, **options), images(4, 6, 5, 3))
case("random_rotation_pair", "RandomRotation", dict(factor=[0.2, -1], seed=3), images(4, 9, 13, 2))
case("random_rotation_right", "RandomRotation", dict(factor=[0.25, 0.25]), images(2, 5, 5, 2))
case("random_zoom_one", "RandomZoom", dict(height_factor=0.3, seed=4), images(4, 7, 8, 1))
case("random_zoom_in", "RandomZoom", dict(height_factor=[-0.5, -0.5], width_factor=-0.2), images(3, 8, 6, 2))

case("random_brightness", "RandomBrightness", dict(factor=0.01, value_range=[-100, 100]), images(4, 6, 5, 3))
case("random_brightness_default", "RandomBrightness", dict(factor=[-0.6, 0.2]), images(4, 8, 7, 3) * 60 + 128)
case("random_brightness_unit", "RandomBrightness", dict(factor=0.5, value_range=[1, 0], seed=5), images(5, 9, 6, 3) / 4 + 0.5)
case("random_contrast", "RandomContrast", dict(factor=[0.5, 0.9], value_range=[-100, 100]), images(4, 6, 5, 3))
case("random_contrast_default", "RandomContrast", dict(factor=0.8), images(4, 8, 7, 3) * 60 + 128)
case("random_contrast_unit", "RandomContrast", dict(factor=[0.9, 1], value_range=[0, 1], seed=6), images(5, 9, 7, 2) / 4 + 0.5)
case("random_erasing", "RandomErasing", dict(scale=[0.1, 0.6], value_range=[-1, 1]), images(6, 6, 5, 3))
case("random_erasing_default", "RandomErasing", dict(factor=[1, 1], seed=7), images(4, 12, 9, 3))
case("random_erasing_value", "RandomErasing", dict(factor=[0.3, 0.9], scale=[0.2, 0.5], fill_value=0.5), images(8, 9, 13, 2))
case("random_erasing_values", "RandomErasing",
     dict(factor=[1, 1], scale=[0.3, 0.9], fill_value=[1.0, -2.0, 300.0]), images(3, 7, 8, 3))

case("random_crop", "RandomCrop", dict(height=3, width=4), images(4, 6, 5, 3))
case("random_crop_large", "RandomCrop", dict(height=9, width=5, seed=8), images(6, 13, 11, 2))
case("random_crop_one_axis", "RandomCrop", dict(height=4, width=5), images(3, 7, 5, 2))
case("random_crop_wide", "RandomCrop", dict(height=4, width=9), images(3, 7, 6, 2))
case("random_crop_smaller", "RandomCrop", dict(height=9, width=8), images(3, 5, 7, 2))
case("random_crop_same", "RandomCrop", dict(height=5, width=7), images(3, 5, 7, 2))
layer_case("random_crop_same_inference", "RandomCrop", dict(height=5, width=7), images(3, 5, 7, 2), training=False)

for interpolation in ("bilinear", "nearest"):
    for name, shape, height, width in [
        ("larger", (2, 5, 4, 3), 9, 7), ("smaller", (2, 9, 11, 2), 4, 3), ("mixed", (2, 6, 7, 1), 11, 4), ("double", (2, 4, 3, 2), 8, 6),
        ("half", (2, 8, 6, 2), 4, 3),
    ]:
        layer_case(f"resizing_{interpolation}_{name}", "Resizing",
                   dict(height=height, width=width, interpolation=interpolation), normal(*shape))
        layer_case(f"resizing_{interpolation}_{name}_crop", "Resizing",
                   dict(height=height, width=width, interpolation=interpolation, crop_to_aspect_ratio=True), normal(*shape))
for name, shape, height, width in [
    ("even", (2, 8, 6, 2), 4, 2), ("odd", (2, 7, 6, 2), 4, 3), ("smaller", (2, 5, 7, 2), 6, 9), ("one_axis", (2, 5, 7, 3), 8, 4),
    ("same", (2, 5, 7, 1), 5, 7),
]:
    layer_case(f"center_crop_{name}", "CenterCrop", dict(height=height, width=width), normal(*shape))
end()
