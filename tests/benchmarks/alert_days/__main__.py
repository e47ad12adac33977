"""`make alert-days`: how well the example's rules tell the trouble of simulated days."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator

from rich.console import Console

from tests.benchmarks.alert_days.days import KINDS, day
from tests.benchmarks.alert_days.example import example_rules
from tests.benchmarks.alert_days.measuring import Measured, kept, measured
from tests.benchmarks.alert_days.watching import Watched, watched

SEEDS = 4
report = Console(highlight=False, soft_wrap=True)
progress = Console(highlight=False, soft_wrap=True, stderr=True)


def _lived(kinds: list[str], seeds: int, first: int) -> Iterator[Watched]:
    definitions = example_rules()
    for kind in kinds:
        for seed in range(first, first + seeds):
            lived = watched(day(kind, seed), definitions)
            alone = measured([lived])
            progress.print(f"{kind} {seed}: {_short(alone)}")
            yield lived


def _short(found: Measured) -> str:
    delays = ", ".join(f"{delay:.0f} s" for delay in found.delays) or "none"
    return f"troubles told after: {delays}; false pages: {len(found.false)}"


def main() -> int:
    """The exit status is 1 where a promise is not kept."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--kinds", default=",".join(KINDS), help="which kinds of days")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="days of each kind")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    asked = parser.parse_args()
    found = measured(_lived(asked.kinds.split(","), asked.seeds, asked.first))
    promises = kept(found)
    report.print(
        f"{found.days} queue-days, {len(found.delays)} troubles, {found.lost} lost half hours"
    )
    for promise in promises:
        report.print(f"{'kept    ' if promise.kept else 'NOT KEPT'}  {promise.told}")
    return 0 if all(promise.kept for promise in promises) else 1


if __name__ == "__main__":
    sys.exit(main())
