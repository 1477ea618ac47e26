"""Makes values.h5: what Keras computes for losses and metrics over float targets, for the tests beside it.

    python make_values.py [values.h5]     # needs: pip install keras==3.15.1 jax h5py

Every case of a loss is a group with the attributes `loss`, `configuration` (its options as JSON) and `form` (outputs), and
with `outputs` and `targets` (samples, n), `losses` (samples) and `gradient` (samples, n) of the mean over all samples; for a
metric `results` (samples), what it makes of each sample, and `labels` where targets are classes.
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
from keras.src.trainers.compile_utils import get_metric

random = np.random.default_rng(20260102)
target = sys.argv[1] if len(sys.argv) > 1 else os.path.join(
    os.path.dirname(os.path.abspath(__file__)), "..", "Files", "values.h5")
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


def loss_case(name, kind, outputs, targets, **options):
    def mean(outputs):
        losses = getattr(keras.losses, kind)(jnp.asarray(targets), outputs, **options)
        return jnp.mean(losses), losses

    (_, losses), gradient = jax.value_and_grad(mean, has_aux=True)(jnp.asarray(outputs))
    group = write(f"losses/{name}", outputs=outputs, targets=targets, losses=losses, gradient=gradient)
    group.attrs["loss"], group.attrs["form"], group.attrs["configuration"] = kind, "outputs", json.dumps(options)


def metric_case(name, identifier, outputs, targets):
    """Updates the metric with each sample on its own."""
    results = []
    for index in range(len(outputs)):
        # Keras gives a vector of labels a second axis.
        row = targets[index:index + 1]
        row = row[:, None] if row.ndim == 1 else row
        metric = get_metric(identifier, row, outputs[index:index + 1])
        metric.update_state(row, outputs[index:index + 1])
        results.append(float(metric.result()))
    kind = {"labels": targets} if targets.ndim == 1 else {"targets": targets}
    write(f"metrics/{name}", outputs=outputs, results=np.array(results, "float64"), **kind)


outputs, targets = normal(7, 5) * 3, normal(7, 5) * 2
outputs[2] = targets[2]
outputs[3, 1] = targets[3, 1]
for name, count in (("odd", 5), ("single", 1)):
    for kind in ("mean_squared_error", "mean_absolute_error"):
        # At equal numbers the gradient of |x| is 1 with JAX and 0 with TensorFlow.
        apart = outputs + (outputs == targets) * np.float32(0.25)
        loss_case(f"{kind}_{name}", kind, apart[:, :count], targets[:, :count])
        metric_case(f"{kind}_{name}", kind, outputs[:, :count], targets[:, :count])

# Probabilities, some of them clipped; logits, some of them saturated; targets that are no zeros and ones, too.
probabilities = random.uniform(0.01, 0.99, (8, 3)).astype("float32")
probabilities[5] = [0, 1, 0.5]
probabilities[6] = [1e-9, 1 - 4e-7, 1]
logits = np.concatenate([normal(6, 3) * 4, [[-120, 120, 0], [40, -40, 17]]]).astype("float32")
hard = random.integers(0, 2, (8, 3)).astype("float32")
soft = random.uniform(0, 1, (8, 3)).astype("float32")
for name, count, targets in (("odd", 3, hard), ("soft", 3, soft), ("single", 1, hard)):
    loss_case(f"binary_crossentropy_{name}", "binary_crossentropy", probabilities[:, :count], targets[:, :count])
    loss_case(f"binary_crossentropy_logits_{name}", "binary_crossentropy", logits[:, :count], targets[:, :count],
              from_logits=True)

# Accuracy by the shapes of outputs and targets.
probabilities[0] = [0.5, 0.5, 0.50001]
metric_case("binary_accuracy_odd", "binary_accuracy", probabilities, hard)
metric_case("binary_accuracy_single", "binary_accuracy", probabilities[:, :1], hard[:, :1])
metric_case("accuracy_one_output", "accuracy", probabilities[:, :1], hard[:, :1])
metric_case("accuracy_one_hot", "accuracy", probabilities, np.eye(3, dtype="float32")[random.integers(0, 3, 8)])
metric_case("accuracy_several", "accuracy", probabilities, hard)
metric_case("accuracy_labels", "accuracy", probabilities, random.integers(0, 3, 8))
