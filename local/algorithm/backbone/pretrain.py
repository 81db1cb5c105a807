"""Pre-trains the frozen start of the local image-classification algorithm.

Data: the 98 classes of CIFAR-100 that are neither `bicycle` nor `motorcycle`, from a CIFAR-100
binary archive. The two vehicles are dropped as the file is read: no weight ever sees them.

The recipe is that of airbench94 (Keller Jordan, https://github.com/KellerJordan/cifar10-airbench):
a fixed whitening convolution, three blocks of two convolutions, batch normalisation whose scale
stays 1, Muon on the convolutions. Runs on a CPU, resumes from its last checkpoint.

    python pretrain.py --dataset cifar-100-binary.tar.gz --out checkpoints
"""

import argparse
import json
import os
import tarfile
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

NEVER_SEEN = (8, 48)  # fine labels of bicycle and motorcycle
RECORD = 2 + 3072  # coarse label, fine label, 32x32 red, green, blue

CONFIG = {
    "widths": (64, 128, 256),
    "epochs": 26,
    "small_crops_until": 0.5,  # share of the epochs that train on 24x24 crops
    "batch": 256,
    "muon_lr": 0.08,
    "muon_momentum": 0.6,
    "sgd_lr": 0.02,
    "sgd_momentum": 0.9,
    "head_weight_decay": 5e-4,
    "warm_up": 0.03,  # share of the steps
    "shift": 4,  # pixels
    "cutout": 8,  # pixels
    "jitter": 0.2,  # brightness, contrast and saturation
    "seed": 1,
}


def read(archive, member):
    """Pictures uint8 [n, 3, 32, 32] and labels int64 [n] of the 98 classes, labels from 0 to 97."""
    with tarfile.open(archive) as tar:
        name = next(n for n in tar.getnames() if n.endswith(member))
        raw = np.frombuffer(tar.extractfile(name).read(), np.uint8).reshape(-1, RECORD)
    raw = raw[~np.isin(raw[:, 1], NEVER_SEEN)]
    kept = [c for c in range(100) if c not in NEVER_SEEN]
    label = np.searchsorted(kept, raw[:, 1])
    return torch.from_numpy(raw[:, 2:].reshape(-1, 3, 32, 32).copy()), torch.from_numpy(label)


def whitening(pictures, eps=5e-4):
    """The 24 filters 2x2 that whiten the pictures' patches: 12 eigenvectors and their negatives."""
    patches = pictures.unfold(2, 2, 1).unfold(3, 2, 1).permute(0, 2, 3, 1, 4, 5).reshape(-1, 12)
    values, vectors = torch.linalg.eigh(patches.T @ patches / len(patches))
    filters = (vectors / (values + eps).sqrt()).T.reshape(12, 3, 2, 2)
    return torch.cat([filters, -filters])


class Block(nn.Module):
    def __init__(self, width_in, width_out):
        super().__init__()
        self.conv1 = nn.Conv2d(width_in, width_out, 3, padding=1, bias=False)
        self.conv2 = nn.Conv2d(width_out, width_out, 3, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(width_out, momentum=0.1)
        self.norm2 = nn.BatchNorm2d(width_out, momentum=0.1)
        for norm in (self.norm1, self.norm2):
            norm.weight.requires_grad = False  # scale 1: folds through the max-pool

    def forward(self, x):
        x = F.relu(self.norm1(F.max_pool2d(self.conv1(x), 2)))
        return F.relu(self.norm2(self.conv2(x)))


class Net(nn.Module):
    def __init__(self, widths, classes):
        super().__init__()
        self.whiten = nn.Conv2d(3, 24, 2)
        self.whiten.weight.requires_grad = False
        self.blocks = nn.ModuleList(
            Block(a, b) for a, b in zip((24, *widths[:-1]), widths)
        )
        self.head = nn.Linear(widths[-1], classes)

    def forward(self, x):
        x = F.relu(self.whiten(x))
        for block in self.blocks:
            x = block(x)
        return self.head(x.mean((2, 3)))


class Muon(torch.optim.Optimizer):
    """Momentum, then the nearest orthogonal matrix (Newton-Schulz), then a step of fixed length."""

    def __init__(self, params, lr, momentum, dtype):
        super().__init__(params, {"lr": lr, "momentum": momentum})
        self.dtype = dtype  # of the orthogonalisation, which needs no more than bfloat16

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                buffer = self.state[p].setdefault("momentum", torch.zeros_like(p))
                buffer.mul_(group["momentum"]).add_(p.grad)
                direction = p.grad.add(buffer, alpha=group["momentum"])
                p.mul_(len(p) ** 0.5 / p.norm())
                p.add_(orthogonal(direction.reshape(len(p), -1).to(self.dtype)).view_as(p), alpha=-group["lr"])


def orthogonal(g, steps=3):
    a, b, c = 3.4445, -4.7750, 2.0315
    x = g / (g.norm() + 1e-7)
    if len(x) > x.shape[1]:
        return orthogonal(x.T, steps).T
    for _ in range(steps):
        s = x @ x.T
        x = a * x + (b * s + c * s @ s) @ x
    return x


def augment(x, size, config, generator):
    """A random shift (or crop), mirror image, colours and hole for each picture of a batch."""
    n, shift, jitter = len(x), config["shift"], config["jitter"]

    def draw(low, high):
        return torch.randint(low, high + 1, (n,), generator=generator)

    def scale():
        return (1 + jitter * (2 * torch.rand(n, 1, 1, 1, generator=generator) - 1))

    if size == 32:
        x = F.pad(x, (shift,) * 4, mode="reflect")
    room = x.shape[2] - size
    top, left = draw(0, room), draw(0, room)
    rows = top[:, None] + torch.arange(size)
    columns = left[:, None] + torch.arange(size)
    mirrored = torch.rand(n, generator=generator) < 0.5
    columns = torch.where(mirrored[:, None], columns.flip(1), columns)
    x = x[torch.arange(n)[:, None, None], :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)
    x = x + jitter * (2 * torch.rand(n, 1, 1, 1, generator=generator) - 1)
    mean = x.mean((1, 2, 3), keepdim=True)
    x = mean + (x - mean) * scale()
    grey = x.mean(1, keepdim=True)
    x = grey + (x - grey) * scale()
    half = config["cutout"] // 2
    row, column = draw(0, size - 1), draw(0, size - 1)
    at = torch.arange(size)
    hole = ((at - row[:, None]).abs() < half)[:, None, :, None] & (
        (at - column[:, None]).abs() < half
    )[:, None, None, :]
    return x.masked_fill(hole, 0).contiguous(memory_format=torch.channels_last)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--dataset", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--config", default="{}", help="JSON that replaces entries of CONFIG")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--bf16", action="store_true", help="bfloat16 arithmetic: several times faster on a processor with AMX")
    args = parser.parse_args()
    dtype = torch.bfloat16 if args.bf16 else torch.float32
    arithmetic = torch.autocast("cpu", torch.bfloat16, enabled=args.bf16)
    config = CONFIG | json.loads(args.config)
    os.makedirs(args.out, exist_ok=True)
    torch.set_num_threads(args.threads)
    torch.manual_seed(config["seed"])
    generator = torch.Generator().manual_seed(config["seed"])

    train, label = read(args.dataset, "train.bin")
    test, test_label = read(args.dataset, "test.bin")
    train, test = train.float() / 255, test.float() / 255
    mean, std = train.mean((0, 2, 3), keepdim=True), train.std((0, 2, 3), keepdim=True)
    train, test = (train - mean) / std, (test - mean) / std

    net = Net(config["widths"], 98)
    net.whiten.weight.data = whitening(train[:5000])
    nn.init.zeros_(net.whiten.bias)
    net = net.to(memory_format=torch.channels_last)
    convolutions = [p for p in net.blocks.parameters() if p.ndim == 4]
    rest = [p for p in net.blocks.parameters() if p.ndim == 1 and p.requires_grad]
    muon = Muon(convolutions, config["muon_lr"], config["muon_momentum"], dtype)
    sgd = torch.optim.SGD(
        [
            {"params": [*rest, net.whiten.bias]},
            {"params": net.head.parameters(), "weight_decay": config["head_weight_decay"]},
        ],
        lr=config["sgd_lr"], momentum=config["sgd_momentum"], nesterov=True,
    )

    checkpoint, first, seconds = os.path.join(args.out, "last.pt"), 0, 0.0
    if os.path.exists(checkpoint):
        state = torch.load(checkpoint, weights_only=False)
        net.load_state_dict(state["net"])
        muon.load_state_dict(state["muon"])
        sgd.load_state_dict(state["sgd"])
        generator.set_state(state["generator"])
        first, seconds = state["epoch"] + 1, state["seconds"]

    batch = config["batch"]
    steps = len(train) // batch
    total = steps * config["epochs"]
    for epoch in range(first, config["epochs"]):
        started = time.time()
        size = 24 if epoch < config["small_crops_until"] * config["epochs"] else 32
        net.train()
        losses = 0.0
        for i, rows in enumerate(torch.randperm(len(train), generator=generator)[: steps * batch].view(steps, batch)):
            done = (epoch * steps + i) / total
            rate = min(done / config["warm_up"], (1 - done) / (1 - config["warm_up"]))
            muon.param_groups[0]["lr"] = rate * config["muon_lr"]
            for group in sgd.param_groups:
                group["lr"] = rate * config["sgd_lr"]
            pictures = augment(train[rows], size, config, generator)
            with arithmetic:
                logits = net(pictures)
            loss = F.cross_entropy(logits.float(), label[rows])
            muon.zero_grad()
            sgd.zero_grad()
            loss.backward()
            muon.step()
            sgd.step()
            losses += loss.item()
        net.eval()
        with torch.no_grad(), arithmetic:
            right = sum((net(x) + net(x.flip(3))).argmax(1).eq(y).sum().item()
                        for x, y in zip(test.split(500), test_label.split(500)))
        seconds += time.time() - started
        print(json.dumps({"epoch": epoch + 1, "loss": round(losses / steps, 4),
                          "accuracy": round(right / len(test), 4), "seconds": round(seconds)}), flush=True)
        torch.save({"net": net.state_dict(), "muon": muon.state_dict(), "sgd": sgd.state_dict(),
                    "generator": generator.get_state(), "epoch": epoch, "seconds": seconds,
                    "config": config, "mean": mean.flatten(), "std": std.flatten(),
                    "accuracy": right / len(test)}, checkpoint + ".part")
        os.replace(checkpoint + ".part", checkpoint)


if __name__ == "__main__":
    main()
