"""The commands that README.md shows, in `sh` blocks and in its table of them, with examples for placeholders."""

import re
import shlex
from pathlib import Path

from fbm_pipeline.settings import REPOSITORY

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")

# What a word in capitals stands for.
PLACEHOLDERS = {
    "D": "2024-04-01",
    "Y": "2024",
    "BASE": "marcel",
    "NEW": "control",
    "FILE": "projections.csv",
    "NAME": "Clay",
}

# Not run here, with the reason; their arguments are still parsed.
PARSED_ONLY = {
    "fbm fetch": "it asks the publishers' servers",
    "fbm ablations --plan": "it trains for hours",
    "fbm repair": "a run takes its place; faults/test_repair.py tries it",
}

GATE = "fbm compare --gate"  # its exit status 1 is an answer, and a simulated league decides which


def shown_commands() -> list[str]:
    """Each command once, as README shows it, without comments and without the path of .venv."""
    blocks = re.findall(r"^```sh\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    rows = [row.split("|")[1] for row in README.splitlines() if re.match(r"\| `(make|fbm)", row)]
    lines += [span for row in rows for span in re.findall(r"`([^`]+)`", row)]
    commands = [re.sub(r"\s+#.*$", "", line).strip().removeprefix(".venv/bin/") for line in lines]
    return list(dict.fromkeys(filter(None, commands)))


def example(command: str, folder: Path) -> list[str]:
    """The command's words with an example for each placeholder; a file lies in `folder`."""
    words = []
    for word in shlex.split(command):
        if word == "FILE":
            words.append(str(folder / PLACEHOLDERS[word]))
        elif word == "NAME" and "--plan" in words:
            words.append("control_families")
        else:
            words.append(PLACEHOLDERS.get(word, word))
    return words
