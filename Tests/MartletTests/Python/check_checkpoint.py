"""Checks with Keras what Martlet wrote: predictions, evaluation, optimizer state, and continued training.

    python check_checkpoint.py DIRECTORY

DIRECTORY holds
checkpoint.weights.h5   a Martlet checkpoint after some steps
predictions.npz         what `martlet predict` wrote for the test images
evaluation.json         what `martlet evaluate` printed for them
continued.weights.h5    the checkpoint after further steps, on batches of 50 in the order of the data
train-images, train-labels, test-images, test-labels   IDX files

Prints a line for each check, with the largest difference found; exits 1 if one is too large.
"""
import json
import os
import sys

import keras
import numpy as np

from check_parts import check, images, layer_weights, optimizer_variables, read_idx, train_on

directory = sys.argv[1]
checkpoint, continued = (os.path.join(directory, f"{name}.weights.h5") for name in ("checkpoint", "continued"))
predictions = np.load(os.path.join(directory, "predictions.npz"))
probabilities = predictions["probabilities"]
model = keras.models.load_model(checkpoint)
test_images = images(f"{directory}/test-images")
assert len(test_images) == len(probabilities) >= 1000, (len(test_images), len(probabilities))
expected = model.predict(test_images, batch_size=500, verbose=0)
check(f"probabilities of {len(test_images)} samples", [probabilities], [expected])
assert (predictions["classes"] == probabilities.argmax(axis=1)).all()

with open(os.path.join(directory, "evaluation.json")) as file:
    evaluation = json.load(file)
test_labels = np.eye(expected.shape[1], dtype="float32")[read_idx(f"{directory}/test-labels")]
check("evaluate", [evaluation["loss"], evaluation["accuracy"]],
      model.evaluate(test_images, test_labels, batch_size=500, verbose=0))

model.optimizer.build(model.trainable_variables)
model.load_weights(checkpoint)
check("restored optimizer variables", [keras.ops.convert_to_numpy(v) for v in model.optimizer.variables],
      optimizer_variables(checkpoint))
train_on(model, directory, checkpoint, continued)
check("weights", model.get_weights(), layer_weights(continued))
check("optimizer variables", [keras.ops.convert_to_numpy(v) for v in model.optimizer.variables],
      optimizer_variables(continued))
