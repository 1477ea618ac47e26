"""Opens every format that `martlet export` writes, and checks that each gives the probabilities that Martlet gives.

    python check_exports.py DIRECTORY

DIRECTORY holds `checkpoint.weights.h5`, `predictions.npz` (of `test-images`, an IDX file), and the exports of the
checkpoint: `model.keras`, `model.h5`, `model.weights.h5`, `model.npz`, `model.safetensors`, `torch.safetensors`,
`model.onnx`, and with --with-scaling `scaled.keras`, `scaled.h5` and `scaled.onnx`. The torch layout is run by PyPI's torch if there is one, and by `torch_by_numpy` beside this script if not. A graph has no `torch.safetensors`.

Prints a line for each check, with the largest difference found; exits 1 if one is too large.
"""
import json
import os
import sys
import zipfile

import h5py
import keras
import numpy as np
import onnx
import onnxruntime
import safetensors
import safetensors.numpy

# Keras' own formats; the other checks need the model.
from check_keras_exports import directory, expected, model, test_images
from check_parts import check


def path(name):
    return os.path.join(directory, name)


predictions = np.load(path("predictions.npz"))
assert expected.dtype == np.float32 and predictions["classes"].dtype == np.int64
assert (predictions["classes"] == expected.argmax(axis=1)).all()
assert len(test_images) == len(expected) >= 100, (len(test_images), len(expected))

# Tensors by name.
by_name = {variable.path.removeprefix("sequential/"): variable.numpy() for variable in model.weights}
for name, tensors in (("model.npz", dict(np.load(path("model.npz")))),
                      ("model.safetensors", safetensors.numpy.load_file(path("model.safetensors")))):
    assert sorted(tensors) == sorted(by_name), (name, sorted(tensors), sorted(by_name))
    check(f"{name}: weights", [tensors[key] for key in sorted(tensors)], [by_name[key] for key in sorted(tensors)], 0)

# PyTorch's layout: logits of the nn.Sequential named in the file.
if os.path.exists(path("torch.safetensors")):
    with safetensors.safe_open(path("torch.safetensors"), "np") as file:
        source = file.metadata()["model"]
        tensors = {key: file.get_tensor(key) for key in file.keys()}
    channels_first = np.ascontiguousarray(test_images.transpose(0, 3, 1, 2))
    try:
        import torch
        from torch import nn
        module = eval(source)
        module.load_state_dict({key: torch.from_numpy(value) for key, value in tensors.items()})
        module.eval()
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

# The pixel scale: in every file, and part of the model on request.
pixels = np.round(test_images * 255)
scaled = onnxruntime.InferenceSession(path("scaled.onnx"), providers=["CPUExecutionProvider"])
onnx.checker.check_model(onnx.load(path("scaled.onnx")), full_check=True)
check("scaled.onnx: probabilities", scaled.run(None, {"input": pixels}), [expected])
for name in ("scaled.keras", "scaled.h5"):
    rescaling = keras.models.load_model(path(name))
    check(f"{name}: probabilities", [rescaling.predict(pixels, verbose=0)], [expected])
for name, found in (("model.onnx", session.get_modelmeta().custom_metadata_map["martlet_scale"]),
                    ("model.npz", json.loads(zipfile.ZipFile(path("model.npz")).comment)["martlet_scale"]),
                    ("model.keras", json.loads(zipfile.ZipFile(path("model.keras")).read("metadata.json"))["martlet_scale"]),
                    ("model.h5", h5py.File(path("model.h5")).attrs["martlet_scale"]),
                    ("model.safetensors", safetensors.safe_open(path("model.safetensors"), "np").metadata()["martlet_scale"]),
                    ("scaled.onnx", 255 * float(scaled.get_modelmeta().custom_metadata_map["martlet_scale"]))):
    assert float(found) == 255, (name, found)
print("all formats opened")
