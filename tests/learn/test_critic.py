import pytest
import torch
from lightning_fabric import Fabric
from torch import nn
from torch.nn import functional as F
from trainings import tiny

from grainless.errors import InputError
from grainless.learn.batches.draw import TorchDraw
from grainless.learn.fitting.crew import Crew
from grainless.learn.methods.critic import Answer, Critic, PatchCritic
from grainless.learn.methods.losses import LOSSES
from grainless.learn.methods.methods import METHODS, critic_of
from grainless.learn.methods.pairs import Pair, Scene
from grainless.noise import noise_from


@pytest.fixture
def crew():
    return Crew(Fabric(accelerator="cpu", devices=1))


def critic(crew, share=0.5, rate=2e-3, seed=0):
    return Critic(1, share=share, width=4, rate=rate, seed=seed, crew=crew)


def pair(count=16, side=16, seed=0):
    """White noise, to be told from the same blurred."""
    sharp = torch.rand(count, 1, side, side, generator=torch.Generator().manual_seed(seed))
    return Pair(sharp, sharp)


class Blur(nn.Module):
    """Gives the mean of 3 x 3 pixels; a factor to be learned."""

    def __init__(self):
        super().__init__()
        self.factor = nn.Parameter(torch.ones(()))

    def forward(self, shown):
        return self.factor * F.avg_pool2d(shown, 3, 1, 1)


def test_a_score_sees_18_pixels_a_side():
    image = torch.zeros(1, 1, 48, 48, requires_grad=True)
    network = PatchCritic(1, 4)
    scores = network(torch.zeros_like(image), image)
    assert scores.shape == (1, 1, 12, 12)
    scores[0, 0, 6, 6].backward()
    seen = image.grad[0, 0].abs() > 0
    assert [int(seen.any(dim=axis).sum()) for axis in (0, 1)] == [18, 18]


def test_the_network_is_asked_for_its_loss_and_a_share_of_the_opinion(crew):
    blind = critic(crew, share=0.5, rate=1e-9)
    with torch.no_grad():  # a critic that gives every piece 0.2
        for weight in blind._network.parameters():
            weight.zero_()
        blind._network.stack[-1].bias.fill_(0.2)
    told = blind.contested(LOSSES["mse"])(Blur(), pair())
    plain = LOSSES["mse"](Blur(), pair())
    assert told.item() == pytest.approx(plain.item() + 0.5 * (0.2 - 1) ** 2 / 2, abs=1e-5)


def test_the_critic_learns_to_tell_blurred_from_sharp(crew):
    learning, network = critic(crew), Blur()
    loss = learning.contested(LOSSES["mse"])
    for step in range(60):
        loss(network, pair(seed=step))
    fresh = pair(seed=99)
    with torch.no_grad():
        sharp, blurred = (
            learning._network(fresh.shown, image) for image in (fresh.wanted, network(fresh.shown))
        )
    assert sharp.mean() > blurred.mean() + 0.2


def test_the_opinion_teaches_the_network_and_not_the_critic(crew):
    learning, network = critic(crew), Blur()
    learning.contested(LOSSES["mse"])(network, pair()).backward()
    before = network.factor.grad.clone()
    assert all(weight.requires_grad for weight in learning._network.parameters())
    network.factor.grad = None
    LOSSES["mse"](network, pair()).backward()
    assert not torch.equal(before, network.factor.grad)


def test_first_weights_come_from_the_seed_and_take_no_other_chance(crew):
    torch.manual_seed(1)
    before = torch.get_rng_state()
    one, same, other = (critic(crew, seed=seed).state() for seed in (0, 0, 1))
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert not torch.equal(one["critic.network.stack.0.weight"], other["critic.network.stack.0.weight"])


class Sigmoid(nn.Module):
    """Counts how often it is asked."""

    asked = 0

    def logits(self, shown):
        self.asked += 1
        return 3 * shown

    def forward(self, shown):
        return torch.sigmoid(self.logits(shown))


@pytest.mark.parametrize("loss", LOSSES)
def test_an_answer_is_the_networks_own_and_reckoned_once(loss):
    network, work = Sigmoid(), pair()
    plain = LOSSES[loss](network, work)
    network.asked = 0
    answer = Answer(network, work.shown)
    assert torch.equal(LOSSES[loss](answer, work), plain)
    assert torch.equal(answer.denoised, torch.sigmoid(3 * work.shown))
    assert network.asked == 1


def test_a_network_without_logits_answers_without():
    assert not hasattr(Answer(Blur(), pair().shown), "logits")


def test_it_shows_the_datas_own_noise_where_there_is_some():
    clean, draw = torch.full((2, 1, 3, 3), 0.5), TorchDraw.seeded(0)
    method = METHODS["adversarial"](noise_from("none"))
    assert torch.equal(method(Scene(clean), draw).shown, clean)
    assert torch.equal(method(Scene(clean, clean / 2), draw).shown, clean / 2)


@pytest.mark.parametrize(("name", "options"), [("supervised", {}), ("adversarial", {"share": 0.0})])
def test_methods_without_a_critic_have_none(crew, name, options):
    assert critic_of(METHODS[name](noise_from("none"), **options), 1, 0, crew) is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            "learn.share=-1",
            r'option "share" of method of learning adversarial is -1: input should be greater than',
        ),
        (
            "learn.shar=1",
            r'no option of method of learning adversarial is called "shar" \(did you mean "share"\?\)',
        ),
    ],
)
def test_options_that_cannot_be_are_told(change, message):
    with pytest.raises(InputError, match=message):
        tiny("learn.name=adversarial", change)
