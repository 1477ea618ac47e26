"""Makes parts-<name>.keras, small models trained for a few steps with parts of Keras' catalog, and parts-<name>.expected.h5:
the losses of 12 more steps and the weights after them.

    python make_parts.py     # needs: pip install keras==3.15.1 jax h5py
"""
import os

os.environ["KERAS_BACKEND"] = "jax"
import h5py
import keras
import numpy as np

here = os.path.dirname(os.path.abspath(__file__))
BATCH, BEFORE, STEPS, INPUTS, CLASSES = 10, 3, 12, 6, 4

index = np.arange((BEFORE + STEPS) * BATCH * INPUTS, dtype="uint32")
inputs = ((index * np.uint32(2654435761) >> 24).astype("float32") / 128 - 1).reshape(-1, INPUTS)
labels = np.arange(len(inputs)) * 7 % CLASSES
schedules, optimizers, regularizers, constraints = (
    keras.optimizers.schedules, keras.optimizers, keras.regularizers, keras.constraints)


def make(name, optimizer, loss="categorical_crossentropy", metrics=(), **options):
    keras.utils.set_random_seed(7)
    model = keras.Sequential([
        keras.Input((INPUTS,)), keras.layers.Dense(9, activation="tanh", **options),
        keras.layers.Dense(CLASSES, activation="softmax", kernel_initializer="he_normal")])
    model.compile(optimizer, loss, metrics=list(metrics))
    one_hot = np.eye(CLASSES, dtype="float32")[labels]

    def train(first):
        rows = slice(first * BATCH, (first + 1) * BATCH)
        model.reset_metrics()
        return float(np.ravel(model.train_on_batch(inputs[rows], one_hot[rows]))[0])

    for step in range(STEPS, STEPS + BEFORE):
        train(step)
    model.save(f"{here}/parts-{name}.keras")
    losses = [train(step) for step in range(STEPS)]
    with h5py.File(f"{here}/parts-{name}.expected.h5", "w") as file:
        file["losses"] = np.array(losses, "float32")
        for number, weight in enumerate(model.get_weights()):
            file[f"weights/{number}"] = weight


make("nadam", optimizers.Nadam(schedules.ExponentialDecay(0.02, 4, 0.8), use_ema=True, ema_momentum=0.9),
     loss=keras.losses.CategoricalFocalCrossentropy(gamma=1.5),
     metrics=[keras.metrics.TopKCategoricalAccuracy(k=2), keras.metrics.AUC(num_thresholds=50), "accuracy"])
make("amsgrad", optimizers.Adam(0.02, amsgrad=True, use_ema=True, ema_overwrite_frequency=2,
                                gradient_accumulation_steps=2, clipnorm=1.0),
     loss=keras.losses.CategoricalCrossentropy(label_smoothing=0.1),
     metrics=[keras.metrics.F1Score(average="macro"), keras.metrics.Precision(thresholds=0.3)],
     kernel_regularizer=regularizers.L2(0.01), bias_regularizer="l1")
make("adagrad", optimizers.Adagrad(0.1, initial_accumulator_value=0.2, gradient_accumulation_steps=3),
     kernel_constraint=constraints.MaxNorm(0.9), kernel_initializer=keras.initializers.RandomNormal(stddev=0.3))
make("adadelta", optimizers.Adadelta(2.0, rho=0.8), loss="kl_divergence")
make("adamax", optimizers.Adamax(schedules.PiecewiseConstantDecay([5, 9], [0.05, 0.02, 0.01])),
     loss=keras.losses.Huber())
make("lion", optimizers.Lion(schedules.PolynomialDecay(0.01, 10, 0.001, power=2.0)), loss="mean_squared_error")
