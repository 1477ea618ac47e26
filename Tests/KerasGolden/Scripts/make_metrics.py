"""Makes metrics.h5: metrics over all samples. `metric_totals/<case>` has the attributes `metric` and `configuration`, and the
datasets `outputs` (samples, n), `targets` (samples, n) or `labels` (samples), and `result`, a number or an array.

    python make_metrics.py [metrics.h5]     # needs: pip install keras==3.15.1 jax h5py
"""
import json

import golden
from golden import keras, np
from keras.src.metrics import metrics_utils

random = golden.begin("metrics.h5", 20261130)


def case(name, metric, class_name, outputs, targets, **options):
    keras_metric = getattr(keras.metrics, class_name)(**options)
    rows = targets
    if targets.ndim == 1:
        rows = targets[:, None] if class_name.startswith("Sparse") else np.eye(outputs.shape[1], dtype="float32")[targets]
    for part in (slice(0, 5), slice(5, None)):
        keras_metric.update_state(rows[part], outputs[part])
    group = golden.write(f"metric_totals/{name}", outputs=outputs, result=np.asarray(keras_metric.result(), np.float64),
                         **(dict(labels=targets) if targets.ndim == 1 else dict(targets=targets)))
    group.attrs["metric"], group.attrs["configuration"] = metric, json.dumps(options)


def softmax(*shape):
    values = np.exp(golden.normal(*shape) * 2)
    return (values / values.sum(axis=1, keepdims=True)).astype("float32")


outputs, labels = softmax(30, 6), random.integers(0, 6, 30)
outputs[3] = [0.2, 0.2, 0.2, 0.2, 0.1, 0.1]
soft = random.dirichlet(np.ones(6), 30).astype("float32")
sigmoids, hard = random.uniform(0, 1, (30, 4)).astype("float32"), random.integers(0, 2, (30, 4)).astype("float32")
sigmoids[0], sigmoids[1] = [0, 0.5, 1, 0.25], [1, 0, 0.5, 0.995]
numbers, goals = golden.normal(30, 4) * 2, golden.normal(30, 4) * 2

case("categorical_accuracy", "categorical_accuracy", "CategoricalAccuracy", outputs, soft)
case("sparse_categorical_accuracy", "sparse_categorical_accuracy", "SparseCategoricalAccuracy", outputs, labels)
case("top_k", "top_k_categorical_accuracy", "TopKCategoricalAccuracy", outputs, labels)
case("top_k_soft", "top_k_categorical_accuracy", "TopKCategoricalAccuracy", outputs, soft, k=3)
case("top_k_1", "top_k_categorical_accuracy", "TopKCategoricalAccuracy", outputs, labels, k=1)
case("sparse_top_k", "sparse_top_k_categorical_accuracy", "SparseTopKCategoricalAccuracy", outputs, labels, k=2)
case("binary_accuracy", "binary_accuracy", "BinaryAccuracy", sigmoids, hard, threshold=0.3)
for metric, class_name in (("precision", "Precision"), ("recall", "Recall")):
    case(metric, metric, class_name, sigmoids, hard)
    case(f"{metric}_classes", metric, class_name, outputs, labels)
    case(f"{metric}_threshold", metric, class_name, sigmoids, hard, thresholds=0.25)
    case(f"{metric}_top", metric, class_name, outputs, labels, top_k=2)
    case(f"{metric}_class", metric, class_name, outputs, labels, class_id=3)
    case(f"{metric}_everything", metric, class_name, outputs, labels, top_k=3, class_id=1, thresholds=0.2)
    case(f"{metric}_none", metric, class_name, sigmoids, hard, thresholds=1.0)
for average in ("micro", "macro", "weighted", None):
    case(f"f1_{average}", "f1_score", "F1Score", outputs, labels, average=average)
    case(f"f1_threshold_{average}", "f1_score", "F1Score", sigmoids, hard, average=average, threshold=0.4)
    case(f"fbeta_{average}", "fbeta_score", "FBetaScore", outputs, labels, average=average, beta=2.0)
for curve in ("ROC", "PR"):
    for method in ("interpolation", "minoring", "majoring"):
        case(f"auc_{curve}_{method}", "auc", "AUC", sigmoids, hard, curve=curve, summation_method=method)
    case(f"auc_{curve}_few", "auc", "AUC", sigmoids, hard, curve=curve, num_thresholds=7)
    case(f"auc_{curve}_classes", "auc", "AUC", outputs, labels, curve=curve)
case("auc_logits", "auc", "AUC", numbers, hard, from_logits=True)
for metric, class_name in (
    ("root_mean_squared_error", "RootMeanSquaredError"), ("mean_absolute_percentage_error", "MeanAbsolutePercentageError"),
    ("log_cosh", "LogCoshError"), ("hinge", "Hinge"), ("squared_hinge", "SquaredHinge"),
    ("cosine_similarity", "CosineSimilarity"),
):
    case(metric, metric, class_name, numbers, np.sign(goals) if "hinge" in metric else goals)
case("mean_squared_logarithmic_error", "mean_squared_logarithmic_error", "MeanSquaredLogarithmicError", np.abs(numbers),
     np.abs(goals))
case("poisson", "poisson", "Poisson", np.abs(numbers), np.abs(goals))
case("kl_divergence", "kl_divergence", "KLDivergence", outputs, soft)
case("categorical_hinge", "categorical_hinge", "CategoricalHinge", numbers, np.eye(4, dtype="float32")[labels % 4])
case("categorical_crossentropy", "categorical_crossentropy", "CategoricalCrossentropy", outputs, soft, label_smoothing=0.2)
case("sparse_categorical_crossentropy", "sparse_categorical_crossentropy", "SparseCategoricalCrossentropy", outputs, labels)
case("binary_crossentropy", "binary_crossentropy", "BinaryCrossentropy", numbers, hard, from_logits=True)
# Keras has no class for it.
group = golden.write("metric_totals/huber", outputs=numbers, targets=goals,
                     result=np.float64(np.mean(keras.losses.huber(goals, numbers, delta=0.5))))
group.attrs["metric"], group.attrs["configuration"] = "huber", json.dumps(dict(delta=0.5))
# Nor one for this.
for name, rows in (("confusion_matrix", outputs), ("confusion_matrix_binary", sigmoids[:, :1])):
    classes = max(rows.shape[1], 2)
    truth = labels if rows.shape[1] > 1 else hard[:, 0].astype(int)
    predicted = rows.argmax(axis=1) if rows.shape[1] > 1 else (rows[:, 0] > 0.5).astype(int)
    matrix = metrics_utils.confusion_matrix(truth, predicted, classes)
    group = golden.write(f"metric_totals/{name}", outputs=rows, labels=truth, result=np.asarray(matrix, np.float64))
    group.attrs["metric"], group.attrs["configuration"] = "confusion_matrix", "{}"
golden.end()
