"""Opens every format that `martlet export` writes, and checks that each gives the probabilities that Martlet gives.

    python check_exports.py DIRECTORY

DIRECTORY holds `checkpoint.weights.h5`, `predictions.npz` (of `test-images`, an IDX file), and the exports of the
checkpoint: `model.keras`, `model.h5`, `model.weights.h5`, `model.npz`, `model.safetensors`, `torch.safetensors`,
`model.onnx`. The torch layout is run by PyPI's torch if there is one, and by `torch_by_numpy` beside this script if not.

Prints a line for each check, with the largest difference found; exits 1 if one is too large.
"""
import os
import sys

import numpy as np
import onnx
import onnxruntime
import safetensors
import safetensors.numpy

# Keras' own formats; the rest needs its model.
from check_keras_exports import directory, expected, model, test_images
from check_parts import check


def path(name):
    return os.path.join(directory, name)


predictions = np.load(path("predictions.npz"))
assert expected.dtype == np.float32 and predictions["classes"].dtype == np.int64
assert (predictions["classes"] == expected.argmax(axis=1)).all()
assert len(test_images) == len(expected) >= 100, (len(test_images), len(expected))

# Tensors by name.
by_name = {variable.path.removeprefix("sequential/"): variable.numpy() for variable in model.variables}
for name, tensors in (("model.npz", dict(np.load(path("model.npz")))),
                      ("model.safetensors", safetensors.numpy.load_file(path("model.safetensors")))):
    assert sorted(tensors) == sorted(by_name), (name, sorted(tensors), sorted(by_name))
    check(f"{name}: weights", [tensors[key] for key in sorted(tensors)], [by_name[key] for key in sorted(tensors)], 0)

# PyTorch's layout: logits of the nn.Sequential that the file names.
with safetensors.safe_open(path("torch.safetensors"), "np") as file:
    source = file.metadata()["model"]
    tensors = {key: file.get_tensor(key) for key in file.keys()}
channels_first = np.ascontiguousarray(test_images.transpose(0, 3, 1, 2))
try:
    import torch
    from torch import nn
    module = eval(source)
    module.load_state_dict({key: torch.from_numpy(value) for key, value in tensors.items()})
    with torch.no_grad():
        logits = module(torch.from_numpy(channels_first)).numpy()
    run_by = f"torch {torch.__version__}"
except ImportError:
    import torch_by_numpy as nn
    module = eval(source)
    module.load_state_dict(tensors)
    logits = module(channels_first)
    run_by = "NumPy"
exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
check(f"torch.safetensors: probabilities by {run_by}", [exponents / exponents.sum(axis=1, keepdims=True)], [expected])

# ONNX.
onnx_model = onnx.load(path("model.onnx"))
onnx.checker.check_model(onnx_model, full_check=True)
session = onnxruntime.InferenceSession(path("model.onnx"), providers=["CPUExecutionProvider"])
for count in (1, len(test_images)):
    (probabilities,) = session.run(None, {"input": test_images[:count]})
    check(f"model.onnx: probabilities of {count}", [probabilities], [expected[:count]])
print("all formats opened")
