"""Makes losses.h5: losses with their options, over classes, distributions and numbers. See golden.py for what it has.

    python make_losses.py [losses.h5]     # needs: pip install keras==3.15.1 jax h5py
"""
import json

import golden
from golden import jax, jnp, keras, np

random = golden.begin("losses.h5", 20261127)


def case(name, kind, outputs, form="outputs", labels=None, targets=None, **options):
    """A function of Keras with its gradient; `form` is logits for what a model's softmax would get."""
    rows = np.eye(outputs.shape[1], dtype="float32")[labels] if targets is None else targets
    arguments = options | (dict(from_logits=True) if form == "logits" else {})

    def mean(outputs):
        losses = getattr(keras.losses, kind)(jnp.asarray(rows), outputs, **arguments)
        return jnp.mean(losses), losses

    (_, losses), gradient = jax.value_and_grad(mean, has_aux=True)(jnp.asarray(outputs))
    kinds = dict(labels=labels) if targets is None else dict(targets=targets)
    group = golden.write(f"losses/{name}", outputs=outputs, losses=losses, gradient=gradient, **kinds)
    group.attrs["loss"], group.attrs["form"], group.attrs["configuration"] = kind, form, json.dumps(options)


def probabilities(*shape):
    return random.uniform(0.05, 0.95, shape).astype("float32")


# Classes and distributions, some of which do not sum to 1; logits, and probabilities of which some are clipped.
logits = golden.normal(7, 5) * 3
outputs = probabilities(7, 5)
outputs[4] = [1, 0, 0, 0, 0]
outputs[5] = [1e-9, 0.4, 0.3, 0.2, 0.1]
labels = np.array([0, 4, 2, 1, 1, 0, 3], "int64")
soft = random.dirichlet(np.ones(5), 7).astype("float32")
soft[3] = [0, 0.5, 0.5, 0, 0]
soft[6] = [0.25, 0.5, 0.1, 0, 0.4]
one_hot = np.eye(5, dtype="float32")[labels]
for kind in ("categorical_crossentropy", "categorical_focal_crossentropy"):
    for form, values, options in (("logits", logits, {}), ("outputs", logits, dict(from_logits=True)),
                                  ("outputs", outputs, {})):
        name = f"{kind}_{'softmax' if form == 'logits' else 'logits' if options else 'probabilities'}"
        case(f"{name}_soft", kind, values, form, targets=soft, **options)
        case(f"{name}_one_hot", kind, values, form, targets=one_hot, **options)
        case(f"{name}_smooth", kind, values, form, labels=labels, label_smoothing=0.1, **options)
        case(f"{name}_soft_smooth", kind, values, form, targets=soft, label_smoothing=0.3, **options)
case("categorical_focal_crossentropy_other", "categorical_focal_crossentropy", logits, "logits", labels=labels,
     alpha=0.7, gamma=1.5)

# Independent probabilities.
outputs = probabilities(6, 3)
logits = golden.normal(6, 3) * 3
hard, soft = random.integers(0, 2, (6, 3)).astype("float32"), probabilities(6, 3)
for kind in ("binary_crossentropy", "binary_focal_crossentropy"):
    for name, values, options in (("logits", logits, dict(from_logits=True)), ("probabilities", outputs, {})):
        case(f"{kind}_{name}_hard", kind, values, targets=hard, **options)
        case(f"{kind}_{name}_smooth", kind, values, targets=hard, label_smoothing=0.2, **options)
        case(f"{kind}_{name}_soft", kind, values, targets=soft, **options)
case("binary_focal_crossentropy_balanced", "binary_focal_crossentropy", outputs, targets=hard,
     apply_class_balancing=True, alpha=0.7, gamma=1.5)
case("binary_focal_crossentropy_single", "binary_focal_crossentropy", outputs[:, :1], targets=hard[:, :1], gamma=0.0)

# Numbers.
outputs, targets = golden.normal(7, 5) * 2, golden.normal(7, 5) * 2
for name, count in (("odd", 5), ("single", 1)):
    for kind, options in (("huber", {}), ("huber", dict(delta=0.3)), ("log_cosh", {}),
                          ("mean_absolute_percentage_error", {})):
        suffix = "_" + "_".join(options) if options else ""
        case(f"{kind}_{name}{suffix}", kind, outputs[:, :count], targets=targets[:, :count], **options)
case("log_cosh_far", "log_cosh", outputs * 30, targets=targets)
counts = random.integers(0, 6, (7, 5)).astype("float32")
positive = np.abs(outputs) + np.float32(0.1)
case("poisson_odd", "poisson", positive, targets=counts)
# Below the limit there is no gradient.
positive[2] = -1
case("mean_squared_logarithmic_error_odd", "mean_squared_logarithmic_error", positive, targets=np.abs(targets))

# Margins.
signs = np.sign(targets).astype("float32")
for kind in ("hinge", "squared_hinge"):
    case(f"{kind}_signs", kind, outputs, targets=signs)
    case(f"{kind}_binary", kind, outputs, targets=(signs + 1) / 2)
case("categorical_hinge_classes", "categorical_hinge", outputs, targets=one_hot)

# Directions and distributions.
case("cosine_similarity_odd", "cosine_similarity", outputs, targets=targets)
case("cosine_similarity_single", "cosine_similarity", outputs[:, :1] + 4, targets=targets[:, :1])
shares, goals = probabilities(7, 5), random.dirichlet(np.ones(5), 7).astype("float32")
shares[1] = [1e-9, 1.5, 0.2, 0, 0.3]
goals[2] = [0, 1, 0, 0, 0]
case("kl_divergence_odd", "kl_divergence", shares, targets=goals)
golden.end()
