import numpy as np
import pytest
import tiny

from grainless.errors import InputError
from grainless.model import devices, session
from grainless.model.card import Card
from grainless.model.denoiser import load
from grainless.model.devices import CPU, CUDA, TOLERANCE, choose, open_runtime

SAMPLE = np.full((1, 1, 4, 4), 0.5, np.float32)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tiny.blur(tmp_path_factory.mktemp("models") / "blur.onnx", Card("blur", channels=1, reach=1))


@pytest.fixture
def cpu(path):
    return open_runtime(path)


class Liar:
    """A device that says it is CUDA and gives what it likes."""

    def __init__(self, cpu, answer, providers=(CUDA, CPU)):
        self.cpu, self.answer, self.providers = cpu, answer, providers

    def get_providers(self):
        return self.providers

    def run(self, names, given):
        return [self.answer(image) for image in self.cpu.run(names, given)]


def chosen(cpu, answer, device="auto", **liar):
    cuda = Liar(cpu, answer, **liar)
    session, remarks = choose(device, cpu, lambda name: cuda, SAMPLE, offered=lambda: [CUDA, CPU])
    return ("cuda" if session is cuda else "cpu"), remarks


@pytest.mark.parametrize("device", ["auto", "cuda"])
def test_a_device_that_counts_as_the_cpu_does_is_used(cpu, device):
    assert chosen(cpu, lambda image: image + TOLERANCE / 2, device) == ("cuda", ())


def fail(image):
    raise RuntimeError("CUDA failure 700:\n an illegal memory access")


@pytest.mark.parametrize("device", ["auto", "cuda"])
@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (lambda image: image + 2 * TOLERANCE, "its image was off the CPU's by 0.002 of full scale"),
        (np.zeros_like, "its image was off the CPU's by 0.5 of full scale, and 0.001 is allowed"),
        (lambda image: image * np.nan, "it gave pixels that are no numbers"),
        (
            lambda image: image[..., :3],
            "it gave an image of shape (1, 1, 4, 3) where the CPU gave (1, 1, 4, 4)",
        ),
        (fail, "it failed: CUDA failure 700: an illegal memory access"),
    ],
)
def test_a_device_that_lies_is_not_used_and_that_is_said(cpu, answer, fault, device):
    session, remarks = chosen(cpu, answer, device)
    assert session == "cpu"
    assert remarks[0].startswith(f"CUDA is not used, the CPU is: {fault}")


def test_a_device_that_did_not_start_is_not_used(cpu):
    session, remarks = chosen(cpu, lambda image: image, providers=(CPU,))
    assert session == "cpu"
    assert "it did not start; its driver, CUDA or cuDNN is missing or too old." in remarks[0]


@pytest.mark.parametrize(("device", "offered"), [("cpu", [CUDA, CPU]), ("auto", [CPU])])
def test_the_cpu_is_used_unasked(cpu, device, offered):
    assert choose(device, cpu, fail, SAMPLE, offered=lambda: offered) == (cpu, ())


def test_cuda_that_is_not_offered_is_refused(cpu):
    with pytest.raises(
        InputError, match=r"CUDA is not there: onnxruntime offers CPUExecutionProvider; put onnxruntime-"
    ):
        choose("cuda", cpu, fail, SAMPLE, offered=lambda: [CPU])


def test_unknown_devices_are_refused(path):
    with pytest.raises(InputError, match=r'No device is called "cud" \(did you mean "cuda"\?\)'):
        load(path, device="cud")


def test_a_denoiser_says_why_it_runs_on_the_cpu(path, monkeypatch):
    def opened(path, provider=CPU, threads=None):
        cpu = open_runtime(path)
        return cpu if provider == CPU else Liar(cpu, np.zeros_like)

    monkeypatch.setattr(devices, "open_runtime", opened)
    monkeypatch.setattr(devices.choose, "__kwdefaults__", {"offered": lambda: [CUDA, CPU]})
    session._warm.clear()
    denoiser = load(path)
    assert denoiser.remarks[0].startswith("CUDA is not used, the CPU is: its image was off")
    assert denoiser.run(SAMPLE)[0, 0, 1, 1] == pytest.approx(0.5)
    assert load(path, "cpu").remarks == ()
