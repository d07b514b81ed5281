"""Long transcripts, composed: each is about one thing and mentions nearly everything in passing."""

from __future__ import annotations

import random
import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
NAMES = ("kim", "lou", "max", "nia", "ole", "pia", "quy", "ron", "sam", "tea")
LEFT_OUT = 0.1  # of the chatter, so that no two transcripts hold the same


def write(folder: Path) -> list[Path]:
    """Write each as a file into `folder`, the same ones every time; the paths of the files."""
    chatter = (HERE / "chatter.txt").read_text(encoding="utf-8").splitlines()
    read = tomllib.loads((HERE / "transcripts.toml").read_text(encoding="utf-8"))
    paths = []
    for entry in read["transcript"]:
        path = folder / f"{entry['name']}.md"
        path.write_text(_composed(entry, chatter), encoding="utf-8")
        paths.append(path)
    return paths


def _composed(entry: dict[str, Any], chatter: list[str]) -> str:
    chance = random.Random(entry["name"])
    lines = [line for line in chatter if chance.random() > LEFT_OUT]
    chance.shuffle(lines)
    # What matters keeps its order, scattered evenly among the rest.
    for number, line in enumerate(entry["lines"]):
        lines.insert(round((number + 0.5) * len(lines) / len(entry["lines"])), line)
    minute = 9 * 60
    said = []
    for line in lines:
        minute += chance.randrange(4)
        said.append(f"[{minute // 60:02}:{minute % 60:02}] {chance.choice(NAMES)}: {line}")
    log = "\n\n".join(said)
    return f"# {entry['title']}\n\n{entry['summary']}\n\n## Complete log\n\n{log}\n"
