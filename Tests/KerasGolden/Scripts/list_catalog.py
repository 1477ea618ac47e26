"""Writes Files/catalog.txt: the layers and activation functions of Keras, a line for each, for the test that says of each whether Martlet has it.

    python list_catalog.py     # needs: pip install keras==3.15.1 jax
"""
import inspect
import os

os.environ["KERAS_BACKEND"] = "jax"
import keras

lines = [f"# Keras {keras.__version__}"]
base = keras.layers.Layer
classes = {value.__name__ for value in vars(keras.layers).values() if inspect.isclass(value) and issubclass(value, base)}
lines += [f"layer {name}" for name in sorted(classes - {base.__name__})]
functions = {name for name, value in vars(keras.activations).items() if inspect.isfunction(value)}
lines += [f"activation {name}" for name in sorted(functions - {"serialize", "deserialize", "get"})]
target = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Files", "catalog.txt")
with open(target, "w") as file: file.write("\n".join(lines) + "\n")
