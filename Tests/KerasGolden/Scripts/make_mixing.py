"""Makes mixing.h5: what Keras' MixUp and CutMix make of a batch for given draws.

    python make_mixing.py [mixing.h5]     # needs: pip install keras==3.15.1 jax h5py

`mixing/<case>`, attribute `configuration`; datasets `images` and `labels` of a batch, `partners`, the drawn `shares`, of
CutMix also `left` and `top` (uniform draws of the place), and the results `mixed_shares`, `mixed_images` and
`mixed_labels`. Afterwards run `Tests/HDF5Tests/Golden/list_contents.py`.
"""
from golden import begin, end, jnp, keras, normal, np, write

random = begin("mixing.h5", 20261201)


def batch(samples, height, width, channels, classes):
    labels = np.eye(classes, dtype="float32")[random.integers(0, classes, samples)]
    return normal(samples, height, width, channels), labels, random.permutation(samples).astype("int32")


def case(name, layer, images, labels, partners, transformation, **draws):
    write(
        f"mixing/{name}", images=images, labels=labels, partners=partners, **draws,
        mixed_shares=transformation["mix_weight"],
        mixed_images=layer.transform_images(jnp.asarray(images), transformation, training=True),
        mixed_labels=layer.transform_labels(jnp.asarray(labels), transformation, training=True))


images, labels, partners = batch(7, 5, 4, 3, 4)
shares = random.beta(0.7, 0.7, 7).astype("float32")
case(
    "mix_up", keras.layers.MixUp(0.7), images, labels, partners,
    dict(mix_weight=jnp.asarray(shares), permutation_order=jnp.asarray(partners)), shares=shares)

layer = keras.layers.CutMix(1.0)
uniform = layer.backend.random.uniform
for name, size in (("cut_mix", (12, 9, 3)), ("cut_mix_gray", (6, 11, 1))):
    images, labels, partners = batch(9, *size, 4)
    shares = random.beta(0.8, 0.8, 9).astype("float32")
    shares[:2] = 0, 1
    left, top = (random.integers(0, 2**24, 9).astype("float32") / np.float32(2**24) for _ in range(2))
    ratio = jnp.sqrt(1 - jnp.asarray(shares))
    bounds = []
    for draws, length in ((left, size[1]), (top, size[0])):
        layer.backend.random.uniform = lambda draws=draws, **options: jnp.asarray(draws)
        bounds += layer._compute_crop_bounds(9, length, ratio, None)
    layer.backend.random.uniform = uniform
    masks, mixed = layer._generate_batch_mask(images.shape, bounds)
    case(
        name, layer, images, labels, partners,
        dict(mix_weight=mixed, permutation_order=jnp.asarray(partners), batch_masks=masks),
        shares=shares, left=left, top=top)

end()
