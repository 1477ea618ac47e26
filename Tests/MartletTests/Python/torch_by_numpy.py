"""The few modules of `torch.nn` that `martlet export --layout torch` names, in NumPy, as PyTorch documents them.

For machines without PyTorch: images are (batch, channels, height, width), kernels (out, in, height, width).
"""
import numpy as np


class Sequential:
    def __init__(self, *modules):
        self.modules = modules

    def load_state_dict(self, tensors):
        wanted = {f"{index}.{name}" for index, module in enumerate(self.modules) for name in module.names}
        assert wanted == set(tensors), (sorted(wanted), sorted(tensors))
        for key, value in tensors.items():
            index, name = key.split(".")
            assert value.shape == self.modules[int(index)].shapes[name], (key, value.shape)
            setattr(self.modules[int(index)], name, value)

    def __call__(self, values):
        for module in self.modules:
            values = module(values)
        return values


class Module:
    shapes = {}
    bias = None

    @property
    def names(self):
        return list(self.shapes)


class Linear(Module):
    def __init__(self, inputs, outputs, bias=True):
        self.shapes = {"weight": (outputs, inputs)} | ({"bias": (outputs,)} if bias else {})

    def __call__(self, values):
        return values @ self.weight.T + (0 if self.bias is None else self.bias)


def windows(values, size, stride):
    """(batch, channels, rows, columns, height, width)"""
    view = np.lib.stride_tricks.sliding_window_view(values, size, axis=(2, 3))
    return view[:, :, ::stride[0], ::stride[1]]


class Conv2d(Module):
    def __init__(self, inputs, outputs, size, stride, bias=True):
        self.size, self.stride = size, stride
        self.shapes = {"weight": (outputs, inputs, *size)} | ({"bias": (outputs,)} if bias else {})

    def __call__(self, values):
        result = np.einsum("bcrkhw,ochw->bork", windows(values, self.size, self.stride), self.weight, optimize=True)
        return result + (0 if self.bias is None else self.bias[:, None, None])


class MaxPool2d(Module):
    def __init__(self, size, stride):
        self.size, self.stride = size, stride

    def __call__(self, values):
        return windows(values, self.size, self.stride).max(axis=(4, 5))


class AvgPool2d(Module):
    def __init__(self, size, stride, padding=(0, 0), ceil_mode=False, count_include_pad=True):
        assert ceil_mode != count_include_pad
        self.size, self.stride, self.padding, self.ceil_mode = size, stride, padding, ceil_mode

    def __call__(self, values):
        if not self.ceil_mode:
            return windows(values, self.size, self.stride).mean(axis=(4, 5))
        pads = [(0, 0), (0, 0)]
        for length, size, stride, padding in zip(values.shape[2:], self.size, self.stride, self.padding):
            count = -(-(length + 2 * padding - size) // stride) + 1
            count -= (count - 1) * stride >= length + padding
            pads.append((padding, max((count - 1) * stride + size - length - padding, 0)))
        sums = windows(np.pad(values, pads), self.size, self.stride).sum(axis=(4, 5))
        counts = windows(np.pad(np.ones_like(values), pads), self.size, self.stride).sum(axis=(4, 5))
        return sums / counts


class ConstantPad2d(Module):
    def __init__(self, padding, value):
        left, right, top, bottom = padding
        self.padding, self.value = [(0, 0), (0, 0), (top, bottom), (left, right)], value

    def __call__(self, values):
        return np.pad(values, self.padding, constant_values=self.value)


class ZeroPad2d(ConstantPad2d):
    def __init__(self, padding):
        super().__init__(padding, 0)


class Flatten(Module):
    def __call__(self, values):
        return values.reshape(len(values), -1)


class AdaptiveAvgPool2d(Module):
    def __init__(self, size):
        assert size == 1

    def __call__(self, values):
        return values.mean(axis=(2, 3), keepdims=True)


class BatchNorm(Module):
    axes = 0

    def __init__(self, channels, eps, momentum, affine=True):
        self.eps = eps
        names = (["weight", "bias"] if affine else []) + ["running_mean", "running_var"]
        self.shapes = {name: (channels,) for name in names} | {"num_batches_tracked": ()}

    def __call__(self, values):
        def along(parameter): return parameter.reshape(-1, *[1] * self.axes)
        result = (values - along(self.running_mean)) / along(np.sqrt(self.running_var + self.eps))
        return result * along(self.weight) + along(self.bias) if "weight" in self.shapes else result


class BatchNorm1d(BatchNorm):
    pass


class BatchNorm2d(BatchNorm):
    axes = 2


class Dropout(Module):
    def __init__(self, rate):
        assert 0 <= rate < 1

    def __call__(self, values):
        return values


class ReLU(Module):
    def __call__(self, values):
        return np.maximum(values, 0)


class Sigmoid(Module):
    def __call__(self, values):
        return 1 / (1 + np.exp(-values))


class Tanh(Module):
    def __call__(self, values):
        return np.tanh(values)


class Softmax(Module):
    def __init__(self, dim):
        assert dim == 1

    def __call__(self, values):
        exponents = np.exp(values - values.max(axis=1, keepdims=True))
        return exponents / exponents.sum(axis=1, keepdims=True)
