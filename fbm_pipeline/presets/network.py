"""All that makes one network of Levels 2 and 3 differ from another, and the roadmap's phases as such differences.

Not here: how large a run is and on which seasons (presets), what a field does (the module that reads it).
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

SEQUENCES = ("games", "shuffled", "game_mean", "window_mean", "none", "empty")
IDENTITIES = ("both", "majors", "profile", "archetype", "none", "shuffled")
HORIZONS_READ = ("career", "three_year", "one_year", "thirty_day", "prior")
GAMES = ("attention", "mean")
CONDITIONINGS = ("gated", "concatenated")
PITCH_POOLINGS = ("mean_and_last", "last", "attention")
TARGETS = ("logit", "rate", "residual", "counts")
PRIORS = ("marcel", "marcel_classic", "league", "mle")
ENCODERS = ("masked", "untrained")
FREEDOMS = ("frozen", "top", "all")
ENCODABLE = ("games", "shuffled", "empty")  # sequences of real plate appearances, which Level 1 can encode

WORDS: Mapping[str, tuple[str, ...]] = {
    "sequence": SEQUENCES,
    "identity": IDENTITIES,
    "game": GAMES,
    "conditioning": CONDITIONINGS,
    "pitch_pooling": PITCH_POOLINGS,
    "target": TARGETS,
    "prior": PRIORS,
    "encoder": ENCODERS,
}
COUNTS = (
    "batter_games",
    "pitcher_games",
    "width",
    "layers",
    "heads",
    "train_from",
    "epochs",
    "patience",
    "batch",
    "min_opportunities",
)
SHARES = ("statistic_dropout", "archetype_dropout", "dropout", "next_games_weight", "level1_rate")


class ConfigurationError(ValueError):
    """A network that cannot be; the message names the field, what it is and what is legal."""


@dataclass(frozen=True)
class Network:
    """One network of Levels 2 and 3. The defaults are the network in use."""

    # What it sees of a player
    batter_games: int = 40  # games of a batter's window, from 1
    pitcher_games: int = 20  # outings of a pitcher's window, from 1
    sequence: str = "games"  # one of SEQUENCES: the window as it was, or mixed up, averaged, emptied (inputs)
    identity: str = "both"  # one of IDENTITIES: profile and archetype; `majors` are without the minors
    horizons: tuple[str, ...] = HORIZONS_READ  # some of HORIZONS_READ in order: groups of the profile left in
    # How it reads it
    game: str = "attention"  # one of GAMES: Level 2 attends to plate appearances, or takes their mean
    conditioning: str = "gated"  # one of CONDITIONINGS: how the identity enters Levels 2 and 3
    outcome_bias: bool = False  # whether Level 2's attention has a learnt bias toward kinds of outcomes
    statistic_dropout: float = 0.2  # share of horizons of the profile that are withheld in training, 0 to 1
    archetype_dropout: float = 0.1  # share of archetypes that are withheld in training, 0 to 1
    # What it says
    target: str = "logit"  # one of TARGETS: what is learnt and by which loss (heads)
    prior: str = "marcel"  # one of PRIORS: the rates that it adjusts
    next_games_weight: float = 0.2  # of the next games beside the next season in the loss, 0 to 1
    # Level 1
    encoder: str = "masked"  # one of ENCODERS: whose embeddings it starts from
    pitch_pooling: str = "mean_and_last"  # one of PITCH_POOLINGS; others than the first need Level 1 to be trained
    level1: tuple[str, ...] = ("frozen",)  # of FREEDOMS by epoch, the last for all later: what of Level 1 is trained
    level1_rate: float = 0.1  # its learning rate as a share of the others', 0 to 1
    # Sizes
    width: int = 64  # of games and states, a multiple of `heads`
    layers: int = 1  # transformer blocks of each level, from 1
    heads: int = 4  # of attention, from 1
    dropout: float = 0.1  # within blocks and gates, 0 to 1
    # Training
    train_from: int = 2003  # first target season
    epochs: int = 4  # at most, from 1
    patience: int = 2  # epochs without a better one, from 1
    batch: int = 64  # players in a batch, from 1
    learning_rate: float = 1e-3  # at the peak of the schedule, above 0
    min_opportunities: int = 100  # PA or BF that a training target needs, from 1; scoring never asks
    seed: int = 11  # of weights, order and dropout

    def __post_init__(self) -> None:
        wrong = [
            f"{name} is {getattr(self, name)!r}, expected one of {', '.join(legal)}"
            for name, legal in WORDS.items()
            if getattr(self, name) not in legal
        ]
        wrong += [
            f"{name} is {getattr(self, name)!r}, expected at least 1" for name in COUNTS if getattr(self, name) < 1
        ]
        wrong += [
            f"{name} is {getattr(self, name)!r}, expected 0 to 1"
            for name in SHARES
            if not 0.0 <= getattr(self, name) <= 1.0
        ]
        wrong += self._contradictions()
        if wrong:
            raise ConfigurationError("; ".join(wrong))

    def _contradictions(self) -> list[str]:
        wrong = []
        if tuple(name for name in HORIZONS_READ if name in self.horizons) != self.horizons:
            wrong.append(
                f"horizons is {self.horizons!r}, expected some of {', '.join(HORIZONS_READ)} in that order, each once"
            )
        if not self.level1 or not set(self.level1) <= set(FREEDOMS):
            wrong.append(f"level1 is {self.level1!r}, expected some of {', '.join(FREEDOMS)}, one an epoch")
        if trains_level1(self) and self.sequence not in ENCODABLE:
            wrong.append(
                f"level1 is {self.level1!r} with the sequence {self.sequence!r}, expected one of {', '.join(ENCODABLE)}"
            )
        if self.pitch_pooling != "mean_and_last" and not trains_level1(self):
            wrong.append(f"pitch_pooling is {self.pitch_pooling!r} with Level 1 frozen, expected it to be trained")
        if self.outcome_bias and self.game == "mean":
            wrong.append("outcome_bias is True with the game 'mean', expected the game 'attention'")
        if self.width % self.heads:
            wrong.append(f"width is {self.width}, expected a multiple of heads, which is {self.heads}")
        if not self.learning_rate > 0:
            wrong.append(f"learning_rate is {self.learning_rate!r}, expected a number above 0")
        return wrong

    def as_plain(self) -> dict[str, object]:
        """All fields as plain values, in their order."""
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}

    def differences(self) -> dict[str, object]:
        """The fields that are not at their defaults, as plain values.

        A key holds these alone, so that a new option with a default leaves every key as it was.
        """
        at_default = {item.name for item in fields(self) if getattr(self, item.name) == item.default}
        return {name: value for name, value in self.as_plain().items() if name not in at_default}

    def changed(self, **changes: object) -> "Network":
        """This network with some fields changed. Raises ConfigurationError for an unknown or unchanged field."""
        known = {item.name for item in fields(self)}
        unknown = sorted(set(changes) - known)
        same = sorted(name for name in set(changes) & known if getattr(self, name) == changes[name])
        if unknown or same:
            raise ConfigurationError(
                f"fields {unknown} are unknown and {same} are as in the reference already; "
                f"a variant changes some of {', '.join(sorted(known))}"
            )
        return replace(self, **changes)  # type: ignore[arg-type]


# Functions and no methods: the class is in no code key, so that a new field with a default makes nothing again.


def trains_level1(network: Network) -> bool:
    """Whether Level 1 is trained in some epoch: plate appearances are then encoded, not read from the cache."""
    return any(freedom != "frozen" for freedom in network.level1)


def freedom_of_level1(network: Network, epoch: int) -> str:
    """What of Level 1 is trained in an epoch, counted from 0: one of FREEDOMS."""
    return network.level1[min(epoch, len(network.level1) - 1)]


def window_games(network: Network, player_type: str) -> int:
    """How many games a window holds at most."""
    return network.batter_games if player_type == "batter" else network.pitcher_games


def phases(network: Network) -> dict[str, Network]:
    """The roadmap's phases over a network's sizes, each the one before with some fields replaced.

    `4` is the network itself where that is at its defaults. Phases 2 and 3 know majors' profiles alone, as the minors
    come with phase 4. Phase 3 asks what is learnt, in the architecture of 2c; the later ones go back to the logit.
    """
    without_dropout = {"statistic_dropout": 0.0, "archetype_dropout": 0.0}
    with_dropout = {name: getattr(network, name) for name in without_dropout}
    as_long = {"batter_games": network.batter_games, "pitcher_games": network.pitcher_games}
    longer = {name: games + max(games // 4, 1) for name, games in as_long.items()}  # 40 become 50
    steps: Mapping[str, Mapping[str, object]] = {
        "2a": {"game": "mean", "conditioning": "concatenated", "identity": "majors", **without_dropout},
        "2b": {"game": "attention"},
        "2c": {"conditioning": "gated", **with_dropout},
        "3": {"target": "rate", "prior": "league"},
        "3 residual": {"target": "residual", "prior": network.prior},
        "3 counts": {"target": "counts"},
        "4": {"target": network.target, "identity": network.identity},
        "5 top": {"level1": ("top",)},
        "5 all": {"level1": ("all",)},
        "6 windows": {"level1": network.level1, **longer},
        "6 bias": {"outcome_bias": True, **as_long},
    }
    made, before = {}, network
    for name, changes in steps.items():
        before = made[name] = replace(before, **changes)  # type: ignore[arg-type]
    return made


PHASES: Mapping[str, Network] = phases(Network())
