"""The network's flat vector of float32, on which the ONNX graphs, the file of weights and the TypeScript side rest.

Every layer is a convolution with a bias and a ReLU; its tensors lie one after the other, in the order of
LAYERS, weights [out, height, width, in] before the bias [out]. The first FROZEN layers never change: their
batch normalisation is folded away. The others are normalised while they train, so that what is stored of
them is the convolution and the bias behind its normalisation; behind all layers lie their means, then
their variances. A network that answers has those folded in, too, and ends with the last layer.
"""

from typing import NamedTuple

import numpy as np

WIDTHS = (64, 128, 256)


class Layer(NamedTuple):
    name: str
    wide: int  # channels in
    out: int
    kernel: int
    side: int  # of the maps that go in
    pooled: bool  # whether a 2x2 max-pool follows the convolution


LAYERS, _side = [Layer("whiten", 3, 24, 2, 32, False)], 31
for _i, (_wide, _out) in enumerate(zip((24, *WIDTHS[:-1]), WIDTHS), 1):
    LAYERS += [Layer(f"block{_i}_1", _wide, _out, 3, _side, True), Layer(f"block{_i}_2", _out, _out, 3, _side // 2, False)]
    _side //= 2
FROZEN = 3  # layers that stay as they are: the whitening and the first block
TRAINED = [layer.out for layer in LAYERS[FROZEN:]]
EPSILON = 1e-5  # of PyTorch's batch normalisation


def tensors():
    """Name and shape of every tensor, in the order of the flat vector."""
    for name, wide, out, kernel, *_ in LAYERS:
        yield f"{name}_weight", (out, kernel, kernel, wide)
        yield f"{name}_bias", (out,)


def sizes():
    return [int(np.prod(shape)) for _, shape in tensors()]


def flatten(checkpoint):
    """The flat vector of a checkpoint, as it is stored.

    Batch norm's scale is 1 and its variance positive, so max-pooling commutes with it.
    """
    net = {k: v.double().numpy() for k, v in checkpoint["net"].items()}
    mean, std = checkpoint["mean"].double().numpy(), checkpoint["std"].double().numpy()
    weight = channels_last(net["whiten.weight"])
    parts = [weight / (255 * std), net["whiten.bias"] - (weight * mean / std).sum((1, 2, 3))]
    means, variances = [], []
    for layer, (name, *_) in enumerate(LAYERS[1:], 1):
        block, half = int(name[5]) - 1, name[7]
        norm = f"blocks.{block}.norm{half}."
        parts += [channels_last(net[f"blocks.{block}.conv{half}.weight"]), net[norm + "bias"]]
        statistics = net[norm + "running_mean"], net[norm + "running_var"]
        if layer < FROZEN:
            parts[-2:] = folded(*parts[-2:], *statistics)
        else:
            means.append(statistics[0])
            variances.append(statistics[1])
    return np.concatenate([part.ravel() for part in [*parts, *means, *variances]]).astype("<f4")


def channels_last(weight):
    """PyTorch's weights, [out, in, height, width], as they are stored."""
    return weight.transpose(0, 2, 3, 1)


def folded(weight, bias, mean, variance):
    scale = 1 / np.sqrt(variance + EPSILON)
    return weight * scale[:, None, None, None], bias - mean * scale


def answering(vector):
    """The vector of the network that answers: the statistics of a stored one folded in."""
    end = sum(sizes())
    parts = np.split(vector[:end], np.cumsum(sizes())[:-1])
    parts = [part.reshape(shape) for part, (_, shape) in zip(parts, tensors())]
    means, variances = (np.split(part, np.cumsum(TRAINED)[:-1]) for part in np.split(vector[end:], 2))
    for i, statistics in enumerate(zip(means, variances), FROZEN):
        parts[2 * i : 2 * i + 2] = folded(*parts[2 * i : 2 * i + 2], *statistics)
    return np.concatenate([part.ravel() for part in parts]).astype("<f4")
