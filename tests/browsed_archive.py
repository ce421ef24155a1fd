"""An archive that is worth looking through: the seeds, and made-up articles of some years."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from conftest import SEEDS, Archive, open_archive

from service.database import private_database
from service.stores.keys import KeyStore

Record = dict[str, Any]

# Maria Oliveira under three spellings; Cho Song-gil, of whom the queue asks whether he is Jo.
STORIES: tuple[Record, ...] = (
    {
        "key": "talks-open",
        "title": "Harbour talks open in Geneva",
        "standfirst": "Delegates from six countries meet over fishing rights.",
        "body": "Maria Oliveira opened the harbour talks in Geneva on Monday.\n\n"
        "“Nobody will leave this room without an agreement,” Ms Oliveira said.\n\n"
        "Ahmed Karimi of the Fishing Council called the draft a good beginning. Delegates from "
        "Norway and Portugal asked for more time.",
        "authors": ["Jane Doe"],
        "source": "Harbour Gazette",
        "published_at": "2017-03-06",
        "topics": ["economy/fishing"],
        "captions": ["Maria Oliveira arrives at the harbour talks in Geneva."],
        "credits": ["Photo: Ann Example"],
    },
    {
        "key": "talks-fail",
        "title": "Harbour talks fail after a night in Geneva",
        "body": "Dr Maria Oliveira left the harbour talks in Geneva without an agreement at "
        "dawn.\n\nAhmed Karimi said the quotas had been the hardest part. Norway and Portugal "
        "blamed each other.\n\nMs Oliveira flew to Lisbon.",
        "source": "The Morning Post",
        "published_at": "2017-09-21",
        "topics": ["economy/fishing"],
    },
    {
        "key": "talks-fail-wire",
        "title": "Harbour talks fail after night in Geneva",
        "body": "Dr Maria Oliveira left the harbour talks in Geneva without an agreement at "
        "dawn.\n\nAhmed Karimi said the quotas had been the hardest part. Norway and Portugal "
        "blamed each other.\n\nMs Oliveira flew to Lisbon at noon.",
        "source": "Harbour Gazette",
        "published_at": "2017-09-22",
        "topics": ["economy/fishing"],
    },
    {
        "key": "envoy-vanishes",
        "title": "Envoy vanishes from Rome",
        "body": "Cho Song-gil, the acting ambassador of North Korea in Italy, has not been seen in "
        "Rome since November, the Foreign Ministry said.\n\nKim Jong Un had sent Cho Song-gil to "
        "Rome in 2015. Cho Song-gil speaks Italian.",
        "source": "The Morning Post",
        "published_at": "2019-01-04",
        "topics": ["diplomacy"],
    },
    {
        "key": "envoy-sought",
        "title": "Rome looks for the envoy of North Korea",
        "body": "Police in Rome look for Cho Song-gil. Kim Jong Un had recalled the ambassador to "
        "Pyongyang. Italy gave him no asylum, Thae Yong Ho said in Seoul.",
        "source": "Harbour Gazette",
        "published_at": "2019-01-09",
        "topics": ["diplomacy"],
    },
    {
        "key": "accord-francais",
        "title": "Un accord sur la pêche est signé à Genève",
        "body": "Les négociateurs ont signé un accord sur la pêche à Genève. Maria Oliveira "
        "a salué un grand pas pour tous les ports de la région, et la Norvège est satisfaite.",
        "source": "Le Courrier",
        "published_at": "2019-06-14",
        "language": "fr",
        "topics": ["economy/fishing"],
    },
    {
        "key": "hafen-deutsch",
        "title": "Der Hafen von Hamburg wird größer",
        "body": "Der Hafen von Hamburg soll bis zum nächsten Jahr größer werden, sagte die "
        "Senatorin. Die Fischer sind nicht zufrieden und wollen vor Gericht ziehen.",
        "source": "Elbblatt",
        "published_at": "2020-02-03",
        "language": "de",
        "topics": ["economy"],
    },
)
WRONG: Record = {
    "key": "bridge-opens",
    "title": "New bridge opens in Lisbon",
    "body": "A new bridge over the harbour of Lisbon opened on Friday. It cost 40 million euros "
    "and took three years, Maria Oliveira said.\n\nThe mayor thanked the builders.",
    "source": "Harbour Gazette",
    "published_at": "2018-05-11T09:30Z",
    "topics": ["economy"],
}
CORRECTED = WRONG | {
    "body": "A new bridge over the harbour of Lisbon opened on Friday. It cost 400 million euros "
    "and took three years, Maria Oliveira said.\n\nThe mayor thanked the builders, and the "
    "fishermen too.",
    "updated_at": "2018-05-12T08:00Z",
    "status": "corrected",
    "correction": "An earlier version named a tenth of the cost.",
}
_CITIES = ("Oslo", "Lisbon", "Hamburg", "Geneva", "Seoul", "Rome", "London", "Paris")
_MATTERS = (
    ("cod quotas", "Trawlers stayed in port as skippers waited for the figures of the spring."),
    ("ferry fares", "Commuters filled the gallery and read out what a season ticket costs now."),
    ("a lighthouse", "Its lamp has been dark since the keeper retired, and nobody took over."),
)


def dispatches() -> Iterator[Record]:
    """Two dozen that one search finds, of several sources, one a month."""
    for number in range(24):
        city, (matter, told) = _CITIES[number % 8], _MATTERS[number % 3]
        year, month = 2017 + number // 12, number % 12 + 1
        beside = _CITIES[(number * 3 + 1) % 8]
        yield {
            "key": f"dispatch-{number + 1}",
            "title": f"Council of {city} argues over {matter}, session {number + 1}",
            "body": f"The harbour council met in {city} for session {number + 1} on {matter}. "
            f"{told}\n\nAhmed Karimi wrote to {beside} for help, and Maria Oliveira promised a "
            f"report of {number + 12} pages. {'Peter Novak was not there. ' * (number % 2)}"
            f"The next session is in {number % 5 + 2} weeks.",
            "authors": ["Jane Doe"] if number % 4 else ["Rui Costa"],
            "source": ("Harbour Gazette", "The Morning Post", "Le Courrier")[number % 3],
            "published_at": f"{year}-{month:02}-{number % 27 + 1:02}",
            "topics": ["economy", "councils"],
        }


def fill(archive: Archive, folder: Path, tagger: str = "auto") -> Archive:
    """All of them, and the correction of one behind what it corrects."""
    batches = (STORIES, [WRONG, *dispatches()], [CORRECTED])
    paths = [folder / f"{number}.ndjson" for number in range(len(batches))]
    for path, batch in zip(paths, batches, strict=True):
        path.write_text("".join(f"{json.dumps(record)}\n" for record in batch), "utf-8")
    reports = [archive.ingest(*at, tagger=tagger) for at in ([SEEDS, *paths[:2]], paths[2:])]
    assert [report.failed for report in reports] == [[], []]
    assert [(report.added, report.changed) for report in reports] == [(34, 0), (0, 1)]
    return archive


def browsed(folder: Path, tagger: str = "auto") -> Archive:
    """A new archive with all of this."""
    return fill(open_archive(folder), folder, tagger)


def edit_key(archive: Archive, holder: str = "Ann of the desk") -> str:
    """A key that is good for editing."""
    return KeyStore(private_database(archive.settings)).create("edit", holder)
