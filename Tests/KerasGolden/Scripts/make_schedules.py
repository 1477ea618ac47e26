"""Makes schedules.h5: learning rates by step. `schedules/<case>` has the attribute `configuration` (the schedule as JSON) and
the datasets `rate` (of the optimizer), `steps` and `rates`.

    python make_schedules.py [schedules.h5]     # needs: pip install keras==3.15.1 jax h5py
"""
import json

import golden
from golden import keras, np

golden.begin("schedules.h5", 20261129)
STEPS = np.array([0, 1, 2, 3, 4, 5, 7, 9, 10, 11, 15, 20, 21, 29, 30, 31, 50, 69, 70, 71, 100, 149, 150, 1000], "int64")
for name, form, class_name, options in [
    ("exponential", "exponential", "ExponentialDecay", dict(decay_steps=10, decay_rate=0.7)),
    ("exponential_stairs", "exponential", "ExponentialDecay", dict(decay_steps=10, decay_rate=0.7, staircase=True)),
    ("step", "step", "ExponentialDecay", dict(decay_steps=20, decay_rate=0.5)),
    ("inverse_time", "inverse_time", "InverseTimeDecay", dict(decay_steps=10, decay_rate=0.7)),
    ("inverse_time_stairs", "inverse_time", "InverseTimeDecay", dict(decay_steps=10, decay_rate=2, staircase=True)),
    ("polynomial", "polynomial", "PolynomialDecay", dict(decay_steps=100)),
    ("polynomial_power", "polynomial", "PolynomialDecay", dict(decay_steps=70, end_learning_rate=0.01, power=2.5)),
    ("polynomial_cycle", "polynomial", "PolynomialDecay",
     dict(decay_steps=10, end_learning_rate=0.01, power=0.5, cycle=True)),
    ("cosine", "cosine", "CosineDecay", dict(decay_steps=100)),
    ("cosine_alpha", "cosine", "CosineDecay", dict(decay_steps=70, alpha=0.1)),
    ("cosine_restarts", "cosine_restarts", "CosineDecayRestarts", dict(first_decay_steps=12)),
    ("cosine_restarts_other", "cosine_restarts", "CosineDecayRestarts",
     dict(first_decay_steps=13, t_mul=1.5, m_mul=0.8, alpha=0.05)),
    ("cosine_restarts_equal", "cosine_restarts", "CosineDecayRestarts", dict(first_decay_steps=12, t_mul=1.0, m_mul=0.9)),
    ("piecewise_constant", "piecewise_constant", "PiecewiseConstantDecay",
     dict(boundaries=[10, 30, 70], values=[0.5, 0.1, 0.01, 0.001])),
]:
    arguments = dict(options) if class_name == "PiecewiseConstantDecay" else dict(initial_learning_rate=0.5) | options
    if form == "step":
        arguments["staircase"] = True
    schedule = getattr(keras.optimizers.schedules, class_name)(**arguments)
    group = golden.write(f"schedules/{name}", rate=np.float64(0.5), steps=STEPS,
                         rates=np.array([float(schedule(step)) for step in STEPS], "float32"))
    group.attrs["configuration"] = json.dumps(dict(name=form) | options)
golden.end()
