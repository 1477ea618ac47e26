"""Writes models whose optimizer state has a layout of its own, with TensorFlow 2.15:

    python make_models.py

Three layers of weights of one shape: only the order tells them apart.
"""

import numpy as np
import tensorflow as tf

keras = tf.keras
x = np.random.default_rng(0).normal(size=(96, 4)).astype("float32")
y = (x[:, 0] > 0) * 2 + (x[:, 1] > 0)
for name, optimizer in {
    # The slots m of all weights, then v, then vhat.
    "tf215-legacy-amsgrad": keras.optimizers.legacy.Adam(0.01, amsgrad=True),
    # The averages of all weights, then velocities that are not used.
    "tf215-sgd-ema": keras.optimizers.SGD(0.01, use_ema=True),
}.items():
    keras.backend.clear_session()
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [keras.Input((4,))] + [keras.layers.Dense(4, use_bias=False, activation=a) for a in ("tanh", "tanh", "softmax")])
    model.compile(optimizer, "sparse_categorical_crossentropy")
    model.fit(x, y, batch_size=16, shuffle=False, verbose=0)
    model.save(f"{name}.h5")
