"""Builds fine-tune.onnx: one step of stochastic gradient descent as a plain ONNX graph.

onnxruntime-node runs graphs but has no training, so the gradients are written out by hand here and
checked against PyTorch's. The first layers stay as they were pre-trained and lie in the file; all
others, and behind them the head (a row of weights for each feature, last the biases), are one flat
vector, as network.py lays it out, that goes in and comes out changed. Each batch is normalised by its own
mean and variance (Ioffe and Szegedy, 2015); their running averages are a vector of their own.

Maps lie channels last behind the frozen layers, [n, side, side, channels], so that a trained convolution is a product of
two matrices: each place's neighbourhood, and the filters. onnxruntime's own convolution is slower where its weights
are no constants, and the neighbourhoods serve the weights' gradient again.

inputs   pictures uint8 [n, 32, 32, 3], labels int64 [n], weights and momentum float [p],
         statistics float [s] (the trained layers' means, then their variances),
         learning_rate, momentum_share, weight_decay float []
outputs  new_weights, new_momentum float [p], new_statistics float [s], loss float [] (mean
         cross-entropy), right int64 []
"""

import numpy as np
import torch
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper

import network
from network import EPSILON, FROZEN

STATISTICS_SHARE = 0.1  # of a batch in the running averages, PyTorch's default
OPSET, IR_VERSION = 17, 8
END = 2**31  # beyond the end of any axis


class Builder:
    """Collects nodes; each call of `op` names the node's first output after what it computes."""

    def __init__(self):
        self.nodes, self.constants, self.count = [], {}, 0

    def op(self, kind, *inputs, outputs=1, **attributes):
        self.count += 1
        names = [f"{kind.lower()}_{self.count}" + (f"_{i}" if i else "") for i in range(outputs)]
        inputs = [i if isinstance(i, str) else self.constant(i) for i in inputs]
        self.nodes.append(helper.make_node(kind, inputs, names, **attributes))
        return names[0] if outputs == 1 else names

    def constant(self, value):
        value = np.asarray(value)
        if value.dtype == np.float64:
            value = value.astype(np.float32)
        key = (value.dtype.str, value.shape, value.tobytes())
        return self.constants.setdefault(key, (f"constant_{len(self.constants)}", value))[0]

    def initializers(self):
        return [numpy_helper.from_array(value, name) for name, value in self.constants.values()]


MAPS = np.array([0, 1, 2])  # what a channel's statistics are over: pictures, rows, columns


def mean(b, x):
    return b.op("ReduceMean", x, axes=MAPS.tolist(), keepdims=1)


def neighbourhoods(b, x, side, channels):
    """Each 3x3 neighbourhood of maps [n, side, side, channels] as a row: [n * side * side, 9 * channels]."""
    wide = side + 2
    padded = b.op("Reshape", b.op("Pad", x, np.array([0, 1, 1, 0] * 2)), np.array([-1, wide * wide, channels]))
    place = np.arange(wide * wide).reshape(wide, wide)
    around = np.lib.stride_tricks.sliding_window_view(place, (3, 3)).ravel()
    return b.op("Reshape", b.op("Gather", padded, around, axis=1), np.array([-1, 9 * channels]))


def pool(b, x, side, channels):
    """The 2x2 max-pool of maps of this side, and each place's share of its square's maximum: of equal ones each has some."""
    half = side // 2
    even = b.op("Slice", x, np.array([0, 0]), np.array([2 * half] * 2), np.array([1, 2]))
    squares = b.op("Reshape", even, np.array([-1, half, 2, half, 2, channels]))
    top = b.op("ReduceMax", squares, axes=[2, 4], keepdims=1)
    highest = b.op("Cast", b.op("Equal", squares, top), to=TensorProto.FLOAT)
    share = b.op("Div", highest, b.op("ReduceSum", highest, np.array([2, 4]), keepdims=1))
    return b.op("Reshape", top, np.array([-1, half, half, channels])), share


def pool_gradient(b, dy, share, side, channels):
    half = side // 2
    spread = b.op("Mul", share, b.op("Unsqueeze", dy, np.array([2, 4])))
    even = b.op("Reshape", spread, np.array([-1, 2 * half, 2 * half, channels]))
    return b.op("Pad", even, np.array([0] * 5 + [side % 2] * 2 + [0]))


def convolve(b, x, weight, bias, layer):
    """conv, 2x2 max-pool where the layer has one, normalisation, bias, ReLU: what it gives, and what backward needs."""
    rows = neighbourhoods(b, x, layer.side, layer.wide)
    filters = b.op("Transpose", b.op("Reshape", weight, np.array([layer.out, -1])), perm=[1, 0])
    y = b.op("Reshape", b.op("MatMul", rows, filters), np.array([-1, layer.side, layer.side, layer.out]))
    y, share = pool(b, y, layer.side, layer.out) if layer.pooled else (y, None)
    average = mean(b, y)
    centred = b.op("Sub", y, average)
    variance = mean(b, b.op("Mul", centred, centred))
    scale = b.op("Reciprocal", b.op("Sqrt", b.op("Add", variance, np.float32(EPSILON))))
    normal = b.op("Mul", centred, scale)
    y = b.op("Relu", b.op("Add", normal, bias))
    return y, (rows, share, normal, scale), (average, variance)


def normalisation_gradient(b, dy, normal, scale):
    """What of dy is left once each channel's mean and its projection on the normalised maps are taken out."""
    along = b.op("Mul", normal, mean(b, b.op("Mul", dy, normal)))
    return b.op("Mul", b.op("Sub", b.op("Sub", dy, mean(b, dy)), along), scale)


def weight_gradient(b, rows, dy, layer):
    return b.op("MatMul", b.op("Transpose", b.op("Reshape", dy, np.array([-1, layer.out])), perm=[1, 0]), rows)


def input_gradient(b, dy, weight, layer):
    """The convolution of dy with the same filters, turned round, inputs and outputs exchanged."""
    places = b.op("Reshape", weight, np.array([layer.out, 9, layer.wide]))
    turned = b.op("Slice", places, np.array([-1]), np.array([-10]), np.array([1]), np.array([-1]))
    filters = b.op("Reshape", b.op("Transpose", turned, perm=[1, 0, 2]), np.array([-1, layer.wide]))
    rows = b.op("MatMul", neighbourhoods(b, dy, layer.side, layer.out), filters)
    return b.op("Reshape", rows, np.array([-1, layer.side, layer.side, layer.wide]))


def build(pretrained):
    """The graph's model; `pretrained` is the flat vector of network.py."""
    b = Builder()
    sizes = network.sizes()
    frozen = np.split(pretrained, np.cumsum(sizes))[: 2 * FROZEN]
    sizes = sizes[2 * FROZEN :]

    ends = np.cumsum(sizes)
    parameters = [b.op("Slice", "weights", np.array([end - size]), np.array([end])) for end, size in zip(ends, sizes)]
    features = network.WIDTHS[-1]
    head = b.op("Reshape", b.op("Slice", "weights", np.array([ends[-1]]), np.array([END])), np.array([features + 1, -1]))
    head_weight = b.op("Slice", head, np.array([0]), np.array([features]))
    head_bias = b.op("Slice", head, np.array([features]), np.array([features + 1]))

    x = b.op("Transpose", b.op("Cast", "pictures", to=TensorProto.FLOAT), perm=[0, 3, 1, 2])
    for (_, wide, out, kernel, _, pooled), weight, bias in zip(network.LAYERS, frozen[::2], frozen[1::2]):
        filters = weight.reshape(out, kernel, kernel, wide).transpose(0, 3, 1, 2)
        x = b.op("Conv", x, filters, bias, kernel_shape=[kernel] * 2, pads=[kernel - 2] * 4)
        x = b.op("Relu", b.op("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2]) if pooled else x)
    x = b.op("Transpose", x, perm=[0, 2, 3, 1])
    kept, statistics = [], []
    for i, layer in enumerate(network.LAYERS[FROZEN:]):
        x, inner, of_batch = convolve(b, x, parameters[2 * i], parameters[2 * i + 1], layer)
        kept.append((layer, x, *inner))
        statistics.append([b.op("Reshape", each, np.array([-1])) for each in of_batch])
    of_batch = b.op("Concat", *(means for means, _ in statistics), *(variances for _, variances in statistics), axis=0)
    moved = b.op("Mul", b.op("Sub", of_batch, "statistics"), np.float32(STATISTICS_SHARE))
    b.nodes.append(helper.make_node("Add", ["statistics", moved], ["new_statistics"]))

    pooled = b.op("ReduceMean", x, axes=[1, 2], keepdims=0)
    logits = b.op("Add", b.op("MatMul", pooled, head_weight), head_bias)
    logs = b.op("LogSoftmax", logits, axis=1)
    classes = b.op("Gather", b.op("Shape", logits), np.array(1))
    truth = b.op("OneHot", "labels", classes, np.array([0.0, 1.0]), axis=1)
    n = b.op("Cast", b.op("Gather", b.op("Shape", logits), np.array(0)), to=TensorProto.FLOAT)
    total = b.op("ReduceSum", b.op("Mul", logs, truth), keepdims=0)
    b.nodes.append(helper.make_node("Neg", [b.op("Div", total, n)], ["loss"]))
    hits = b.op("Cast", b.op("Equal", b.op("ArgMax", logits, axis=1, keepdims=0), "labels"), to=TensorProto.INT64)
    b.nodes.append(helper.make_node("ReduceSum", [hits], ["right"], keepdims=0))

    d_logits = b.op("Div", b.op("Sub", b.op("Exp", logs), truth), n)
    flat = np.array([-1])
    d_head = b.op("MatMul", b.op("Transpose", pooled, perm=[1, 0]), d_logits)
    gradients = [b.op("Reshape", d_head, flat), b.op("ReduceSum", d_logits, np.array([0]), keepdims=0)]
    d_pooled = b.op("MatMul", d_logits, b.op("Transpose", head_weight, perm=[1, 0]))
    area = np.float32(kept[-1][0].side ** 2)
    dy = b.op("Expand", b.op("Unsqueeze", b.op("Div", d_pooled, area), np.array([1, 2])), b.op("Shape", x))
    for i, (layer, y, rows, share, normal, scale) in reversed(list(enumerate(kept))):
        dy = b.op("Mul", dy, b.op("Cast", b.op("Greater", y, np.float32(0)), to=TensorProto.FLOAT))
        d_bias = b.op("ReduceSum", dy, MAPS, keepdims=0)
        dy = normalisation_gradient(b, dy, normal, scale)
        if share is not None:
            dy = pool_gradient(b, dy, share, layer.side, layer.out)
        gradients = [b.op("Reshape", weight_gradient(b, rows, dy, layer), flat), d_bias, *gradients]
        if i > 0:
            dy = input_gradient(b, dy, parameters[2 * i], layer)

    gradient = b.op("Add", b.op("Concat", *gradients, axis=0), b.op("Mul", "weights", "weight_decay"))
    b.nodes.append(helper.make_node("Add", [b.op("Mul", "momentum", "momentum_share"), gradient], ["new_momentum"]))
    step = b.op("Mul", "new_momentum", "learning_rate")
    b.nodes.append(helper.make_node("Sub", ["weights", step], ["new_weights"]))

    def value(name, kind, shape):
        return helper.make_tensor_value_info(name, kind, shape)

    vector = [value(name, TensorProto.FLOAT, ["p"]) for name in ("weights", "momentum")]
    averages = 2 * sum(network.TRAINED)
    scalars = [value(name, TensorProto.FLOAT, []) for name in ("learning_rate", "momentum_share", "weight_decay")]
    graph = helper.make_graph(
        b.nodes, "fine-tune",
        [value("pictures", TensorProto.UINT8, ["n", 32, 32, 3]), value("labels", TensorProto.INT64, ["n"]), *vector,
         value("statistics", TensorProto.FLOAT, [averages]), *scalars],
        [*(value(name, TensorProto.FLOAT, ["p"]) for name in ("new_weights", "new_momentum")),
         value("new_statistics", TensorProto.FLOAT, [averages]),
         value("loss", TensorProto.FLOAT, []), value("right", TensorProto.INT64, [])],
        b.initializers(),
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)


def reference_step(pretrained, pictures, labels, weights, momentum, statistics, rate, share, decay):
    """The same step by PyTorch's autograd: new weights, new momentum, new statistics, loss."""
    shapes, sizes = [shape for _, shape in network.tensors()], network.sizes()
    frozen = torch.from_numpy(pretrained[: sum(sizes[: 2 * FROZEN])]).split(sizes[: 2 * FROZEN])
    trained = torch.from_numpy(weights).requires_grad_()
    parts = trained.split([*sizes[2 * FROZEN :], len(weights) - sum(sizes[2 * FROZEN :])])
    tensors = [v.view(shape) for v, shape in zip([*frozen, *parts], shapes)]
    averages = torch.from_numpy(statistics).split(2 * network.TRAINED)
    x = torch.from_numpy(pictures).permute(0, 3, 1, 2).float()
    of_batch = [None] * len(averages)
    for i, (*_, kernel, _, pooled) in enumerate(network.LAYERS):
        weight, bias = tensors[2 * i].permute(0, 3, 1, 2), tensors[2 * i + 1]
        x = F.conv2d(x, weight, bias if i < FROZEN else None, padding=1 if kernel == 3 else 0)
        x = F.max_pool2d(x, 2) if pooled else x
        if i >= FROZEN:
            variance, average = torch.var_mean(x, (0, 2, 3), correction=0)
            of_batch[i - FROZEN], of_batch[i - FROZEN + len(network.TRAINED)] = average, variance
            x = F.batch_norm(x, None, None, None, bias, training=True, eps=EPSILON)
        x = F.relu(x)
    head = parts[-1].view(network.WIDTHS[-1] + 1, -1)
    loss = F.cross_entropy(x.mean((2, 3)) @ head[:-1] + head[-1], torch.from_numpy(labels))
    gradient = torch.autograd.grad(loss, trained)[0] + decay * trained.detach()
    new_momentum = share * torch.from_numpy(momentum) + gradient
    new_weights = trained.detach() - rate * new_momentum
    new_statistics = [a + STATISTICS_SHARE * (b.detach() - a) for a, b in zip(averages, of_batch)]
    return new_weights.numpy(), new_momentum.numpy(), torch.cat(new_statistics).numpy(), loss.item()
