"""What sharded parameters (`--strategy fsdp`) save of a device's memory, and what they cost, beside `ddp`.

    python -m benchmarks.scale.sharded

Two processes on this computer's processor, by gloo, train a small U-Net and a network of dense layers by each strategy
in turns. Told are the bytes that each holds on its device between two steps: weights, their average, Adam's moments;
and the processor time of both a step. How long a step takes on accelerators this cannot tell.
"""

import json
import os
import socket
import subprocess
import sys
import time
from statistics import median

import torch

from benchmarks.measuring import tell_and_keep
from grainless.data.find import DataRoots
from grainless.data.sets.labelled.digits import Digits
from grainless.learn.fitting.crew import Crew
from grainless.learn.fitting.fit import Fit
from grainless.learn.methods.losses import mse
from grainless.learn.methods.methods import Supervised
from grainless.learn.networks.dense import Dense
from grainless.learn.networks.unet import UNet
from grainless.noise import noise_from

NETWORKS = {
    "a U-Net": lambda: UNet(widths=(24, 48, 96)),
    "dense layers": lambda: Dense(size=(8, 8), encoder=(2048, 2048), code=2048, decoder=(2048, 2048)),
}
TURNS, STEPS = 5, 8


def trained(network: str, crew: Crew) -> tuple[list[float], float, int]:
    """Processor seconds a step of each epoch, megabytes held, and how many parameters there are."""
    torch.manual_seed(0)
    data = Digits(validation=20, test=1760 - 16 * STEPS).read(DataRoots())
    made = NETWORKS[network]()
    method = Supervised(noise_from("gaussian:sigma=0..0.5"))
    fit = Fit(made, data, method, mse, epochs=TURNS + 1, batch=16, ema=0.99, crew=crew)
    spent = [epoch.processor / STEPS for epoch in fit()][1:]
    learner = fit._learner
    weights = [*learner.model.module.parameters(), *learner.judged.module.parameters()]
    moments = [each for state in learner._optimizer.state.values() for each in state.values()]
    local = [getattr(each, "_local_tensor", each) for each in (*weights, *moments)]
    held = sum(each.numel() * each.element_size() for each in local) / 1e6
    return spent, held, sum(each.numel() for each in made.parameters())


def as_one_of_two() -> None:
    """Both strategies in turns, and what they came to, as a line of JSON."""
    torch.set_num_threads(1)
    crews = {name: Crew.gathered("full", name) for name in ("ddp", "fsdp")}
    rows = []
    for network in NETWORKS:
        for name, crew in crews.items():
            spent, held, count = trained(network, crew)
            both = 2 * median(spent) * 1e3
            rows.append(
                {"network": network, "parameters": count, "by": name, "held, MB": held, "a step, ms": both}
            )
    if crews["ddp"].is_first:
        print("ROWS", json.dumps(rows), flush=True)
    time.sleep(0.5)


def both() -> list[dict[str, object]]:
    """What the first of two processes tells."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = str(found.getsockname()[1])
    meeting = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "WORLD_SIZE": "2", "NODE_RANK": "0"}
    command = [sys.executable, "-m", "benchmarks.scale.sharded", "one"]
    pair = [
        subprocess.Popen(
            command, env=os.environ | meeting | {"LOCAL_RANK": rank}, stdout=subprocess.PIPE, text=True
        )
        for rank in "01"
    ]
    told, _ = (each.communicate()[0] for each in pair)
    return json.loads(next(line for line in told.splitlines() if line.startswith("ROWS"))[5:])


if __name__ == "__main__":
    if "one" in sys.argv:
        as_one_of_two()
    else:
        tell_and_keep("scale/sharded", both(), "Two processes, by gloo; processor time of both a step")
