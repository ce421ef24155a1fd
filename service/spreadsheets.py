"""Cells that no spreadsheet takes for a formula, and back.

One that would be taken for one gets an apostrophe in front (OWASP, CSV Injection); one that begins
with apostrophes before such a sign gets one more, so that taking one off gives the text back.
"""

import re

# Signs of their full width begin a formula where East Asian keyboards are used.
_SIGNS = r"[=+\-@\t\r\n＝＋－＠]"
_FORMULA = re.compile(rf"'*{_SIGNS}")
_DISARMED = re.compile(rf"'+{_SIGNS}")


def disarmed(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def armed(cell: str) -> str:
    """The text that was disarmed."""
    return cell[1:] if _DISARMED.match(cell) else cell
