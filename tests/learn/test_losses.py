import numpy as np
import pytest
import torch
from torch import nn

from grainless.errors import InputError
from grainless.learn.batches.draw import TorchDraw
from grainless.learn.methods import methods
from grainless.learn.methods.losses import LOSSES
from grainless.learn.methods.methods import METHODS, taught
from grainless.learn.methods.pairs import Pair, Scene
from grainless.learn.optimizers.optimizers import OPTIMIZERS, limit_norms
from grainless.learn.optimizers.schedules import SCHEDULES
from grainless.noise import noise_from


class Logits(nn.Module):
    """Gives what it is shown as logits."""

    def logits(self, shown):
        return shown

    def forward(self, shown):
        return torch.sigmoid(shown)


def one(value):
    return torch.full((1, 1, 1, 1), value)


def test_losses_of_one_pixel_by_hand():
    pair = Pair(one(0.0), one(1.0))  # sigmoid(0) = 1/2, wanted 1
    assert LOSSES["bce"](Logits(), pair).item() == pytest.approx(np.log(2))
    assert LOSSES["mse"](Logits(), pair).item() == pytest.approx(0.25)
    assert LOSSES["l1"](Logits(), pair).item() == pytest.approx(0.5)


def test_bce_is_finite_where_a_sigmoid_would_be_zero():
    assert LOSSES["bce"](Logits(), Pair(one(-200.0), one(1.0))).item() == pytest.approx(200)


@pytest.mark.parametrize("name", LOSSES)
def test_what_has_no_weight_does_not_count(name):
    shown, wanted = torch.tensor([0.0, 5.0]).reshape(1, 1, 1, 2), torch.ones(1, 1, 1, 2)
    weight = torch.tensor([1.0, 0.0]).reshape(1, 1, 1, 2)
    alone = LOSSES[name](Logits(), Pair(one(0.0), one(1.0)))
    assert LOSSES[name](Logits(), Pair(shown, wanted, weight)).item() == pytest.approx(alone.item())


def test_bce_needs_logits():
    with pytest.raises(
        InputError, match=r'"bce" needs a network that ends in a sigmoid .*; take "mse" or "l1"'
    ):
        LOSSES["bce"](nn.Identity(), Pair(one(0.0), one(1.0)))


def test_methods_show_and_want():
    clean, draw = torch.full((2, 1, 3, 3), 0.5), TorchDraw.seeded(0)
    noise = noise_from("gaussian:sigma=0.1")
    pair = METHODS["supervised"](noise)(Scene(clean), draw)
    assert not torch.equal(pair.shown, clean)
    assert torch.equal(pair.wanted, clean)
    pair = METHODS["given"](noise_from("none"))(Scene(clean, clean / 2), draw)
    assert torch.equal(pair.shown, clean / 2)
    assert torch.equal(pair.wanted, clean)
    pair = METHODS["noise2noise"](noise)(Scene(clean), draw)
    assert not torch.equal(pair.shown, pair.wanted)
    assert not torch.equal(pair.wanted, clean)


def test_given_pairs_must_be_given():
    with pytest.raises(InputError, match=r'learn\.name is "given", but the data hold clean images alone'):
        METHODS["given"](noise_from("none"))(Scene(one(0.0)), TorchDraw.seeded(0))


@pytest.mark.parametrize("name", SCHEDULES)
def test_rates_stay_between_none_and_the_highest(name):
    rates = [SCHEDULES[name](point) for point in np.linspace(0, 1, 101)]
    assert min(rates) >= 0
    assert max(rates) == pytest.approx(1)


def test_one_cycle_is_pytorchs():
    weight = nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([weight], lr=1.0)
    theirs = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=1.0, total_steps=101, cycle_momentum=False)
    for step in range(101):
        # PyTorch peaks a step early: it counts the warm-up as 0.3 * total - 1 steps
        point = 0.3 * step / 29.3 if step < 29.3 else 0.3 + 0.7 * (step - 29.3) / 70.7
        assert SCHEDULES["one-cycle"](point) == pytest.approx(theirs.get_last_lr()[0], abs=1e-6)
        optimizer.step()
        theirs.step()


@pytest.mark.parametrize(("name", "rate"), [("adam", 0.1), ("adamw", 0.1), ("rmsprop", 0.1), ("muon", 2.0)])
def test_optimizers_go_downhill(name, rate):
    weight = nn.Parameter(torch.tensor([1.0]))
    optimizer = OPTIMIZERS[name](nn.ParameterList([weight]), rate, 1e-7, 0.0)
    for _ in range(50):
        optimizer.zero_grad()
        weight.square().sum().backward()
        optimizer.step()
    assert abs(weight.item()) < 0.2


def test_long_filter_columns_are_cut_and_short_ones_left():
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Linear(4, 2))
    with torch.no_grad():
        network[0].weight.fill_(3.0)
        network[1].weight.fill_(0.5)
        network[0].bias.fill_(9.0)
    limit_norms(network, 2.0)
    assert network[0].weight.norm(dim=-2).flatten().tolist() == pytest.approx([2.0] * 6)
    assert network[1].weight.unique().item() == 0.5  # norm over 4 inputs: 1
    assert network[0].bias.tolist() == [9.0, 9.0]


class Shift:
    """No noise, but told from all others: adds 1/4."""

    parts = ()

    def __call__(self, clean, draw):
        return clean + 0.25

    def pair(self, noisy, clean, draw):
        return noisy + 0.25, clean


@pytest.mark.parametrize("name", METHODS)
def test_every_method_shows_the_recipes_noise(name, monkeypatch):
    monkeypatch.setattr(methods, "_fault", lambda noise: None)
    clean = torch.rand(2, 1, 16, 16)
    pair = made(name, Shift())(Scene(clean, clean / 2), TorchDraw.seeded(0))
    shifted = torch.cat([clean, clean / 2]).flatten() + 0.25
    off = (pair.shown.flatten()[:, None] - shifted).abs().min(dim=1).values
    assert off.max() < 0.01  # recorrupted adds so little


@pytest.mark.parametrize("name", [name for name in METHODS if name != "sure"])  # whose law is the next one
def test_the_noise_of_what_is_shown_tells_nothing_of_that_of_what_is_wanted(name):
    """So that the best answer is the clean image: the law of them all."""
    clean, sigma = torch.full((8, 1, 64, 64), 0.5), 1e-3
    noisy = clean + sigma * torch.randn(clean.shape, generator=torch.Generator().manual_seed(1))
    noise = noise_from(f"gaussian:sigma={sigma}") if name == "noise2noise" else noise_from("none")
    scene = (
        Scene(clean, noisy) if name in {"given", "calibrated"} else Scene(noisy if name in ALONE else clean)
    )
    pair = made(name, noise)(scene, TorchDraw.seeded(0))
    assert _correlation(pair) < 4
    if name in ALONE:
        assert _correlation(pair._replace(wanted=pair.shown)) > 4  # the test would see it


ALONE = ("apart", "blind-spots", "neighbours", "recorrupted")


def _correlation(pair):
    """Of both noises where the loss counts, in standard errors."""
    product = (pair.shown - 0.5) * (pair.wanted - 0.5)
    product = product if pair.weight is None else product[pair.weight.expand_as(product) > 0]
    return float((product.mean() / (product.std() / product.numel() ** 0.5 + 1e-12)).abs())


class Blur(nn.Module):
    """A denoiser that learns nothing: the mean of 3 x 3 pixels, and a bend."""

    def forward(self, noisy):
        mean = nn.functional.avg_pool2d(nn.functional.pad(noisy, (1, 1, 1, 1), mode="reflect"), 3, stride=1)
        return mean + 0.5 * (mean - 0.5).square()


@pytest.mark.parametrize("sigma", [0.05, 0.2])
def test_steins_risk_is_the_error_against_clean_images(sigma):
    rows = torch.linspace(0, 12, 128)
    clean = (0.5 + 0.3 * rows.sin()[:, None] * rows.cos()).expand(16, 1, -1, -1).contiguous()
    method = METHODS["sure"](noise_from(f"gaussian:sigma={sigma}"), sigma=sigma)
    pair = method(Scene(clean), TorchDraw.seeded(0))
    error = (Blur()(pair.shown) - clean).square().mean().item()
    risk = method.risk(LOSSES["mse"])(Blur(), pair).item()
    assert risk == pytest.approx(error, abs=0.02 * sigma**2)
    assert (
        LOSSES["mse"](Blur(), pair).item() > error + 0.5 * sigma**2
    )  # the distance to noisy images is another


def test_what_neighbours_differ_by_is_undone():
    clean = torch.rand(2, 3, 16, 16)
    method = METHODS["neighbours"](noise_from("none"), undo=2.0)
    pair = method(Scene(clean), TorchDraw.seeded(0))
    risk, off = method.risk(LOSSES["mse"]), pair.shown - pair.wanted
    assert risk(nn.Identity(), pair).item() == pytest.approx(
        off.square().mean().item()
    )  # c is all they differ by
    half = nn.Conv2d(3, 3, 1).eval()
    assert (
        risk(half, pair).item() == LOSSES["mse"](half, pair).item()
    )  # epochs are compared by what does not move
    black = risk(lambda shown: 0 * shown, pair).item()
    assert black == pytest.approx(3 * pair.wanted.square().mean().item())  # c is nothing
    assert METHODS["neighbours"](noise_from("none")).risk(LOSSES["l1"]) is LOSSES["l1"]


@pytest.mark.parametrize(("name", "options"), [("sure", {"sigma": 0.1}), ("neighbours", {"undo": 1.0})])
def test_a_risk_of_its_own_goes_with_no_other_loss(name, options):
    with pytest.raises(InputError, match=r'has a risk of its own, a squared error: "l1" cannot .*"mse"'):
        taught(METHODS[name](noise_from("none"), **options), LOSSES["l1"])


def test_blind_spots_hide_what_they_ask_for_and_what_shares_its_noise():
    clean = torch.arange(32 * 32.0).reshape(1, 1, 32, 32) / 1024
    pair = METHODS["blind-spots"](noise_from("none"))(Scene(clean), TorchDraw.seeded(0))
    assert torch.equal(pair.wanted, clean)
    assert torch.equal(pair.shown != clean, pair.weight > 0)
    assert 5 < pair.weight.sum() < 40
    rows = METHODS["blind-spots"](noise_from("none"), along="rows", reach=2)
    pair = rows(Scene(clean), TorchDraw.seeded(0))
    down, across = torch.nonzero(pair.weight[0, 0], as_tuple=True)
    for step in range(-2, 3):
        there = (across + step).clamp(0, 31)
        assert (pair.shown[0, 0, down, there] != clean[0, 0, down, there]).all()


def test_neighbours_are_two_of_one_cell():
    rows, columns = torch.meshgrid(torch.arange(8.0), torch.arange(8.0), indexing="ij")
    shown, wanted, *_ = METHODS["neighbours"](noise_from("none"))(
        Scene(torch.stack([rows, columns])[None]), TorchDraw.seeded(0)
    )
    assert shown.shape == (1, 2, 4, 4)
    assert torch.equal(shown // 2, wanted // 2)  # one cell
    assert ((shown - wanted).abs().sum(dim=1) == 1).all()  # beside or below, never across


@pytest.mark.parametrize(
    ("name", "noise", "fault"),
    [
        ("blind-spots", "correlated", 'neighbouring pixels share .*; if it runs along rows .* "rows"'),
        ("neighbours", "gaussian+jpeg", 'neighbouring pixels share the noise of jpeg.*or take "supervised"'),
        (
            "recorrupted",
            "poisson",
            'for Gaussian noise of sigma 0.001, and the noise is poisson.*"neighbours"',
        ),
        ("recorrupted", "gaussian:sigma=0.2", "of sigma 0.001, and the noise is gaussian"),
        (
            "sure",
            "gaussian:sigma=1e-3+jpeg",
            '"sure" for Gaussian noise of sigma 0.001, and the noise is gaus',
        ),
    ],
)
def test_methods_without_clean_images_refuse_noise_that_breaks_their_law(name, noise, fault):
    with pytest.raises(InputError, match=fault):
        made(name, noise_from(noise))


def test_blind_spots_take_noise_along_rows():
    METHODS["blind-spots"](noise_from("correlated"), along="rows")


def made(name, noise):
    """The method, with what it must be told of the noise."""
    known = {
        "recorrupted": {"sigma": 1e-3},
        "sure": {"sigma": 1e-3},
        "calibrated": {"measured": ["gaussian:sigma=1e-3"]},
        "apart": {"stride": 2},
    }
    return METHODS[name](noise, **known.get(name, {}))


@pytest.mark.parametrize(
    "noise",
    [
        "gaussian:sigma=0..55/255",
        "uniform:low=-0.1,high=0.1",
        "poisson:peak=1..30",
        "speckle",
        "poisson-gaussian",
        "correlated",
    ],
)
def test_noise2noise_takes_noise_that_keeps_the_mean(noise):
    METHODS["noise2noise"](noise_from(noise))


@pytest.mark.parametrize(
    ("noise", "fault"),
    [
        ("none", "there is no noise: both images are the same one; set noise.name"),
        ("uniform", r"uniform:.* moves the mean of pixels of 0 by 0\.45, which would be learned"),
        ("gaussian:mean=2/255", r"moves the mean of pixels of 0 by 0\.00\d+, which would be learned"),
        (
            "gaussian:sigma=0.1,clip=true",
            r"of 0 by 0\.04, .*keeps the mean, such as gaussian or poisson, not clipped",
        ),
        ("salt-pepper", r"moves the mean of pixels of 0 by 0\.05"),
        ("camera", r"moves the mean of pixels of 0 by"),
        ("jpeg", r"takes \d+% of fine texture"),
        (
            "gaussian+resize",
            r"resize:.* changes the clean side too, another way in each of the two; leave it out",
        ),
    ],
)
def test_noise2noise_refuses_noise_that_does_not_and_says_why(noise, fault):
    with pytest.raises(
        InputError, match=rf'learn\.name is "noise2noise", and .*{fault}.*; or take "supervised"\.$'
    ):
        METHODS["noise2noise"](noise_from(noise))
