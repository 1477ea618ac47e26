"""Makes optimizers.h5: optimizers, moving averages of the weights and accumulated gradients, step by step. See golden.py.

    python make_optimizers.py [optimizers.h5]     # needs: pip install keras==3.15.1 jax h5py
"""
import golden

golden.begin("optimizers.h5", 20261128)
CLIPPING = {"clipnorm": dict(clipnorm=2.0), "clipvalue": dict(clipvalue=0.25), "global_clipnorm": dict(global_clipnorm=3.0)}
for name, class_name, configuration, other in [
    ("adagrad", "Adagrad", dict(learning_rate=0.01), dict(initial_accumulator_value=0.5, epsilon=1e-5)),
    ("adadelta", "Adadelta", dict(learning_rate=1.0), dict(rho=0.8, epsilon=1e-5)),
    ("adamax", "Adamax", dict(learning_rate=0.01), dict(beta_1=0.8, beta_2=0.99, epsilon=1e-5)),
    ("nadam", "Nadam", dict(learning_rate=0.01), dict(beta_1=0.8, beta_2=0.99, epsilon=1e-5)),
    ("lion", "Lion", dict(learning_rate=0.001), dict(beta_1=0.7, beta_2=0.9)),
]:
    golden.optimizer_case(name, class_name, configuration)
    golden.optimizer_case(f"{name}_other", class_name, configuration | other | dict(weight_decay=0.3))
    for clipping, options in CLIPPING.items():
        golden.optimizer_case(f"{name}_{clipping}", class_name, configuration | options)
golden.optimizer_case("adam_amsgrad", "Adam", dict(learning_rate=0.01, amsgrad=True))
golden.optimizer_case("adamw_amsgrad", "AdamW", dict(learning_rate=0.01, amsgrad=True, clipnorm=2.0))

EMA = dict(use_ema=True, ema_momentum=0.7)
for name, class_name, options in [
    ("sgd_ema", "SGD", EMA),
    ("adam_ema", "Adam", EMA | dict(ema_overwrite_frequency=3)),
    ("sgd_accumulating", "SGD", dict(momentum=0.9, gradient_accumulation_steps=2)),
    ("adam_accumulating", "Adam", dict(gradient_accumulation_steps=3, weight_decay=0.1)),
    ("nadam_accumulating", "Nadam", dict(gradient_accumulation_steps=2, global_clipnorm=1.5)),
    ("rmsprop_everything", "RMSprop",
     EMA | dict(gradient_accumulation_steps=2, ema_overwrite_frequency=2, momentum=0.5, clipnorm=2.0)),
    ("adam_amsgrad_everything", "Adam", EMA | dict(gradient_accumulation_steps=3, amsgrad=True)),
]:
    golden.optimizer_case(name, class_name, dict(learning_rate=0.02) | options)
golden.end()
