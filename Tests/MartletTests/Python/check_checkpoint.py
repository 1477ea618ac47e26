"""Checks with Keras what Martlet wrote: predictions, optimizer state, and that training goes on the same.

    python check_checkpoint.py CHECKPOINT PREDICTIONS CONTINUED DIRECTORY

CHECKPOINT   a checkpoint of Martlet's after some steps
PREDICTIONS  what `martlet predict` wrote for the test images (.h5)
CONTINUED    the checkpoint after further steps, on batches in the order of the data
DIRECTORY    holds train-images, train-labels and test-images as IDX files

Prints a line for each check, with the largest difference found; exits 1 if one is too large.
"""
import sys

import h5py
import keras

from check_checkpoint_parts import check, images, layer_weights, optimizer_variables, read_idx

checkpoint, predictions, continued, directory = sys.argv[1:]
model = keras.models.load_model(checkpoint)
with h5py.File(predictions) as file:
    probabilities, classes = file["probabilities"][()], file["classes"][()]
test_images = images(f"{directory}/test-images")
assert len(test_images) == len(probabilities) >= 1000, (len(test_images), len(probabilities))
expected = model.predict(test_images, batch_size=500, verbose=0)
check(f"probabilities of {len(test_images)} samples", [probabilities], [expected])
assert (classes == probabilities.argmax(axis=1)).all()

model.optimizer.build(model.trainable_variables)
model.load_weights(checkpoint)
check("restored optimizer variables", [v.numpy() for v in model.optimizer.variables], optimizer_variables(checkpoint))

start, end = int(optimizer_variables(checkpoint)[0]), int(optimizer_variables(continued)[0])
train_images, labels = images(f"{directory}/train-images"), read_idx(f"{directory}/train-labels")
one_hot = keras.utils.to_categorical(labels, expected.shape[1])
batch = 50
per_epoch = len(train_images) // batch
for step in range(start, end):
    rows = slice(step % per_epoch * batch, (step % per_epoch + 1) * batch)
    model.train_on_batch(train_images[rows], one_hot[rows])
print(f"continued from step {start} to step {int(model.optimizer.iterations)}")
check("weights", model.get_weights(), layer_weights(continued))
check("optimizer variables", [v.numpy() for v in model.optimizer.variables], optimizer_variables(continued))
