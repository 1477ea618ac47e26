"""Checks with Keras 2 (tf_keras) what Martlet wrote: the weights of a checkpoint, and training on from `model.h5`.

    python check_tf_keras.py DIRECTORY     # as check_checkpoint.py and check_exports.py have it
"""
import os
import sys

import numpy as np
import tf_keras

from check_parts import check, layer_weights, optimizer_variables, train_on

directory = sys.argv[1]
checkpoint, continued = (os.path.join(directory, f"{name}.weights.h5") for name in ("checkpoint", "continued"))
model = tf_keras.models.load_model(checkpoint)
check("checkpoint: weights", model.get_weights(), layer_weights(checkpoint), 0)

model = tf_keras.models.load_model(os.path.join(directory, "model.h5"))
check("model.h5: weights", model.get_weights(), layer_weights(checkpoint), 0)


def variables():
    """Keras 2 has no variable for the learning rate."""
    found = model.optimizer.variables
    return [np.asarray(variable) for variable in (found() if callable(found) else found)]


def without_learning_rate(path):
    saved = optimizer_variables(path)
    return saved[:1] + saved[2:]


own = [variable for variable in variables() if variable.ndim or variable.dtype.kind == "i"]
check("model.h5: optimizer", own, without_learning_rate(checkpoint), 0)
train_on(model, directory, checkpoint, continued)
check("weights", model.get_weights(), layer_weights(continued))
own = [variable for variable in variables() if variable.ndim or variable.dtype.kind == "i"]
check("optimizer variables", own, without_learning_rate(continued))
