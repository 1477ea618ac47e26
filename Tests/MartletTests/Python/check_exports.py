"""Opens every format that `martlet export` writes, and checks that each gives the probabilities that Martlet gives.

    python check_exports.py DIRECTORY

DIRECTORY holds `checkpoint.weights.h5`, `predictions.npz` (of `test-images`, an IDX file), and the exports of the
checkpoint: `model.keras`, `model.h5`, `model.weights.h5`, `model.npz`, `model.safetensors`, `torch.safetensors`,
`model.onnx`. The torch layout is run by PyPI's torch if there is one, and by `torch_by_numpy` beside this script if not.

Prints a line for each check, with the largest difference found; exits 1 if one is too large.
"""
import os
import sys

import h5py
import keras
import numpy as np
import onnx
import onnxruntime
import safetensors
import safetensors.numpy

from check_checkpoint_parts import check, images, layer_weights, optimizer_variables

directory = sys.argv[1]


def path(name):
    return os.path.join(directory, name)


checkpoint = path("checkpoint.weights.h5")
predictions = np.load(path("predictions.npz"))
expected = predictions["probabilities"]
assert expected.dtype == np.float32 and predictions["classes"].dtype == np.int64
assert (predictions["classes"] == expected.argmax(axis=1)).all()
test_images = images(path("test-images"))
assert len(test_images) == len(expected) >= 100, (len(test_images), len(expected))
weights = layer_weights(checkpoint)
names = [name for name in h5py.File(checkpoint)["model_weights"].attrs["layer_names"]]

# Keras' own formats.
for name in ("model.keras", "model.h5"):
    model = keras.models.load_model(path(name))
    check(f"{name}: probabilities", [model.predict(test_images, verbose=0)], [expected])
    check(f"{name}: weights", model.get_weights(), weights, 0)
model = keras.models.load_model(path("model.keras"))
check("model.keras: optimizer", [v.numpy() for v in model.optimizer.variables], optimizer_variables(checkpoint))
fresh = keras.models.clone_model(model)
fresh.compile("adam", "categorical_crossentropy")
fresh.optimizer.build(fresh.trainable_variables)
fresh.load_weights(path("model.weights.h5"))
check("model.weights.h5: weights", fresh.get_weights(), weights, 0)
check("model.weights.h5: optimizer", [v.numpy() for v in fresh.optimizer.variables], optimizer_variables(checkpoint))

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
