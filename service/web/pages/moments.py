"""Dates and times as people write them, as precisely as they are known, in UTC."""

from service.dates import Moment
from service.web.pages.rendering import day


def when(moment: Moment | str | None) -> str:
    """4 January 2019; with a time where that is known: 4 January 2019, 09:15 UTC."""
    shown = (moment.shown if isinstance(moment, Moment) else moment) or ""
    date, _, time = shown.partition("T")
    return f"{day(date)}, {time.removesuffix('Z')} UTC" if time else day(date)
