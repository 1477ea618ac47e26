"""Continues training in Keras from exported files: with Keras' learning rate schedules, and with what a remark says.

    python check_training.py DIRECTORY CASE...

DIRECTORY holds train-images and train-labels, IDX files, and for each case a directory with
model.keras, model.h5       the exports of a checkpoint after some steps
start.weights.h5            the checkpoint
continued.weights.h5        the checkpoint after further steps, on batches of 50 in the order of the data
class                       the class of the schedule in Keras; empty for a constant rate
remark                      what the export said

Prints a line for each check, with the largest difference found; exits 1 if one is too large.
"""
import fnmatch
import json
import os
import re
import sys

import h5py
import keras

from check_parts import check, layer_weights, optimizer_variables, train_on

directory = sys.argv[1]
for case in sys.argv[2:]:
    def path(name):
        return os.path.join(directory, case, name)

    def text(name):
        with open(path(name)) as file:
            return file.read()

    start, continued = path("start.weights.h5"), path("continued.weights.h5")
    model = keras.models.load_model(path("model.keras"))
    schedule = model.optimizer._learning_rate
    if call := re.search(r"call (model\.optimizer\..*) before training", text("remark")):
        print(call[1])
        exec(call[1])
    train_on(model, directory, start, continued)
    check(f"{case}: weights", model.get_weights(), layer_weights(continued))
    if not (expected := text("class")):
        continue
    assert type(schedule).__name__ == expected, (case, schedule)
    last = optimizer_variables(continued)
    check(f"{case}: the rate of the last step", [float(schedule(int(last[0]) - 1))], [last[1]], 1e-8)
    # Keras 3 ignores the options of an optimizer in this file, which is for Keras 2.
    with h5py.File(path("model.h5")) as file:
        options = json.loads(file.attrs["training_config"])["optimizer_config"]["config"]
    same = keras.optimizers.schedules.deserialize(options["learning_rate"])
    assert same.get_config() == schedule.get_config(), (same.get_config(), schedule.get_config())
print("all cases continued")
