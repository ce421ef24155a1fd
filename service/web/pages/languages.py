"""What an article says of its language: for people, and as HTML has it."""

import re

# BCP 47, as far as a browser needs it.
_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
_NAMES = dict(
    pair.split("=")
    for pair in (
        "ar=Arabic bg=Bulgarian bn=Bengali ca=Catalan cs=Czech da=Danish de=German el=Greek "
        "en=English es=Spanish et=Estonian fa=Persian fi=Finnish fr=French he=Hebrew hi=Hindi "
        "hr=Croatian hu=Hungarian id=Indonesian it=Italian ja=Japanese ko=Korean lt=Lithuanian "
        "lv=Latvian ms=Malay nb=Bokmål nl=Dutch no=Norwegian pl=Polish pt=Portuguese "
        "ro=Romanian ru=Russian sk=Slovak sl=Slovenian sr=Serbian sv=Swedish sw=Swahili ta=Tamil "
        "th=Thai tr=Turkish uk=Ukrainian ur=Urdu vi=Vietnamese zh=Chinese"
    ).split()
)


def language_name(code: str) -> str:
    """English; English (en-GB) where the code tells more, so that no two are called the same."""
    base = code.partition("-")[0].lower()
    name = _NAMES.get(base)
    if name is None:
        return code
    return name if code == base else f"{name} ({code})"


def language_tag(stated: str | None) -> str:
    """For the attribute `lang`; empty for what cannot be one."""
    tag = (stated or "").replace("_", "-")
    return tag if _TAG.fullmatch(tag) else ""
