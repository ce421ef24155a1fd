"""What of an article is searched, and what it is counted and filtered by."""

from datetime import date

# Weights of bm25 in halves: title, standfirst, body, captions, credits. The first two were measured
# together with what ranking adds (benchmarks/README.md): news puts what it is about on top.
HALVES: tuple[int, ...] = (8, 4, 2, 2, 1)

SECONDS_A_DAY = 86_400

TEXT_LISTS = ("source", "language", "author", "topic", "mentions_date")


def is_english(language: str | None) -> bool:
    """Whether stems are right for a text; what says nothing of its language counts as English."""
    return language is None or language[:2].lower() == "en"


def nocase(text: str) -> bytes:
    """What texts share that SQLite's NOCASE takes for one: only ASCII has no case there."""
    return text.encode("utf-8", "surrogatepass").lower()


def itself(value: str) -> list[str]:
    return [value]


def topics_of(topic: str) -> list[str]:
    """An article on `economy/trade` is one on `economy` as well."""
    parts = topic.split("/")
    wider = ("/".join(parts[:number]).rstrip("/") for number in range(1, len(parts)))
    return [topic, *(each for each in wider if each)] if topic else []


def dates_of(day: str) -> list[str]:
    """An article that mentions a day mentions its month and its year as well."""
    return [day[:size] for size in (4, 7, 10) if size <= len(day)]


WIDER = {"topic": topics_of, "mentions_date": dates_of}


def day_of(iso: str) -> int:
    """The day of a date or an instant, `2018-12-16…`, counted from the year 1."""
    return date(int(iso[:4]), int(iso[5:7]), int(iso[8:10])).toordinal()


def second_of(iso: str) -> int:
    """The second within its day of an instant, `2018-12-16T01:30:00Z`."""
    return int(iso[11:13]) * 3600 + int(iso[14:16]) * 60 + int(iso[17:19])


def instant_of(iso: str) -> int:
    """The second of an instant, counted from the year 1."""
    return day_of(iso) * SECONDS_A_DAY + second_of(iso)
