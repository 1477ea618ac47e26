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


def windows(values, size, stride, dilation=(1, 1)):
    """(batch, channels, rows, columns, height, width)"""
    covered = [(length - 1) * distance + 1 for length, distance in zip(size, dilation)]
    view = np.lib.stride_tricks.sliding_window_view(values, covered, axis=(2, 3))
    return view[:, :, ::stride[0], ::stride[1], ::dilation[0], ::dilation[1]]


class Conv2d(Module):
    def __init__(self, inputs, outputs, size, stride, dilation=(1, 1), groups=1, bias=True):
        self.size, self.stride, self.dilation, self.groups = size, stride, dilation, groups
        self.shapes = {"weight": (outputs, inputs // groups, *size)} | ({"bias": (outputs,)} if bias else {})

    def __call__(self, values):
        patches = windows(values, self.size, self.stride, self.dilation)
        results = [np.einsum("bcrkhw,ochw->bork", part, weight, optimize=True)
                   for part, weight in zip(np.split(patches, self.groups, axis=1), np.split(self.weight, self.groups))]
        return np.concatenate(results, axis=1) + (0 if self.bias is None else self.bias[:, None, None])


class ConvTranspose2d(Module):
    def __init__(self, inputs, outputs, size, stride, padding=(0, 0), output_padding=(0, 0), dilation=(1, 1), bias=True):
        assert all(extra < max(step, distance) for extra, step, distance in zip(output_padding, stride, dilation))
        self.size, self.stride, self.padding, self.output_padding, self.dilation = size, stride, padding, output_padding, dilation
        self.shapes = {"weight": (inputs, outputs, *size)} | ({"bias": (outputs,)} if bias else {})

    def __call__(self, values):
        batch, _, rows, columns = values.shape
        spread = [(length - 1) * step + (size - 1) * distance + 1 + extra for length, step, size, distance, extra in
                  zip((rows, columns), self.stride, self.size, self.dilation, self.output_padding)]
        result = np.zeros((batch, self.weight.shape[1], *spread), "float32")
        for row in range(self.size[0]):
            for column in range(self.size[1]):
                top, left = row * self.dilation[0], column * self.dilation[1]
                part = result[:, :, top:top + (rows - 1) * self.stride[0] + 1:self.stride[0],
                              left:left + (columns - 1) * self.stride[1] + 1:self.stride[1]]
                part += np.einsum("bcrk,co->bork", values, self.weight[:, :, row, column])
        (top, left), (height, width) = self.padding, result.shape[2:]
        result = result[:, :, top:height - top, left:width - left]
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

    def __call__(self, values):
        """Negative padding crops."""
        padded = np.pad(values, np.maximum(self.padding, 0))
        return padded[tuple(slice(max(-a, 0), size - max(-b, 0)) for (a, b), size in zip(self.padding, padded.shape))]


class Upsample(Module):
    """With the centers of pixels at halves: no weight is beyond the centers at the edges."""

    def __init__(self, scale_factor=None, size=None, mode="nearest", align_corners=None):
        assert (mode, align_corners) in (("nearest", None), ("nearest-exact", None), ("bilinear", False))
        assert (scale_factor is None) != (size is None) and (mode != "nearest" or size is None)
        self.factors, self.size, self.mode = scale_factor, size, mode

    def along(self, values, axis, count):
        size = values.shape[axis]
        centers = (np.arange(count) + 0.5) * size / count
        if self.mode != "bilinear":
            return values.take(np.floor(centers).astype(int), axis)
        places = np.clip(centers - 0.5, 0, size - 1)
        below = np.floor(places).astype(int)
        weights = (places - below).astype("float32").reshape([-1 if index == axis else 1 for index in range(4)])
        return values.take(below, axis) * (1 - weights) + values.take(np.minimum(below + 1, size - 1), axis) * weights

    def __call__(self, values):
        size = self.size or [length * factor for length, factor in zip(values.shape[2:], self.factors)]
        return self.along(self.along(values, 2, size[0]), 3, size[1])


class Flatten(Module):
    def __call__(self, values):
        return values.reshape(len(values), -1)


class AdaptiveAvgPool2d(Module):
    def __init__(self, size):
        assert size == 1

    def __call__(self, values):
        return values.mean(axis=(2, 3), keepdims=True)


class AdaptiveMaxPool2d(Module):
    def __init__(self, size):
        assert size == 1

    def __call__(self, values):
        return values.max(axis=(2, 3), keepdims=True)


def normalized(values, axes, eps):
    mean, variance = values.mean(axes, keepdims=True), values.var(axes, keepdims=True)
    return (values - mean) / np.sqrt(variance + np.float32(eps))


class LayerNorm(Module):
    def __init__(self, size, eps):
        self.eps, self.shapes = eps, {"weight": (size,), "bias": (size,)}

    def __call__(self, values):
        return normalized(values, -1, self.eps) * self.weight + self.bias


class GroupNorm(Module):
    def __init__(self, groups, channels, eps):
        self.groups, self.eps, self.shapes = groups, eps, {"weight": (channels,), "bias": (channels,)}

    def __call__(self, values):
        result = normalized(values.reshape(len(values), self.groups, -1), -1, self.eps).reshape(values.shape)
        return result * self.weight[:, None, None] + self.bias[:, None, None]


class PReLU(Module):
    def __init__(self, count):
        self.shapes = {"weight": (count,)}

    def __call__(self, values):
        return np.where(values > 0, values, values * self.weight.reshape(-1, *[1] * (values.ndim - 2)))


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


class ELU(Module):
    def __init__(self, alpha):
        self.alpha = alpha

    def __call__(self, values):
        return np.where(values > 0, values, self.alpha * np.expm1(np.minimum(values, 0)))


class SELU(Module):
    def __call__(self, values):
        return np.float32(1.0507009873554805) * ELU(np.float32(1.6732632423543772))(values)


class GELU(Module):
    def __call__(self, values):
        from math import erf
        return values * 0.5 * (1 + np.vectorize(erf)(values / np.sqrt(2)).astype("float32"))


class SiLU(Module):
    def __call__(self, values):
        return values / (1 + np.exp(-values))


class Softplus(Module):
    def __call__(self, values):
        return np.logaddexp(values, 0)


class Mish(Module):
    def __call__(self, values):
        return values * np.tanh(np.logaddexp(values, 0))


class Hardsigmoid(Module):
    def __call__(self, values):
        return np.clip(values / 6 + 0.5, 0, 1)


class ReLU6(Module):
    def __call__(self, values):
        return np.clip(values, 0, 6)


class LeakyReLU(Module):
    def __init__(self, slope):
        self.slope = np.float32(slope)

    def __call__(self, values):
        return np.where(values > 0, values, self.slope * values)


class Softmax(Module):
    def __init__(self, dim):
        assert dim == 1

    def __call__(self, values):
        exponents = np.exp(values - values.max(axis=1, keepdims=True))
        return exponents / exponents.sum(axis=1, keepdims=True)
