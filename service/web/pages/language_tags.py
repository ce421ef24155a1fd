"""What an article says of its language, as HTML has it."""

import re

# BCP 47, as far as a browser needs it.
_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")


def language_tag(stated: str | None) -> str:
    """For the attribute `lang`; empty for what cannot be one."""
    tag = (stated or "").replace("_", "-")
    return tag if _TAG.fullmatch(tag) else ""
