"""Turns a checkpoint of pretrain.py into the files that the algorithm loads.

network.onnx  the folded network as a graph whose tensors are external data in `weights.bin`, so that
              a trained model is this small file beside its own weights
fine-tune.onnx  one step of training (training_graph.py)
backbone.f16  the pre-trained weights and statistics: the flat vector of network.py, little-endian float16

    python export.py --checkpoint checkpoints/last.pt
"""

import argparse
import os
import tempfile

import numpy as np
import onnx
import onnxruntime
import torch
import torch.nn.functional as F
from onnx import TensorProto, helper

import network
import pretrain
import training_graph

HERE = os.path.dirname(os.path.abspath(__file__))
IR_VERSION, OPSET = 8, 17


def external(name, shape, offset):
    """A tensor whose values lie in weights.bin, `offset` floats from its start."""
    tensor = TensorProto(name=name, dims=shape, data_type=TensorProto.FLOAT)
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", "weights.bin"), ("offset", 4 * offset), ("length", 4 * int(np.prod(shape)))):
        tensor.external_data.add(key=key, value=str(value))
    return tensor


def inference_graph():
    """uint8 pictures [n, 32, 32, 3] to features [n, 256]: the means of the last layer's maps."""
    tensors, offset = [], 0
    for name, shape in network.tensors():
        tensors.append(external(name, shape, offset))
        offset += int(np.prod(shape))
    nodes = [
        helper.make_node("Cast", ["pictures"], ["float"], to=TensorProto.FLOAT),
        helper.make_node("Transpose", ["float"], ["whiten_in"], perm=[0, 3, 1, 2]),
    ]
    x = "whiten_in"
    for name, _, _, kernel, _, pooled in network.LAYERS:
        # Of constants: done once, when the graph is loaded.
        nodes.append(helper.make_node("Transpose", [f"{name}_weight"], [f"{name}_filters"], perm=[0, 3, 1, 2]))
        inputs = [x, f"{name}_filters", f"{name}_bias"]
        nodes.append(helper.make_node("Conv", inputs, [f"{name}_conv"], kernel_shape=[kernel] * 2, pads=[kernel - 2] * 4))
        x = f"{name}_conv"
        if pooled:
            nodes.append(helper.make_node("MaxPool", [x], [f"{name}_pool"], kernel_shape=[2, 2], strides=[2, 2]))
            x = f"{name}_pool"
        nodes.append(helper.make_node("Relu", [x], [name]))
        x = name
    nodes.append(helper.make_node("ReduceMean", [x], ["features"], axes=[2, 3], keepdims=0))
    graph = helper.make_graph(
        nodes, "network",
        [helper.make_tensor_value_info("pictures", TensorProto.UINT8, ["n", 32, 32, 3])],
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["n", network.WIDTHS[-1]])],
        tensors,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)


def reference(checkpoint, pictures):
    """The same features from PyTorch's unfolded net."""
    net = pretrain.Net(network.WIDTHS, 98)
    net.load_state_dict(checkpoint["net"])
    net.eval()
    x = (torch.from_numpy(pictures).permute(0, 3, 1, 2) / 255 - checkpoint["mean"].view(1, 3, 1, 1)) / checkpoint["std"].view(1, 3, 1, 1)
    with torch.no_grad():
        x = F.relu(net.whiten(x))
        for block in net.blocks:
            x = block(x)
        return x.mean((2, 3)).numpy()


def gradient_error(model, pretrained):
    """The largest difference of what one training step gives from PyTorch's, by the largest entry."""
    rng = np.random.default_rng(0)
    first, end = sum(network.sizes()[: 2 * network.FROZEN]), sum(network.sizes())
    weights = np.concatenate([pretrained[first:end], rng.normal(0, 0.1, 3 * (network.WIDTHS[-1] + 1)).astype("f4")])
    momentum = rng.normal(0, 1e-3, len(weights)).astype("f4")
    pictures = rng.integers(0, 256, (8, 32, 32, 3), dtype=np.uint8)
    labels = rng.integers(0, 3, 8)
    numbers = {"learning_rate": 0.01, "momentum_share": 0.9, "weight_decay": 0.001}
    statistics = pretrained[end:]
    inputs = {"pictures": pictures, "labels": labels, "weights": weights, "momentum": momentum, "statistics": statistics}
    inputs |= {name: np.array(number, np.float32) for name, number in numbers.items()}
    got = onnxruntime.InferenceSession(model.SerializeToString()).run(None, inputs)
    want = training_graph.reference_step(pretrained, pictures, labels, weights, momentum, statistics, *numbers.values())
    return max(float(np.abs(g - w).max() / np.abs(w).max()) for g, w in zip(got[:4], want))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--out", default=HERE)
    args = parser.parse_args()
    checkpoint = torch.load(args.checkpoint, weights_only=False, map_location="cpu")
    half = network.flatten(checkpoint).astype("<f2")
    model = inference_graph()
    with tempfile.TemporaryDirectory() as folder:
        network.answering(half.astype("<f4")).tofile(os.path.join(folder, "weights.bin"))
        path = os.path.join(folder, "network.onnx")
        with open(path, "wb") as file:
            file.write(model.SerializeToString())
        onnx.checker.check_model(path)
        pictures = np.random.default_rng(0).integers(0, 256, (8, 32, 32, 3), dtype=np.uint8)
        got = onnxruntime.InferenceSession(path).run(None, {"pictures": pictures})[0]
    want = reference(checkpoint, pictures)
    error = float(np.abs(got - want).max() / np.abs(want).max())
    if error > 5e-3:
        raise SystemExit(f"The graph differs from PyTorch by {error:.1e} of the largest feature.")
    step = training_graph.build(half.astype("<f4"))
    step_error = gradient_error(step, half.astype("<f4"))
    if step_error > 1e-4:
        raise SystemExit(f"The training step differs from PyTorch's by {step_error:.1e}.")
    half.tofile(os.path.join(args.out, "backbone.f16"))
    with open(os.path.join(args.out, "network.onnx"), "wb") as file:
        file.write(model.SerializeToString())
    with open(os.path.join(args.out, "fine-tune.onnx"), "wb") as file:
        file.write(step.SerializeToString())
    print(f"epoch {checkpoint['epoch'] + 1}, 98-class accuracy {checkpoint['accuracy']:.4f}, "
          f"float16 against PyTorch {error:.1e}, "
          f"step against autograd {step_error:.1e}, {half.nbytes} + {model.ByteSize()} + {step.ByteSize()} bytes")


if __name__ == "__main__":
    main()
