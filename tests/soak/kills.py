"""Many SIGKILLs at random instants, over archives that grow and are given up for new ones."""

import shutil
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from soak.blows import BLOWS
from soak.site import Site, Wrong

# An archive that is used no longer than this stays small, and an empty one is struck now and then.
_KILLS_AN_ARCHIVE = 40
# The command itself, beside the same function in this process.
_CHECKED_AFTER = 20
_NO_MORE_MISSES = 3


@dataclass
class Kills:
    """What came of them; `missed` were sent to what had just ended."""

    met: Counter[str] = field(default_factory=Counter)
    missed: int = 0
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.met.total()


def strike(folder: Path, kills: int, seed: int) -> Kills:
    """As many kills of running processes; stops at the first fault, and keeps that archive."""
    done, begun = Kills(), time.monotonic()
    random = Random(seed)  # noqa: S311 - a run can be repeated
    site: Site | None = None
    while done.total < kills and done.missed <= _NO_MORE_MISSES * kills:
        if site is None or done.total % _KILLS_AN_ARCHIVE == 0:
            site = _fresh(folder, site, random.randrange(10**9))
        (blow,) = random.choices([*BLOWS], [*BLOWS.values()])
        try:
            killed = blow(site)
            if killed and (done.total + 1) % _CHECKED_AFTER == 0:
                site.run("check")
        except (Wrong, AssertionError) as exc:
            done.faults.append(f"{blow.__name__} of seed {site.seed} in {site.folder}: {exc}")
            break
        if killed:
            done.met[blow.__name__] += 1
        else:
            done.missed += 1
    done.seconds = time.monotonic() - begun
    if site is not None and not done.faults:
        shutil.rmtree(site.folder)
    return done


def _fresh(folder: Path, old: Site | None, seed: int) -> Site:
    """A new archive; what is known of how long things last goes along."""
    site = Site(folder / f"kills-{seed}", seed)
    if old is not None:
        site.lasts = old.lasts
        shutil.rmtree(old.folder)
    site.prepare()
    return site
