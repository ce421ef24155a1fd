"""Dates as mail, news feeds and web servers write them: “Tue, 15 Nov 1994 12:45:26 GMT”.

Python reads whatever looks a little like one, and a year of -0001 as 2000; so what is read here
must be such a date from its first letter to its last.
"""

import re
from email.utils import parsedate_to_datetime

from service.dates import Moment, parse_moment

_ZONES = r"GMT|UT|UTC|Z|[+-]\d{4}|[ECMP][SD]T"
_TIME = r"\d{1,2}:\d{2}(?::\d{2})?"
_MAIL = re.compile(
    rf"(?:[A-Za-z]{{3,9}}\.?,?\s+)?\d{{1,2}}[ -][A-Za-z]{{3,9}}[ -](?:[1-9]\d{{3}}|\d{{2}})"
    rf"\s+{_TIME}(?:\s*(?P<zone>{_ZONES})|\s+[A-Za-z]{{1,5}})?(?:\s*\([^()]{{1,30}}\))?",
    re.ASCII,
)


def mail_moment(text: str) -> Moment | None:
    """The moment, or only its day where the zone is missing, unknown or not told (-0000)."""
    found = _MAIL.fullmatch(text.strip())
    try:
        stamp = parsedate_to_datetime(text) if found else None
        if not found or not stamp:
            return None
        if stamp.tzinfo is None or not found["zone"]:
            return parse_moment(stamp.date().isoformat())
        precise = "seconds" if text.count(":") > 1 else "minutes"
        return parse_moment(stamp.isoformat(timespec=precise))
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
