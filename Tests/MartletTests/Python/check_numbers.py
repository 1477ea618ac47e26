"""Checks with Keras a regression that Martlet trained on NumPy's arrays.

    python check_numbers.py DIRECTORY

DIRECTORY holds
mine.npz                the data
checkpoint.weights.h5   the run's last checkpoint, of a run with fit.validation_split 0.2
predictions.npz         what `martlet predict` wrote for it
evaluation.json         what `martlet evaluate` printed for it
inspected.json          what `martlet inspect` printed for it

Prints a line for each check, with the largest difference found; exits 1 if one is too large.
"""
import json
import os
import sys

import keras
import numpy as np

from check_parts import check

directory = sys.argv[1]
data = np.load(os.path.join(directory, "mine.npz"))
predictions = np.load(os.path.join(directory, "predictions.npz"))
assert sorted(predictions.files) == ["outputs", "targets"], predictions.files
assert (predictions["targets"] == data["y_test"].reshape(-1, 1).astype("float32")).all()
model = keras.models.load_model(os.path.join(directory, "checkpoint.weights.h5"))
check("outputs", [predictions["outputs"]], [model.predict(data["x_test"], verbose=0)])

with open(os.path.join(directory, "evaluation.json")) as file:
    evaluation = json.load(file)
check("evaluate", [evaluation["loss"], evaluation["mean_absolute_error"]],
      model.evaluate(data["x_test"], data["y_test"], batch_size=100, verbose=0))

# The same validation split as in Keras: a learning rate of 0 trains nothing.
with open(os.path.join(directory, "inspected.json")) as file:
    history = json.load(file)["history"]
model.optimizer.build(model.trainable_variables)
model.optimizer.learning_rate = 0.0
kept = model.fit(data["x_train"], data["y_train"], validation_split=0.2, batch_size=50, epochs=1, verbose=0).history
check("validation", [history["val_loss"][-1], history["val_mean_absolute_error"][-1]],
      [kept["val_loss"][0], kept["val_mean_absolute_error"][0]])
print("numbers agree")
