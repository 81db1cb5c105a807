"""The network's flat vector of float32, on which the ONNX graphs, the file of weights and the TypeScript side rest.

Every layer is a convolution with a bias and a ReLU; its tensors lie one after the other, in the order of
LAYERS, weights [out, in, height, width] before the bias [out]. The first FROZEN layers never change: their
batch normalisation is folded away. The others are normalised while they train, so that what is stored of
them is the convolution and the bias behind its normalisation; behind all layers lie their means, then
their variances. A network that answers has those folded in, too, and ends with the last layer.
"""

import numpy as np

WIDTHS = (64, 128, 256)
# name, input channels, output channels, kernel, whether a 2x2 max-pool follows the convolution
LAYERS = [("whiten", 3, 24, 2, False)]
for _i, (_a, _b) in enumerate(zip((24, *WIDTHS[:-1]), WIDTHS), 1):
    LAYERS += [(f"block{_i}_1", _a, _b, 3, True), (f"block{_i}_2", _b, _b, 3, False)]
FROZEN = 3  # layers that stay as they are: the whitening and the first block
TRAINED = [out for _, _, out, _, _ in LAYERS[FROZEN:]]
EPSILON = 1e-5  # of PyTorch's batch normalisation


def tensors():
    """Name and shape of every tensor, in the order of the flat vector."""
    for name, a, b, k, _ in LAYERS:
        yield f"{name}_weight", (b, a, k, k)
        yield f"{name}_bias", (b,)


def sizes():
    return [int(np.prod(shape)) for _, shape in tensors()]


def flatten(checkpoint):
    """The flat vector of a checkpoint, as it is stored.

    Batch norm's scale is 1 and its variance positive, so max-pooling commutes with it.
    """
    net = {k: v.double().numpy() for k, v in checkpoint["net"].items()}
    mean, std = checkpoint["mean"].double().numpy(), checkpoint["std"].double().numpy()
    weight = net["whiten.weight"]
    parts = [weight / (255 * std.reshape(1, 3, 1, 1)), net["whiten.bias"] - (weight.sum((2, 3)) * mean / std).sum(1)]
    means, variances = [], []
    for layer, (name, *_) in enumerate(LAYERS[1:], 1):
        block, half = int(name[5]) - 1, name[7]
        norm = f"blocks.{block}.norm{half}."
        parts += [net[f"blocks.{block}.conv{half}.weight"], net[norm + "bias"]]
        statistics = net[norm + "running_mean"], net[norm + "running_var"]
        if layer < FROZEN:
            parts[-2:] = folded(*parts[-2:], *statistics)
        else:
            means.append(statistics[0])
            variances.append(statistics[1])
    return np.concatenate([part.ravel() for part in [*parts, *means, *variances]]).astype("<f4")


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
