"""Builds fine-tune.onnx: one step of stochastic gradient descent as a plain ONNX graph.

onnxruntime-node runs graphs but has no training, so the gradients are written out by hand here and
checked against PyTorch's. The first layers stay as they were pre-trained and lie in the file; all
others, and behind them the head (a row of weights for each feature, last the biases), are one flat
vector, as network.py lays it out, that goes in and comes out changed. Each batch is normalised by its own
mean and variance (Ioffe and Szegedy, 2015); their running averages are a vector of their own.

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


MAPS = np.array([0, 2, 3])  # what a channel's statistics are over: pictures, rows, columns


def mean(b, x):
    return b.op("ReduceMean", x, axes=MAPS.tolist(), keepdims=1)


def channels(b, vector):
    """[channels] as [1, channels, 1, 1], to stand beside maps."""
    return b.op("Unsqueeze", vector, np.array([0, 2, 3]))


def convolve(b, x, weight, bias, pooled):
    """conv, 2x2 max-pool where the layer has one, normalisation, bias, ReLU: what it gives, and what backward needs."""
    conv = b.op("Conv", x, weight, kernel_shape=[3, 3], pads=[1] * 4)
    pool, where = b.op("MaxPool", conv, outputs=2, kernel_shape=[2, 2], strides=[2, 2]) if pooled else (conv, None)
    average = mean(b, pool)
    centred = b.op("Sub", pool, average)
    variance = mean(b, b.op("Mul", centred, centred))
    scale = b.op("Reciprocal", b.op("Sqrt", b.op("Add", variance, np.float32(EPSILON))))
    normal = b.op("Mul", centred, scale)
    y = b.op("Relu", b.op("Add", normal, channels(b, bias)))
    return y, (conv, where, normal, scale), (average, variance)


def normalisation_gradient(b, dy, normal, scale):
    """What of dy is left once each channel's mean and its projection on the normalised maps are taken out."""
    along = b.op("Mul", normal, mean(b, b.op("Mul", dy, normal)))
    return b.op("Mul", b.op("Sub", b.op("Sub", dy, mean(b, dy)), along), scale)


def weight_gradient(b, x, dy, shape):
    """Each 3x3 neighbourhood of x as a row of a matrix; the gradient is dy times that matrix."""
    out, channels = shape[0], shape[1]
    padded = b.op("Pad", b.op("Transpose", x, perm=[0, 2, 3, 1]), np.array([0, 1, 1, 0] * 2))
    stop = (-2, -1, END)  # a shift by 0, 1 or 2 leaves 2, 1 or 0 at the other end
    shifted = [
        b.op("Slice", padded, np.array([row, column]), np.array([stop[row], stop[column]]), np.array([1, 2]))
        for row in range(3) for column in range(3)
    ]
    neighbourhoods = b.op("Reshape", b.op("Concat", *shifted, axis=3), np.array([-1, 9 * channels]))
    rows = b.op("Reshape", b.op("Transpose", dy, perm=[1, 0, 2, 3]), np.array([out, -1]))
    gradient = b.op("Reshape", b.op("MatMul", rows, neighbourhoods), np.array([out, 3, 3, channels]))
    return b.op("Transpose", gradient, perm=[0, 3, 1, 2])


def input_gradient(b, dy, weight):
    """The convolution of dy with the same filters, turned round, inputs and outputs exchanged."""
    turned = b.op("Slice", weight, np.array([-1, -1]), np.array([-4, -4]), np.array([2, 3]), np.array([-1, -1]))
    turned = b.op("Transpose", turned, perm=[1, 0, 2, 3])
    return b.op("Conv", dy, turned, kernel_shape=[3, 3], pads=[1] * 4)


def build(pretrained):
    """The graph's model; `pretrained` is the flat vector of network.py."""
    b = Builder()
    shapes, sizes = [shape for _, shape in network.tensors()], network.sizes()
    frozen = np.split(pretrained, np.cumsum(sizes))[: 2 * FROZEN]
    shapes, sizes = shapes[2 * FROZEN :], sizes[2 * FROZEN :]

    ends = np.cumsum(sizes)
    parameters = [
        b.op("Reshape", b.op("Slice", "weights", np.array([end - size]), np.array([end])), np.array(shape))
        for end, size, shape in zip(ends, sizes, shapes)
    ]
    features = network.WIDTHS[-1]
    head = b.op("Reshape", b.op("Slice", "weights", np.array([ends[-1]]), np.array([END])), np.array([features + 1, -1]))
    head_weight = b.op("Slice", head, np.array([0]), np.array([features]))
    head_bias = b.op("Slice", head, np.array([features]), np.array([features + 1]))

    x = b.op("Transpose", b.op("Cast", "pictures", to=TensorProto.FLOAT), perm=[0, 3, 1, 2])
    for i, (_, wide, out, kernel, pooled) in enumerate(network.LAYERS[:FROZEN]):
        weight = frozen[2 * i].reshape(out, wide, kernel, kernel)
        x = b.op("Conv", x, weight, frozen[2 * i + 1], kernel_shape=[kernel] * 2, pads=[kernel - 2] * 4)
        x = b.op("Relu", b.op("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2]) if pooled else x)
    kept, statistics = [], []
    for i, (*_, pooled) in enumerate(network.LAYERS[FROZEN:]):
        y, inner, of_batch = convolve(b, x, parameters[2 * i], parameters[2 * i + 1], pooled)
        kept.append((x, y, *inner))
        statistics.append([b.op("Reshape", each, np.array([-1])) for each in of_batch])
        x = y
    of_batch = b.op("Concat", *(means for means, _ in statistics), *(variances for _, variances in statistics), axis=0)
    moved = b.op("Mul", b.op("Sub", of_batch, "statistics"), np.float32(STATISTICS_SHARE))
    b.nodes.append(helper.make_node("Add", ["statistics", moved], ["new_statistics"]))

    pooled = b.op("ReduceMean", x, axes=[2, 3], keepdims=0)
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
    area = b.op("Cast", b.op("ReduceProd", b.op("Slice", b.op("Shape", x), np.array([2]), np.array([4])), keepdims=0), to=TensorProto.FLOAT)
    dy = b.op("Expand", b.op("Unsqueeze", b.op("Div", d_pooled, area), np.array([2, 3])), b.op("Shape", x))
    for i in reversed(range(len(kept))):
        x, y, conv, where, normal, scale = kept[i]
        dy = b.op("Mul", dy, b.op("Cast", b.op("Greater", y, np.float32(0)), to=TensorProto.FLOAT))
        d_bias = b.op("ReduceSum", dy, MAPS, keepdims=0)
        dy = normalisation_gradient(b, dy, normal, scale)
        if where is not None:
            dy = b.op("MaxUnpool", dy, where, b.op("Shape", conv), kernel_shape=[2, 2], strides=[2, 2])
        gradients = [
            b.op("Reshape", weight_gradient(b, x, dy, shapes[2 * i]), flat),
            d_bias,
            *gradients,
        ]
        if i > 0:
            dy = input_gradient(b, dy, parameters[2 * i])

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
    for i, (_, _, _, kernel, pooled) in enumerate(network.LAYERS):
        weight, bias = tensors[2 * i], tensors[2 * i + 1]
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
