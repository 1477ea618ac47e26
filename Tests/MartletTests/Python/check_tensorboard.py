"""Checks with TensorBoard the event files of a run.

    python check_tensorboard.py DIRECTORY

DIRECTORY holds
logs/train, logs/validation   the event files; the confusion matrix is a metric of the run
inspected.json                what `martlet inspect` printed for the run's last checkpoint

Prints a line for each series; exits 1 if one differs from the history, or has a step twice or not at all.
"""
import io
import json
import os
import sys

import numpy as np
from PIL import Image
from tensorboard.backend.event_processing import event_accumulator, plugin_event_accumulator
from tensorboard.util import tensor_util

directory = sys.argv[1]
with open(os.path.join(directory, "inspected.json")) as file:
    history = json.load(file)["history"]
epochs = len(history["loss"])


def check(condition, what):
    if not condition:
        sys.exit(f"wrong: {what}")
    print(what)


def check_number(tag, values, points):
    check([step for step, _ in points] == list(range(epochs)), f"{tag}: steps 0 to {epochs - 1}")
    if values is not None:
        check([np.float32(value) for _, value in points] == [np.float32(value) for value in values], f"{tag}: values")


def expected(part):
    """The values of each series of numbers; None for any."""
    prefix = "val_" if part == "validation" else ""
    series = {}
    for name, values in history.items():
        if name.startswith("val_") != bool(prefix) or name == "seconds":
            continue
        tag = "epoch_" + name.removeprefix(prefix)
        if name.endswith("f1_score"):
            series |= {f"{tag}/{label}": [epoch[label] for epoch in values] for label in range(10)}
        elif not name.endswith("confusion_matrix"):
            series[tag] = values
    return series if prefix else series | {"epoch_steps_per_second": None}


pictures = {
    "train": {"epoch_confusion_matrix": (400, 400, 3), "conv2d/kernel/image": (2 * 65 + 4, 3 * 65 + 2 * 4, 1)},
    "validation": {"epoch_confusion_matrix": (400, 400, 3), "mistakes": (2 * 84 + 4, 2 * 84 + 4, 1)},
}
weights = [f"{name}/histogram" for name in ("conv2d/kernel", "conv2d/bias", "dense/kernel", "dense/bias")]
for part in ("train", "validation"):
    path = os.path.join(directory, "logs", part)
    check(len(os.listdir(path)) == 3, f"{part}: three files, of three processes")
    # The reader of scripts, with all points.
    everything = {kind: 0 for kind in event_accumulator.DEFAULT_SIZE_GUIDANCE}
    reader = event_accumulator.EventAccumulator(path, size_guidance=everything)
    reader.Reload()
    tags = reader.Tags()
    numbers = expected(part)
    check(set(tags["scalars"]) == set(numbers), f"{part}: {len(numbers)} series of numbers")
    for tag, values in numbers.items():
        check_number(tag, values, [(event.step, event.value) for event in reader.Scalars(tag)])
    check(set(tags["images"]) == set(pictures[part]), f"{part}: {len(pictures[part])} series of pictures")
    for tag, (height, width, channels) in pictures[part].items():
        images = reader.Images(tag)
        check_number(tag, None, [(image.step, None) for image in images])
        for image in images:
            decoded = np.asarray(Image.open(io.BytesIO(image.encoded_image_string)))
            assert (image.height, image.width) == decoded.shape[:2] == (height, width), decoded.shape
            assert (decoded.shape[2] if decoded.ndim == 3 else 1) == channels, decoded.shape
    check(tags["histograms"] == (weights if part == "train" else []), f"{part}: histograms of {tags['histograms']}")
    for tag in tags["histograms"]:
        check_number(tag, None, [(event.step, None) for event in reader.Histograms(tag)])
        for event in reader.Histograms(tag):
            assert sum(event.histogram_value.bucket) == event.histogram_value.num
    # The reader of TensorBoard's pages, which has everything as tensors.
    pages = plugin_event_accumulator.EventAccumulator(path, tensor_size_guidance={
        kind: 0 for kind in ("scalars", "images", "histograms")})
    pages.Reload()
    check(set(pages.Tags()["tensors"]) == set(numbers) | set(pictures[part]) | set(tags["histograms"]),
          f"{part}: the same series on the pages")
    for tag, values in numbers.items():
        points = [(event.step, tensor_util.make_ndarray(event.tensor_proto).item()) for event in pages.Tensors(tag)]
        check_number(tag, values, points)
print("TensorBoard reads every tag")
