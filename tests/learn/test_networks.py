"""A network is tested by being listed, with small options, in CASES."""

import copy
import math
from itertools import product

import pytest
import safetensors.torch
import torch
from torch import nn

from grainless.errors import InputError
from grainless.learn.networks import NETWORKS, check_size
from grainless.learn.networks.layers import Layer, Parameters, layers, macs, parameters
from grainless.learn.networks.low_light import MIDDLE, _windows, averaged, statistics
from grainless.learn.networks.reach import grow, near, reach, shrink
from grainless.parts import Mistakes, make

MNIST = {"channels": 1, "size": (28, 28)}
CODED = {"name": "coded", "widths": [32, 64], "code": 16, "slope": 0.2, "normalise": True, "finish": "flat"}
WIDE = {"name": "pooled", "down": [32, 64], "middle": [128], "up": [128, 64]}

PUBLISHED = {  # name: options, the data's facts, total and trainable parameters as Keras printed them
    "a-mnist-coded": ({"name": "coded"}, MNIST, Parameters(843_649, 843_649)),
    "b-lowlight-pooled": ({"name": "pooled", "normalise": True}, {"channels": 3}, Parameters(30_019, 29_763)),
    "c-stacked": ({"name": "stacked"}, MNIST, Parameters(47_425, 47_425)),
    "c-pooled": ({"name": "pooled"}, MNIST, Parameters(28_353, 28_353)),
    "c-coded": (CODED, MNIST, Parameters(178_769, 178_385)),
    "c-wide": (WIDE, MNIST, Parameters(314_625, 314_625)),
    "d-fashion-dense": ({"name": "dense"}, MNIST, Parameters(1_313_616, 1_313_616)),
    "e-mnist-plain": (
        {"name": "dense", "encoder": [], "code": 1, "decoder": []},
        MNIST,
        Parameters(2353, 2353),
    ),
    "e-mnist-conv": (
        {"name": "stacked", "widths": [16, 8], "padding": "same", "start": "glorot"},
        MNIST,
        Parameters(3217, 3217),
    ),
}

SMALL = {"size": (9, 12)}  # odd and even, for those of one size
CASES = {
    "dense": {"name": "dense", "encoder": [12], "code": 7, "decoder": [9]},
    "dense bare": {"name": "dense", "encoder": [], "code": 5, "decoder": []},
    "coded": {"name": "coded", "widths": [3, 5], "code": 4},
    "coded once": {"name": "coded", "widths": [4], "code": 4},
    "coded deep": {"name": "coded", "widths": [3, 4, 5], "code": 4, "slope": 0.3},
    "coded normalised": {"name": "coded", "widths": [3, 5], "slope": 0.2, "normalise": True},
    "coded flat": {"name": "coded", "widths": [3, 5], "slope": 0.2, "normalise": True, "finish": "flat"},
    "pooled": {"name": "pooled", "down": [5, 3], "up": [4, 6]},
    "pooled normalised": {"name": "pooled", "down": [5], "up": [4], "normalise": True},
    "pooled wide": {"name": "pooled", "down": [3, 4], "middle": [5], "up": [4, 3]},
    "stacked valid": {"name": "stacked", "widths": [5, 3]},
    "stacked same": {"name": "stacked", "widths": [5, 3], "padding": "same", "start": "glorot"},
    "low-light": {"name": "low-light", "widths": [3, 4], "fold": 1},
    "low-light overview": {"name": "low-light", "widths": [3, 4], "fold": 1, "bias": False, "overview": 5},
    "dncnn": {"name": "dncnn", "depth": 4, "width": 5},
    "dncnn shallow": {"name": "dncnn", "depth": 2, "width": 5},
    "unet": {"name": "unet", "widths": [3, 4, 5]},
    "unet folded": {"name": "unet", "widths": [3, 4], "blocks": 2, "fold": 2},
    "unet without bias": {"name": "unet", "widths": [3, 4], "bias": False},
    "unet of one scale": {"name": "unet", "widths": [4], "fold": 3},
    "unet image": {"name": "unet", "widths": [3, 4], "output": "image"},
}
WITH_LOGITS = [
    case
    for case in CASES
    if case.split()[0] not in {"dncnn", "low-light"} and (case.split()[0] != "unet" or "image" in case)
]
WITH_CODE = [case for case in CASES if case.split()[0] in {"dense", "coded"}]
ANY_SIZE = [case for case in CASES if case not in WITH_CODE]


def build(case, channels=1):
    torch.manual_seed(5)
    return make("network", NETWORKS, CASES[case], channels=channels, **SMALL)


def images_for(network, count=2):
    height, width = network.size or (4 * network.multiple, 5 * network.multiple)
    return torch.rand(count, network.channels, max(height, 6), max(width, 6))


def test_every_network_has_a_case():
    assert {options["name"] for options in CASES.values()} == set(NETWORKS)


@pytest.mark.parametrize(("options", "facts", "count"), PUBLISHED.values(), ids=PUBLISHED)
def test_published_networks_have_the_published_number_of_parameters(options, facts, count):
    assert parameters(make("network", NETWORKS, options, **facts)) == count


@pytest.mark.parametrize(("case", "channels"), [*product(CASES, [1, 3])])
def test_images_come_out_as_they_went_in(case, channels):
    network = build(case, channels)
    noisy = images_for(network)
    denoised = network(noisy)
    assert denoised.shape == noisy.shape
    assert denoised.dtype == torch.float32
    assert network.channels == channels


@pytest.mark.parametrize("case", CASES)
def test_every_weight_learns(case):
    assert lazy(build(case)) == []


def lazy(network):
    """The weights that no image moves, in double precision, where what should be zero is not 1e-7; but for those that
    are found without descent.
    """
    network.double().train()(images_for(network, count=16).double()).square().sum().backward()
    learned = [(name, weight) for name, weight in network.named_parameters() if weight.requires_grad]
    return [name for name, weight in learned if not weight.grad.abs().max() > 1e-9]


def test_the_test_above_notices_a_bias_that_batch_norm_takes_away():
    network = build("dncnn")
    network.noise[2] = nn.Conv2d(5, 5, 3, padding=1)
    assert lazy(network) == ["noise.2.bias"]


@pytest.mark.parametrize("case", ANY_SIZE)
def test_multiple_is_true_and_no_larger_than_it_must_be(case):
    network = build(case)
    assert network.size is None
    for sides in [(6, 7), (7, 6)]:
        noisy = torch.rand(1, 1, *(side * network.multiple for side in sides))
        assert network(noisy).shape == noisy.shape
    for smaller in (part for part in range(1, network.multiple) if network.multiple % part == 0):
        odd = torch.rand(1, 1, 7 * smaller, 6 * network.multiple)
        assert not takes(network, odd)


@pytest.mark.parametrize("case", ANY_SIZE)
def test_least_is_true_and_no_larger_than_it_must_be(case):
    network = build(case).eval()
    shortest = max(network.multiple, network.least)
    assert takes(network, torch.rand(1, 1, shortest, shortest))
    if network.least > 1:
        assert not takes(network, torch.rand(1, 1, network.least - 1, 20))


def takes(network, noisy):
    try:
        return network(noisy).shape == noisy.shape
    except RuntimeError:
        return False


@torch.no_grad()
def furthest_look(network, output):
    """How far one bright pixel shows when all weights are one, so that no two ways to a pixel cancel."""
    for name, weight in network.double().eval().named_parameters():
        weight.fill_(0 if name.endswith("bias") else 1)
    multiples = network.reach // network.multiple + 1
    side = (2 * multiples + 1) * network.multiple
    looks = []
    for pixel in range(multiples * network.multiple, (multiples + 1) * network.multiple):
        image = torch.zeros(1, 1, side, side, dtype=torch.float64)
        image[..., pixel, pixel] = 1
        shows = output(image)[0, 0].nonzero()
        looks.append((shows - pixel).abs().max().item())
    return max(looks)


@pytest.mark.parametrize("case", [case for case in ANY_SIZE if case.split()[0] != "low-light"])
def test_reach_is_exactly_how_far_a_pixel_shows(case):
    network = build(case)
    assert furthest_look(network, network.logits if case in WITH_LOGITS else network) == network.reach


@pytest.mark.parametrize("case", WITH_CODE)
def test_networks_with_a_code_take_one_size_and_look_at_all_of_it(case):
    network = build(case)
    assert (network.size, network.multiple, network.reach) == ((9, 12), 1, None)


def test_low_light_looks_at_the_whole_image_and_takes_every_size():
    network = build("low-light")
    assert (network.size, network.multiple, network.reach) == (None, 2, None)


@torch.no_grad()
def test_low_light_brings_every_exposure_to_the_same_light():
    network = make("network", NETWORKS, CASES["low-light"], channels=3, size=None)
    image = torch.rand(1, 3, 40, 60).add(0.5).div(1.5)
    bright = network.brightened(image)
    assert bright.mean().item() == pytest.approx(MIDDLE)
    dark = network.brightened(image / 4)
    assert (dark - bright).abs().max().item() < 2e-3  # DARKEST is added to both
    nn.init.ones_(network.light.bias)
    assert network.brightened(image).mean().item() == pytest.approx(MIDDLE * math.e)


def test_low_light_finds_the_light_of_its_pairs_before_the_first_step():
    """Pairs whose light is on a curve of the network's: it is found, and the U-Net is left alone."""
    network = make("network", NETWORKS, CASES["low-light overview"], channels=3, size=None)
    teacher = copy.deepcopy(network)
    nn.init.normal_(teacher.light.weight, std=0.1)
    nn.init.constant_(teacher.light.bias, -0.2)
    shown = torch.rand(6, 3, 40, 60) * torch.rand(6, 3, 1, 1)
    with torch.no_grad():
        wanted = teacher.brightened(shown)
        before = (network.brightened(shown) - wanted).square().mean()
    unet = copy.deepcopy(network.unet.state_dict())
    network.prepare(iter([(shown[:4], wanted[:4]), (shown[4:], wanted[4:])]))
    with torch.no_grad():
        assert (network.brightened(shown) - wanted).square().mean() < 0.05 * before
    assert all(torch.equal(unet[name], value) for name, value in network.unet.state_dict().items())


@torch.no_grad()
def test_windows_of_an_overview_are_those_of_the_image():
    image = torch.rand(2, 3, 32, 48)
    whole, *corners = _windows(averaged(image, 16)).split(2)
    assert torch.equal(whole, averaged(image, 16))
    parts = [
        image[:, :, rows, columns]
        for rows in (slice(24), slice(8, 32))
        for columns in (slice(36), slice(12, 48))
    ]
    assert len(corners) == 4  # three quarters of each side
    for corner, part in zip(corners, parts, strict=True):
        assert (corner.mean((2, 3)) - part.mean((2, 3))).abs().max().item() < 1e-6


def test_low_light_without_an_overview_is_left_as_it_is():
    network = make("network", NETWORKS, CASES["low-light"], channels=3, size=None)
    network.prepare(pytest.fail("no pair is looked at") for _ in range(1))
    assert not network.light.weight.any()


@torch.no_grad()
@pytest.mark.parametrize("size", [(40, 60), (35, 5), (64, 64)])
def test_an_overview_is_the_means_of_cells_of_equal_size(size):
    image = torch.rand(2, 3, *size, dtype=torch.float64)
    wanted = nn.functional.interpolate(image, size=(size[0] * 8, size[1] * 8), mode="nearest")
    wanted = nn.functional.adaptive_avg_pool2d(wanted, 8)  # cells of whole pixels there
    assert (averaged(image, 8) - wanted).abs().max().item() < 1e-9


@torch.no_grad()
def test_an_overview_gives_noise_and_clean_the_same_light():
    network = make("network", NETWORKS, CASES["low-light overview"], channels=3, size=None)
    nn.init.normal_(network.light.weight, std=0.1)
    image = torch.rand(1, 3, 1, 1).add(0.5).div(3).expand(1, 3, 200, 200)
    noise = 0.05 * torch.randn(1, 3, 200, 200)
    bright, noisy = network.brightened(image), network.brightened(image + noise)
    assert noisy.mean().item() == pytest.approx(bright.mean().item(), rel=0.02)


@torch.no_grad()
def test_headroom_is_how_far_lights_are_above_the_median():
    image = torch.full((1, 3, 10, 10), 0.04)
    image[..., :1, :] = 0.64  # a tenth, four times as bright by its root
    third = statistics(image, headroom=True)[0, 2].item()
    assert third == pytest.approx(math.log(4) / 0.5 - 1, abs=0.05)
    assert statistics(image / 2, headroom=True)[0, 2].item() == pytest.approx(third, abs=0.05)


@torch.no_grad()
def test_the_statistics_of_a_grey_image_have_neither_colour_nor_contrast():
    contrast, saturation, light, green, blue = statistics(torch.full((1, 3, 8, 8), 0.249))[0].tolist()
    assert contrast == pytest.approx(-1, abs=0.01)  # none
    assert saturation == pytest.approx(-1)  # none
    assert light == pytest.approx(math.log(0.5) + 1.5)
    assert (green, blue) == pytest.approx((0, 0))


@pytest.mark.parametrize("case", CASES)
def test_weights_come_back_from_a_file(case, tmp_path):
    network, other = build(case), build(case)
    network.train()(images_for(network))  # so that running statistics are not those of the start
    safetensors.torch.save_file(network.state_dict(), tmp_path / "weights.safetensors")
    for weight in other.parameters():
        nn.init.zeros_(weight)
    other.load_state_dict(safetensors.torch.load_file(tmp_path / "weights.safetensors"))
    noisy = images_for(network)
    assert torch.equal(network.eval()(noisy), other.eval()(noisy))


@pytest.mark.parametrize("case", CASES)
def test_a_seed_is_a_start(case):
    first, second = build(case).state_dict(), build(case).state_dict()
    assert all(torch.equal(first[name], second[name]) for name in first)
    torch.manual_seed(6)
    third = make("network", NETWORKS, CASES[case], channels=1, **SMALL).state_dict()
    assert not all(torch.equal(first[name], third[name]) for name in first)


@pytest.mark.parametrize("case", WITH_LOGITS)
def test_the_image_is_the_sigmoid_of_the_logits(case):
    network = build(case).eval()
    noisy = images_for(network)
    assert torch.equal(network(noisy), torch.sigmoid(network.logits(noisy)))


@pytest.mark.parametrize("case", WITH_CODE)
def test_the_image_is_the_decoded_code(case):
    network = build(case).eval()
    noisy = images_for(network)
    code = network.encode(noisy)
    assert code.shape == (2, CASES[case].get("code", 128))
    assert torch.equal(network(noisy), network.decode(code))


@pytest.mark.parametrize("size", [(28, 28), (7, 5), (1, 1), (8, 31)])
@pytest.mark.parametrize("finish", ["up", "flat"])
def test_coded_takes_sides_odd_and_even(size, finish):
    network = NETWORKS["coded"](size=size, widths=(3, 4, 5), code=2, finish=finish)
    assert network(torch.rand(2, 1, *size)).shape == (2, 1, *size)


def test_a_unet_without_bias_scales_with_the_image():
    network = build("unet without bias").double()
    noisy = images_for(network).double()
    torch.testing.assert_close(network(3 * noisy), 3 * network(noisy))


def test_networks_published_in_keras_start_as_keras_does():
    network = make("network", NETWORKS, CODED, **MNIST)
    conv, up = network.encoder[3].weight, network.decoder[5].weight
    assert (conv.shape, up.shape) == ((64, 32, 3, 3), (64, 32, 3, 3))
    for weight in (conv, up):
        assert weight.abs().max().item() == pytest.approx(
            (6 / (9 * 96)) ** 0.5, rel=1e-2
        )  # glorot_uniform's limit
    assert not network.encoder[3].bias.any()
    norm = network.encoder[2]
    assert (norm.momentum, norm.eps) == (pytest.approx(0.01), 1e-3)


def test_stacked_starts_as_published_by_he_but_for_its_last():
    stack = NETWORKS["stacked"]().stack
    assert stack[2].weight.abs().max().item() == pytest.approx(
        (6 / (9 * 64)) ** 0.5, rel=1e-2
    )  # he_uniform's limit
    assert stack[6].weight.abs().max().item() == pytest.approx(
        (6 / (9 * 64)) ** 0.5, rel=1e-2
    )  # Keras counts the 64 given
    assert stack[8].weight.abs().max().item() == pytest.approx((6 / (9 * 65)) ** 0.5, rel=1e-2)


def test_the_layer_table_of_a_is_the_published_one():
    network = make("network", NETWORKS, {"name": "coded"}, **MNIST).train()
    rows = layers(network, 28, 28)
    assert [row.parameters for row in rows if row.parameters] == [320, 18_496, 401_536, 404_544, 18_464, 289]
    assert rows[0] == Layer("encoder.0", "Conv2d", (32, 14, 14), 320)
    assert rows[-1] == Layer("decoder.4", "ConvTranspose2d", (1, 28, 28), 289)
    assert network.training
    assert not any(module._forward_hooks for module in network.modules())


@pytest.mark.parametrize("case", CASES)
def test_the_rows_of_the_layer_table_add_up(case):
    network = build(case)
    rows = layers(network, *images_for(network).shape[2:])
    assert sum(row.parameters for row in rows) == parameters(network).total


@pytest.mark.parametrize("case", CASES)
def test_a_network_on_another_device_is_counted_there(case):
    network = build(case)
    shape = images_for(network).shape[2:]
    expected = macs(network), layers(network, *shape)
    network.to("meta")
    if network.size or network.reach is not None:  # others look at what is in the image
        assert (macs(network), layers(network, *shape)) == expected


def test_the_layer_table_leaves_running_statistics_alone():
    network = build("coded normalised")
    before = {name: value.clone() for name, value in network.state_dict().items()}
    layers(network, 9, 12)
    assert all(torch.equal(before[name], value) for name, value in network.state_dict().items())


@pytest.mark.parametrize("name", ["dense", "coded"])
def test_images_of_several_sizes_are_refused(name):
    with pytest.raises(InputError, match=rf"The network {name} takes images of one size.* such as unet\.$"):
        NETWORKS[name](size=None)


def test_pooled_must_end_at_the_size_it_began_with():
    with pytest.raises(
        InputError, match=r"halves the image 2 times .* doubles it 1 times .* the same number"
    ):
        NETWORKS["pooled"](down=(3, 3), up=(3,))


def test_a_unet_that_gives_noise_has_no_logits():
    assert not hasattr(build("unet"), "logits")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"name": "coded", "code": 0}, 'option "code" of network coded is 0: .* greater than or equal to 1'),
        ({"name": "coded", "widths": []}, 'option "widths" of network coded is .*at least 1 item'),
        ({"name": "coded", "finish": "flap"}, "'up' or 'flat'"),
        (
            {"name": "coded", "kode": 3},
            r'no option of network coded is called "kode" \(did you mean "code"\?\)',
        ),
        ({"name": "dncnn", "depth": 1}, "greater than or equal to 2"),
        ({"name": "unet", "widths": [3, 0]}, "greater than or equal to 1"),
        ({"name": "unet", "channels": 1}, 'no option of network unet is called "channels"'),
    ],
)
def test_options_that_make_no_sense_are_refused(options, told):
    with pytest.raises(Mistakes, match=told):
        make("network", NETWORKS, options, **MNIST)


def test_check_size_tells_what_the_network_takes():
    check_size(build("unet"), 8, 12)
    check_size(build("dense"), 9, 12)
    with pytest.raises(InputError, match=r"multiples of 4, and these are 27 x 3; 24 x 4 would do\.$"):
        check_size(build("unet"), 27, 3)
    with pytest.raises(InputError, match=r"takes images of 9 x 12 pixels, and these are 9 x 13\.$"):
        check_size(build("dense"), 9, 13)
    with pytest.raises(InputError, match=r"images of 5 x 5 pixels or more, and these are 4 x 9\.$"):
        check_size(build("stacked valid"), 4, 9)


def test_reach_by_hand():
    assert reach([near(1)] * 3, multiple=1) == 3
    # pixel 0 of a pair: up to 2 low pixels by one side and its own pair by the other
    assert reach([shrink(2), near(1), grow(2)], multiple=2) == 3


@pytest.mark.parametrize(
    ("name", "options", "expected"),
    [
        ("dncnn", {"depth": 17, "width": 64}, 2 * 9 * 64 + 15 * 9 * 64 * 64),  # 555 k in the papers' tables
        (
            "dense",
            {"size": (28, 28), "encoder": [10], "code": 4, "decoder": []},
            (784 * 10 + 10 * 4 + 4 * 784) / 784,
        ),
        # by hand: door and exit over 4, two blocks at the finest over 4, down, up, one at the coarsest over 16
        (
            "unet",
            {"widths": [8, 16], "fold": 2},
            2 * (9 * 4 * 8) / 4 + 4 * (9 * 8 * 8) / 4 + 2 * (4 * 8 * 16) / 16 + 2 * (9 * 16 * 16) / 16,
        ),
    ],
)
def test_multiplications_a_pixel(name, options, expected):
    network = NETWORKS[name](channels=1, **options)
    assert macs(network) == pytest.approx(expected)
