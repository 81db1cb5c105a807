"""The folded network: what a checkpoint of pretrain.py becomes once batch normalisation is gone.

Every layer is a convolution with a bias and a ReLU; the tensors lie one after the other in one flat
vector of float32, in the order of LAYERS, weights [out, in, height, width] before the bias [out].
The ONNX graphs, the file of weights and the TypeScript side all rest on this layout.
"""

import numpy as np
import torch

WIDTHS = (64, 128, 256)
# name, input channels, output channels, kernel, whether a 2x2 max-pool follows the convolution
LAYERS = [("whiten", 3, 24, 2, False)]
for _i, (_a, _b) in enumerate(zip((24, *WIDTHS[:-1]), WIDTHS), 1):
    LAYERS += [(f"block{_i}_1", _a, _b, 3, True), (f"block{_i}_2", _b, _b, 3, False)]


def tensors():
    """Name and shape of every tensor, in the order of the flat vector."""
    for name, a, b, k, _ in LAYERS:
        yield f"{name}_weight", (b, a, k, k)
        yield f"{name}_bias", (b,)


def size():
    return sum(int(np.prod(shape)) for _, shape in tensors())


def fold(checkpoint):
    """The flat vector of a checkpoint: normalisation of the input and batch norm folded in.

    Batch norm's scale is 1 and its variance positive, so max-pooling commutes with it.
    """
    net = {k: v.double() for k, v in checkpoint["net"].items()}
    mean, std = checkpoint["mean"].double(), checkpoint["std"].double()
    weight = net["whiten.weight"]
    parts = [weight / (255 * std.view(1, 3, 1, 1)), net["whiten.bias"] - (weight.sum((2, 3)) * mean / std).sum(1)]
    for block in range(len(WIDTHS)):
        for half in (1, 2):
            norm = f"blocks.{block}.norm{half}."
            scale = 1 / (net[norm + "running_var"] + 1e-5).sqrt()
            parts.append(net[f"blocks.{block}.conv{half}.weight"] * scale.view(-1, 1, 1, 1))
            parts.append(net[norm + "bias"] - net[norm + "running_mean"] * scale)
    return torch.cat([p.flatten() for p in parts]).float().numpy()
