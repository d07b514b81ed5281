"""Report of the measurements at every size: in the terminal, as a page, and as a chart.

    python -m bench.report var/bench/*/bench.json [--keep]

With --keep, docs/speed.md and docs/speed.svg are written anew from it.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from string import Template
from typing import Any
from xml.sax.saxutils import escape

DOCS = Path(__file__).resolve().parent.parent / "docs"
GROWTH = 1.5  # times, from the last size but one to the last

Found = dict[str, Any]


def main() -> int:
    runs = sorted(
        (json.loads(Path(name).read_text()) for name in sys.argv[1:] if name != "--keep"),
        key=lambda run: run["incidents"],
    )
    print("\n" + growth(runs, "pages"))
    print(f"\n{missed(runs)}")
    if "--keep" in sys.argv:
        (DOCS / "speed.md").write_text(page(runs))
        (DOCS / "speed.svg").write_text(drawing(runs))
        print("Written: docs/speed.md, docs/speed.svg")
    return 0


# --- tables -------------------------------------------------------------------------------------


def _row(cells: Iterable[object]) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    ruler = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join([_row(head), _row(ruler), *(_row(row) for row in rows)])


def _by_name(run: Found, part: str) -> dict[str, Found]:
    return {one["name"]: one for one in run[part]}


def _ratio(one: Found | None, which: str = "p50") -> str:
    if one is None or "failure" in one:
        return "failed"
    return f"{one[which]:.1f}" if one[which] < 100 else f"{one[which]:,.0f}"


def growth(runs: list[Found], part: str) -> str:
    """p50 at every size, and how much the last two sizes differ."""
    named = [_by_name(run, part) for run in runs]
    head = ["p50 × bare", *(f"{run['incidents']:,}" for run in runs)]
    rows = []
    for name in named[-1]:
        found = [one.get(name) for one in named]
        grown = [_grown(found, which) for which in ("p50", "processor")]
        rows.append([name, *(_ratio(one) for one in found), *grown])
    return _table([*head, "growth", "growth, CPU"], rows)


def _grown(found: Sequence[Found | None], which: str) -> str:
    last = [one[which] for one in found[-2:] if one and one.get(which)]
    return f"{last[1] / last[0]:.2f}" if len(last) == 2 else ""


def targets(run: Found) -> str:
    """Tabulate one size's pages with their targets; those that miss them are bold."""
    rows = []
    for one in run["pages"]:
        if "failure" in one:
            rows.append([one["name"], "failed", "", "", "", "", ""])
            continue
        cells = [one["name"]]
        for which, target in zip(("p50", "p95"), one["targets"], strict=True):
            late = target and one[which] > target
            cells += [f"**{_ratio(one, which)}**" if late else _ratio(one, which), target or ""]
        rows.append([*cells, _ratio(one, "processor"), f"{one['ms']:.1f}"])
    return _table(["page", "p50", "target", "p95", "target", "CPU", "ms"], rows)


def missed(runs: list[Found]) -> str:
    """List the targets missed at the largest size, a line each."""
    late = []
    for one in runs[-1]["pages"]:
        if "failure" in one:
            late.append(f"{one['name']}: failed, {one['failure'][:80]}")
            continue
        for which, target in zip(("p50", "p95"), one["targets"], strict=True):
            if target and one[which] > target:
                late.append(f"{one['name']}: {which} {_ratio(one, which)}, should be {target}")
    named = [_by_name(run, "pages") for run in runs[-2:]]
    for name in named[-1] if len(runs) > 1 else ():
        grown = _grown([one.get(name) for one in named], "p50")
        if grown and float(grown) > GROWTH:
            late.append(f"{name}: grown {grown} times, should be {GROWTH}")
    return "\n".join(["Missed:", *late]) if late else "Every target is met."


def _memory(run: Found) -> list[object]:
    sizes = run["sizes"]
    index = sum(size for name, size in sizes.items() if name.startswith("search_"))
    rest = sum(s for name, s in sizes.items() if not name.startswith(("search_", "bench_")))
    return [
        f"{run['incidents']:,}",
        *(f"{size / 2**20:,.0f} MiB" for size in (index, rest)),
        f"{run['memory_mib']} MiB",
        f"{run['save']['with']} ms",
        f"{run['save']['without']} ms",
    ]


# --- the page -----------------------------------------------------------------------------------


def page(runs: list[Found]) -> str:
    """docs/speed.md."""
    last = runs[-1]
    costs = ["incidents", "search index", "other data", "web server, 2 workers"]
    throughput = ((name, f"1/{times:.0f}") for name, times in last["throughput"].items())
    return Template((Path(__file__).parent / "speed_page.txt").read_text()).substitute(
        last["machine"],
        bare=f"{last['bare_ms']:.2f} ms",
        most=f"{last['incidents']:,}",
        before=f"{runs[-2]['incidents']:,}",
        count=_count(last),
        times=GROWTH,
        targets=targets(last),
        throughput=_table(["page", "of the bare view"], throughput),
        growth=growth(runs, "pages"),
        beside=growth(runs, "beside"),
        costs=_table([*costs, "save", "save without search"], (_memory(run) for run in runs)),
    )


def _count(run: Found) -> str:
    rows = run["rows"]
    return (
        f"With {rows['timeline events']:,} timeline events, {rows['action items']:,} action items"
        f" and {rows['pattern links']:,} links to {rows['patterns']:,} patterns"
    )


# --- the drawing --------------------------------------------------------------------------------

_WIDE, _HIGH, _COLUMNS = 230, 130, 4
_LEFT, _TOP, _RIGHT, _BOTTOM = 34, 30, 14, 24
_STYLE = """
text { font: 11px system-ui, sans-serif; fill: #333 } .title { font-weight: 600 }
.axis { stroke: #bbb } .line { stroke: #066fd1; stroke-width: 2; fill: none } .dot { fill: #066fd1 }
.target { stroke: #b92c2c; stroke-dasharray: 4 3 } .small { font-size: 10px; fill: #777 }
@media (prefers-color-scheme: dark) {
  text { fill: #ddd } .small { fill: #aaa } .axis { stroke: #555 } .line { stroke: #6cb2f7 }
  .dot { fill: #6cb2f7 } .target { stroke: #f58a8a } }
"""


def drawing(runs: list[Found]) -> str:
    """docs/speed.svg: a small plot for each page, p50 over the number of incidents, its target
    dashed. Both axes are logarithmic, so that a straight line is the same growth everywhere."""
    names = [one["name"] for one in runs[-1]["pages"] if "failure" not in one]
    rows = math.ceil(len(names) / _COLUMNS)
    plots = "".join(
        f'<g transform="translate({_WIDE * (place % _COLUMNS)} {_HIGH * (place // _COLUMNS)})">'
        f"{_plot(name, runs)}</g>"
        for place, name in enumerate(names)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE * _COLUMNS} {_HIGH * rows}"'
        ' role="img" aria-label="p50 of each page at every size">'
        f"<style>{_STYLE}</style>{plots}</svg>\n"
    )


def _plot(name: str, runs: list[Found]) -> str:
    points = [
        (run["incidents"], one["p50"])
        for run in runs
        if (one := _by_name(run, "pages").get(name)) and "p50" in one
    ]
    target = _by_name(runs[-1], "pages")[name]["targets"][0]
    lowest, highest = 1.0, max(200.0, *(ratio for _, ratio in points))
    first, last = runs[0]["incidents"], max(runs[-1]["incidents"], runs[0]["incidents"] + 1)

    def x(incidents: float) -> float:
        part = math.log(incidents / first) / math.log(last / first)
        return _LEFT + part * (_WIDE - _LEFT - _RIGHT)

    def y(ratio: float) -> float:
        part = math.log(max(ratio, lowest) / lowest) / math.log(highest / lowest)
        return _HIGH - _BOTTOM - part * (_HIGH - _TOP - _BOTTOM)

    title = escape(name.replace(": another each time", ", new"))
    drawn = [f'<text class="title" x="{_LEFT}" y="16">{title}</text>']
    for ratio in (1, 10, 100):
        drawn.append(f'<text class="small" x="2" y="{y(ratio) + 4:.1f}">{ratio}×</text>')
        drawn.append(_line("axis", _LEFT, y(ratio), _WIDE - _RIGHT, y(ratio)))
    if target:
        drawn.append(_line("target", _LEFT, y(target), _WIDE - _RIGHT, y(target)))
    path = " ".join(f"{x(incidents):.1f},{y(ratio):.1f}" for incidents, ratio in points)
    drawn.append(f'<polyline class="line" points="{path}"/>')
    for incidents, ratio in points:
        label = f"{incidents // 1000} k"
        drawn.append(f'<circle class="dot" cx="{x(incidents):.1f}" cy="{y(ratio):.1f}" r="3"/>')
        drawn.append(
            f'<text class="small" x="{x(incidents):.1f}" y="{_HIGH - 8}" text-anchor="middle">'
            f"{label}</text>"
        )
    return "".join(drawn)


def _line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


if __name__ == "__main__":
    sys.exit(main())
