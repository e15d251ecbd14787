"""One TOML file -> data, noise, network, method of learning, training."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from grainless.data import DATA
from grainless.data.find import DataRoots
from grainless.data.images import Data, DataSet
from grainless.data.sets.stacks import Stacks
from grainless.errors import InputError
from grainless.learn.fitting.fit import Fit
from grainless.learn.methods.losses import LOSSES, Loss, check_loss
from grainless.learn.methods.methods import METHODS, Method, taught
from grainless.learn.networks import NETWORKS
from grainless.learn.networks.among import Among
from grainless.learn.networks.network import Network, check_size
from grainless.learn.recipe_files import found
from grainless.learn.recipe_lines import flattened, stray_lines, tables_of, with_line
from grainless.noise import Chain, Noise, noise_from
from grainless.noise.apart import is_apart
from grainless.parts import Mistakes, checked, choose, make, match


@dataclass(frozen=True)
class Recipe:
    """A training, written down.

    Args:
        name: the file's name without its ending.
        text: the TOML, comments kept.
    """

    name: str
    text: str

    @classmethod
    def load(cls, source: str | Path, changes: Iterable[str] = ()) -> Self:
        """A shipped recipe by name, or a TOML file; with lines changed as by `--set`, and checked.

        Raises:
            InputError: there is no such recipe, it is no TOML, or it has mistakes: all are told at once.
        """
        return cls(*found(source)).with_changes(changes)

    def with_changes(self, changes: Iterable[str]) -> Self:
        """With several lines set, each as `changed` does, and checked.

        Raises:
            InputError: a change has another form, or the recipe has mistakes: the changes, where it had none.
        """
        recipe, lines = self, []
        for change in changes:
            recipe = recipe.changed(change)
            lines.append(f"--set {change}")
        if mistakes := recipe.mistakes():
            theirs = lines and not self.mistakes()
            raise InputError(told(" ".join(lines) if theirs else f"{self.name}.toml", mistakes))
        return recipe

    @property
    def tables(self) -> dict[str, Any]:
        """The TOML as plain mappings.

        Raises:
            InputError: it is not TOML.
        """
        return tables_of(self.name, self.text)

    @property
    def seed(self) -> int:
        """What all chance of this training comes from."""
        return int(self.tables.get("seed", 0))

    @property
    def options(self) -> dict[str, Any]:
        """Every line as one flat mapping: "train.epochs" -> 20."""
        return {"seed": self.seed} | flattened(self.tables)

    def changed(self, change: str) -> Self:
        """With one line set, such as "network.code=16" or "noise=poisson:peak=30"; not yet checked.

        Raises:
            InputError: it is not of the form table.key=value.
        """
        return type(self)(self.name, with_line(self.text if self.tables else "", change))

    def check(self) -> None:
        """Look at every line; nothing is read, nothing trained.

        Raises:
            InputError: all mistakes at once, each with the nearest right word.
        """
        if mistakes := self.mistakes():
            raise InputError(told(f"{self.name}.toml", mistakes))

    def mistakes(self) -> list[str]:
        """What is wrong with it, each once, with the nearest right word.

        Raises:
            InputError: it is not TOML.
        """
        mistakes = stray_lines(self.tables)
        looks: list[Callable[[], object]] = [self.source, self.noise, self.loss, self.training]
        # By themselves, so that a mistake in [data] or [noise] hides none of theirs; then with all they need.
        looks += [
            self._method_options,
            self._network_options,
            self.method,
            self._network_and_loss,
            self._planes,
        ]
        mistakes += collected(looks)
        return list(dict.fromkeys(mistakes))  # a wrong noise is met again by the method of learning

    def source(self) -> DataSet:
        """The data set, not yet read."""
        return make("data set", DATA, self._table("data"))

    def data(self, roots: DataRoots) -> Data:
        """The data, from where `roots` finds them."""
        return self.source().read(roots)

    def noise(self) -> Chain:
        """The noise of [noise], or all those of [[noise]] in turn; none of either is no noise."""
        return noise_from(self.tables.get("noise", "none"))

    def network(self) -> Network:
        """The network for the data set's images; its weights start from torch's global generator.

        Raises:
            InputError: the network does not take images, or crops, of that size.
        """
        source, crop = self.source(), self.training().get("crop")
        size = (crop, crop) if crop else source.size
        neighbours = source.neighbours if isinstance(source, Stacks) else 0
        shown = source.channels * (2 * neighbours + 1)
        part, options = self._network_options(channels=shown, size=size)
        network = part(**options)
        if neighbours:
            network = Among(network, source.channels, neighbours)
        if size:
            check_size(network, *size)
        return network

    def method(self) -> Method:
        """What the network is shown and asked for."""
        part, options = self._method_options(noise=self.noise())
        return part(**options)

    def loss(self) -> Loss:
        """What the training makes small."""
        return choose("loss", LOSSES, str(self._table("learn").get("loss", "mse")))

    def training(self) -> dict[str, Any]:
        """The keywords of `Fit` that the recipe sets, checked."""
        given = dict.fromkeys(Fit.GIVEN)
        keywords = checked("train", Fit, self._table("train"), given)
        return {key: value for key, value in keywords.items() if key not in given}

    def _method_options(self, noise: Chain | None = None) -> tuple[Callable[..., Method], dict[str, Any]]:
        options = {"name": "supervised"} | self._table("learn")
        options.pop("loss", None)
        return match("method of learning", METHODS, options, noise=noise)

    def _network_options(
        self, channels: int | None = None, size: tuple[int, int] | None = None
    ) -> tuple[Callable[..., Network], dict[str, Any]]:
        return match("network", NETWORKS, self._table("network"), channels=channels, size=size)

    def _network_and_loss(self) -> None:
        taught(self.method(), self.loss())
        network = self.network()
        check_loss(self.loss(), network)

    def _planes(self) -> None:
        """Planes beside those that are wanted are shown by one method, under noises that are new in each."""
        if not isinstance(self.source(), Stacks):
            return
        if not getattr(self.method(), "takes_planes", False):
            able = " or ".join(
                f'"{name}"' for name in METHODS if getattr(METHODS[name], "takes_planes", False)
            )
            raise InputError(
                f'data.name is "stacks", which gives what is shown beside what is wanted: learn.name is {able}.'
            )
        for part in self.noise().parts:
            if not (isinstance(part, Noise) and is_apart(part)):
                raise InputError(
                    f"{part} is made for one image at a time, and each plane of a stack needs noise of its own: take "
                    "gaussian, poisson or their like."
                )

    def _table(self, name: str) -> dict[str, Any]:
        table = self.tables.get(name, {})
        if not isinstance(table, dict):
            raise Mistakes([f"{name} is {table!r}; it is a table, [{name}]"])
        return table


def collected(looks: Iterable[Callable[[], object]]) -> list[str]:
    """What each look meets."""
    mistakes = []
    for look in looks:
        try:
            look()
        except Mistakes as error:
            mistakes += error.mistakes
        except InputError as error:
            mistakes.append(str(error).removesuffix("."))
    return mistakes


def told(where: str, mistakes: list[str]) -> str:
    count = f"{len(mistakes)} mistakes" if len(mistakes) > 1 else "a mistake"
    return f"{where} has {count}: {'; '.join(mistakes)}."
