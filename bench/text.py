"""Incident prose by chance: common words in half of the documents, rare ones in one of hundreds.

The words are the field's, their frequencies follow Zipf's law as prose does, and every document
is reproducible from its number.
"""

from __future__ import annotations

import random
from itertools import accumulate

COMMON = """service error deploy cluster node pod latency request database timeout alert customer
traffic restart rollback config version queue memory cpu disk network dns certificate token
replica primary failover region zone cache retry batch job worker scheduler ingress proxy gateway
dashboard metric log trace monitor page engineer team release change build image registry secret
volume storage backup restore migration schema index lock connection pool thread limit quota
capacity scale autoscaler balancer route firewall policy role permission account key credential
expired rotated missing stale corrupt slow failed blocked full unreachable degraded healthy
""".split()

SYLLABLES = "ka lo mi ter ra vin sol dex pra tun gel ors bix mar zen fol dru qua nim hel".split()

SENTENCES = (
    "The {0} of the {1} {2} stopped answering after the {3} {4}.",
    "We saw {0} {1} rise while {2} {3} stayed flat.",
    "An engineer noticed that {0} {1} pointed at the old {2}.",
    "Restarting the {0} {1} brought the {2} back for some minutes.",
    "The {0} {1} had been changed by the {2} {3} the day before.",
    "Nobody was paged, because the {0} {1} alert watched the wrong {2}.",
    "After the {0} {1} {2} was rolled back, {3} {4} recovered.",
    "The {0} for {1} {2} is documented, but the {3} step was missing.",
)


def _vocabulary() -> tuple[list[str], list[float]]:
    chance = random.Random(7)
    invented = {"".join(chance.choices(SYLLABLES, k=3)) for _ in range(6000)}
    words = COMMON + sorted(invented)
    weights = [1.0 / (rank + 2) ** 0.9 for rank in range(len(words))]
    return words, list(accumulate(weights))


WORDS, CUMULATIVE = _vocabulary()


def sentence(chance: random.Random) -> str:
    template = chance.choice(SENTENCES)
    return template.format(*chance.choices(WORDS, cum_weights=CUMULATIVE, k=template.count("{")))


def paragraph(chance: random.Random, sentences: int) -> str:
    return " ".join(sentence(chance) for _ in range(sentences))


def title(chance: random.Random) -> str:
    first, second, third = chance.choices(WORDS, cum_weights=CUMULATIVE, k=3)
    return f"{first.capitalize()} {second}: {third} {chance.choice(COMMON[-12:])}"
