"""Tiny ONNX models with cards, made by hand: denoisers are tested without training any."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from grainless.model.card import KEY


def save(path, card, *nodes, weights=None, sides=("h", "w")):
    """Write a model of these nodes, from "noisy" to "denoised", with the card inside (None: without)."""
    channels = card.channels if card else 1
    counts = {"noisy": channels * (card.planes if card else 1), "denoised": channels}
    ends = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", count, *sides])
        for name, count in counts.items()
    ]
    held = [numpy_helper.from_array(value, name) for name, value in (weights or {}).items()]
    graph = helper.make_graph(list(nodes), "tiny", ends[:1], ends[1:], held)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    if card:
        helper.set_model_props(model, {KEY: card.to_json()})
    onnx.save(model, path)
    return path


def identity(path, card=None, sides=("h", "w")):
    """What comes in goes out; of several planes the one in the middle."""
    if card and card.neighbours:
        ends = {"first": card.neighbours, "last": card.neighbours + 1}
        held = {name: np.array([at * card.channels]) for name, at in ends.items()} | {"axis": np.array([1])}
        node = helper.make_node("Slice", ["noisy", *held], ["denoised"])
        return save(path, card, node, weights=held, sides=sides)
    return save(path, card, helper.make_node("Identity", ["noisy"], ["denoised"]), sides=sides)


def times(path, card, factor):
    """Every pixel times a number."""
    weights = {"factor": np.array(factor, np.float32)}
    return save(path, card, helper.make_node("Mul", ["noisy", "factor"], ["denoised"]), weights=weights)


def blur(path, card):
    """The mean of 3 x 3 pixels, zeros outside; each colour for itself."""
    kernel = np.full((card.channels, 1, 3, 3), 1 / 9, np.float32)
    node = helper.make_node("Conv", ["noisy", "kernel"], ["denoised"], pads=[1] * 4, group=card.channels)
    return save(path, card, node, weights={"kernel": kernel})


def needs_five(path, card):
    """Nearly the identity by way of 5 x 5 windows: shorter sides make onnxruntime fail."""
    dot = np.zeros((1, 1, 5, 5), np.float32)
    dot[..., 2, 2] = 1
    there = helper.make_node("Conv", ["noisy", "dot"], ["middle"])
    back = helper.make_node("ConvTranspose", ["middle", "dot"], ["denoised"])
    return save(path, card, there, back, weights={"dot": dot})


def needs_four(path, card):
    """Identity by way of 4 x 4 blocks: sides that are no multiples of 4 make onnxruntime fail."""
    down = helper.make_node("SpaceToDepth", ["noisy"], ["blocks"], blocksize=4)
    up = helper.make_node("DepthToSpace", ["blocks"], ["denoised"], blocksize=4)
    return save(path, card, down, up)


def planes(path, card, *shares):
    """Of each colour the planes, each times its share, and of that the mean of 3 x 3 pixels, zeros outside."""
    colours = np.eye(card.channels, dtype=np.float32)
    kernel = np.concatenate([share * colours for share in shares], axis=1)[..., None, None]
    kernel = np.broadcast_to(kernel / 9, (*kernel.shape[:2], 3, 3)).astype(np.float32)
    node = helper.make_node("Conv", ["noisy", "kernel"], ["denoised"], pads=[1] * 4)
    return save(path, card, node, weights={"kernel": kernel})
