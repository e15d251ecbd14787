"""A training step of ours against a plain PyTorch loop over batched tensors in memory. Target: at most 1.10.

    python -m benchmarks.training.train_step

The plain loop is what one would write by hand for this network alone: floats in memory, noise drawn for a
batch, channels last, BCE on logits, fused Adam. Both keep freed memory (see grainless/allocator.py).
"""

import time

import torch
from torch.nn import functional as F

from benchmarks.measuring import Turn, compare, tell_and_keep
from benchmarks.training.systems import SYSTEMS, System
from grainless.cli.allocator import keep_freed_memory

PAIRS = 11


def plain(system: System) -> Turn:
    """The loop by hand, over the same images; gives the seconds a step took."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    network, images = system.network(), system.images()
    network = network.to(device, memory_format=torch.channels_last).train()
    clean = torch.from_numpy(images.stack()).to(device, torch.float32) / 255
    noisy = (
        None
        if images.noisy is None
        else torch.from_numpy(images.noisy.stack()).to(device, torch.float32) / 255
    )
    rate, batch = system.parts.training()["rate"], system.batch
    optimizer = torch.optim.Adam(network.parameters(), lr=rate, eps=1e-7, fused=True)

    def turn() -> float:
        started = time.perf_counter()
        total = torch.zeros((), device=device)
        for rows in torch.randperm(len(clean), device=device).split(batch):
            wanted = clean[rows]
            shown = system.noise(wanted) if noisy is None else noisy[rows]
            loss = F.binary_cross_entropy_with_logits(network.logits(shown), wanted)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.detach()
        float(total)  # on an accelerator, wait for it
        return (time.perf_counter() - started) / system.steps

    return turn


if __name__ == "__main__":
    keep_freed_memory()
    rows = [
        {"system": name, "batch": system.batch} | compare(system.turn(), plain(system), pairs=PAIRS)
        for name, system in SYSTEMS.items()
    ]
    tell_and_keep(
        "training/train_step",
        rows,
        "A training step: ours against a plain PyTorch loop (ratio of times, 95 % interval)",
    )
