"""Systems A, B, D and E in Keras as published. It runs in an environment of its own; see against_keras.py.

Reads a system's name from each line of standard input, trains an epoch of it, and answers with the seconds a step
took. As in the publications, noise is drawn once, before training; that time is not counted.
"""

import json
import os
import sys
import time
from collections.abc import Callable

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from keras import layers

THREADS = int(os.environ.get("OMP_NUM_THREADS", "0"))  # TensorFlow does not look at it by itself
tf.config.threading.set_intra_op_parallelism_threads(THREADS)
tf.config.threading.set_inter_op_parallelism_threads(THREADS)


def coded() -> keras.Model:
    """System A: 843,649 parameters."""
    return keras.Sequential(
        [
            layers.Input((28, 28, 1)),
            layers.Conv2D(32, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2D(64, 3, strides=2, padding="same", activation="relu"),
            layers.Flatten(),
            layers.Dense(128),
            layers.Dense(7 * 7 * 64),
            layers.Reshape((7, 7, 64)),
            layers.Conv2DTranspose(32, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2DTranspose(1, 3, strides=2, padding="same", activation="sigmoid"),
        ]
    )


def pooled() -> keras.Model:
    """System B: 30,019 parameters."""

    def block(last: layers.Layer) -> list[layers.Layer]:
        return [layers.Conv2D(32, 3, padding="same", activation="relu"), layers.BatchNormalization(), last]

    return keras.Sequential(
        [
            layers.Input((400, 600, 3)),
            *block(layers.MaxPooling2D(2)),
            *block(layers.MaxPooling2D(2)),
            *block(layers.UpSampling2D(2)),
            *block(layers.UpSampling2D(2)),
            layers.Conv2D(3, 3, padding="same", activation="sigmoid"),
        ]
    )


def dense() -> keras.Model:
    """System D: 1,313,616 parameters."""
    inner = [layers.Dense(width, activation="relu") for width in (512, 512, 256, 256, 64, 512)]
    return keras.Sequential([layers.Input((784,)), *inner, layers.Dense(784, activation="sigmoid")])


def convolutional() -> keras.Model:
    """System E: 3,217 parameters."""
    inner = [layers.Conv2D(width, 3, padding="same", activation="relu") for width in (16, 8, 8, 16)]
    last = layers.Conv2D(1, 3, padding="same", activation="sigmoid")
    return keras.Sequential([layers.Input((28, 28, 1)), *inner, last])


MODELS = {"A": (coded, 843_649), "B": (pooled, 30_019), "D": (dense, 1_313_616), "E": (convolutional, 3_217)}


class Clock(keras.callbacks.Callback):
    """Seconds from the beginning to the end of an epoch; what Keras prepares before it is left out."""

    def on_epoch_begin(self, epoch: int, logs: object = None) -> None:
        self.started = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: object = None) -> None:
        self.seconds = time.perf_counter() - self.started


def trainer(name: str, batch: int, steps: int, rate: float) -> Callable[[], float]:
    """A function that trains an epoch and gives the seconds a step took."""
    build, parameters = MODELS[name]
    model = build()
    if model.count_params() != parameters:
        raise ValueError(f"{name} has {model.count_params()} parameters, and {parameters} were published")
    model.compile(optimizer=keras.optimizers.Adam(rate), loss="binary_crossentropy")
    clean, noisy = np.random.default_rng(7).random(
        (2, steps * batch, *model.input_shape[1:]), dtype=np.float32
    )
    clock = Clock()

    def turn() -> float:
        model.fit(noisy, clean, batch_size=batch, epochs=1, verbose=0, callbacks=[clock])
        return clock.seconds / steps

    return turn


if __name__ == "__main__":
    turns: dict[str, Callable[[], float]] = {}
    for line in sys.stdin:
        asked = json.loads(line)
        if asked["name"] not in turns:
            turns[asked["name"]] = trainer(**asked)
        print(turns[asked["name"]](), flush=True)
