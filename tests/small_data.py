"""Small data sets on disk, as their publishers store them; every image of one is different from all others."""

import gzip

import numpy as np
import tifffile
from PIL import Image


def different(count, *shape, seed=0, dtype=np.uint8):
    """`count` images of chance."""
    return np.random.default_rng(seed).integers(0, np.iinfo(dtype).max, (count, *shape), dtype, endpoint=True)


def idx(path, values, packed=True):
    """Write an idx file."""
    header = bytes([0, 0, 8, values.ndim]) + b"".join(side.to_bytes(4, "big") for side in values.shape)
    data = header + values.astype(np.uint8).tobytes()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(data) if packed else data)


def mnist(folder, train=20, test=6, packed=True):
    """Write the four files of MNIST, small."""
    for part, count in (("train", train), ("t10k", test)):
        ending = ".gz" if packed else ""
        idx(folder / f"{part}-images-idx3-ubyte{ending}", different(count, 28, 28, seed=count), packed)
        idx(folder / f"{part}-labels-idx1-ubyte{ending}", np.arange(count) % 10, packed)


def cifar(folder, each=4):
    """Write the binary version of CIFAR-10, small."""
    folder.mkdir(parents=True)
    names = [f"data_batch_{number}.bin" for number in range(1, 6)] + ["test_batch.bin"]
    for seed, name in enumerate(names):
        records = different(each, 3073, seed=seed)
        records[:, 0] = np.arange(each)
        (folder / name).write_bytes(records.tobytes())


def csv(path, rows=20, side=28, header=True):
    """Write a CSV file in Kaggle's manner; the labels are 0, 1, 2 ..."""
    pixels = different(rows, side * side)
    lines = [",".join(map(str, [label, *row])) for label, row in enumerate(pixels)]
    head = [",".join(["label", *(f"pixel{number}" for number in range(1, side * side + 1))])]
    path.write_text("\n".join(head * header + lines) + "\n")
    return pixels.reshape(rows, 1, side, side)


def images(folder, *names, size=(6, 8), channels=3, seed=0):
    """Write image files of (height, width) `size`."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(names):
        pixels = different(1, *size, channels, seed=seed + number)[0]
        Image.fromarray(pixels.squeeze()).save(folder / name)


def stack(path, planes=4, size=(6, 8), seed=0):
    """Write a TIFF of several pages; gives them, (n, h, w)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = different(planes, *size, seed=seed)
    tifffile.imwrite(path, pixels, photometric="minisblack", metadata=None)
    return pixels
