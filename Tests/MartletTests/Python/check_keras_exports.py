"""Opens the exports that are Keras' own formats, `model.keras`, `model.h5` and `model.weights.h5`.

    python check_keras_exports.py DIRECTORY     # as check_exports.py has it
"""
import os
import sys

import keras
import numpy as np

from check_parts import check, images, layer_weights, optimizer_variables

directory = sys.argv[1]
checkpoint = os.path.join(directory, "checkpoint.weights.h5")
expected = np.load(os.path.join(directory, "predictions.npz"))["probabilities"]
test_images = images(os.path.join(directory, "test-images"))


def variables(optimizer):
    return [keras.ops.convert_to_numpy(variable) for variable in optimizer.variables]


for name in ("model.keras", "model.h5"):
    model = keras.models.load_model(os.path.join(directory, name))
    check(f"{name}: probabilities", [model.predict(test_images, verbose=0)], [expected])
    check(f"{name}: weights", model.get_weights(), layer_weights(checkpoint), 0)
model = keras.models.load_model(os.path.join(directory, "model.keras"))
check("model.keras: optimizer", variables(model.optimizer), optimizer_variables(checkpoint))
fresh = keras.models.clone_model(model)
fresh.compile("adam", "categorical_crossentropy")
fresh.optimizer.build(fresh.trainable_variables)
fresh.load_weights(os.path.join(directory, "model.weights.h5"))
check("model.weights.h5: weights", fresh.get_weights(), layer_weights(checkpoint), 0)
check("model.weights.h5: optimizer", variables(fresh.optimizer), optimizer_variables(checkpoint))
