"""What a paragraph looks like: a heading, speech, an item of a list, or prose.

Rules of form only (length, capitals, the last mark), so that they hold in any language.
"""

import re

CLOSERS = "”’\"')]»›」』）》】"
# Characters without width, that word processors leave behind.
_UNSEEN = "\u200b\u200c\u200d\u2060\ufeff"
_OPENERS = "“‘\"'«‹「『„"
_STOPS = frozenset(".。．｡!！?？…।؟۔")
_FULL_STOPS = frozenset(".。．｡।۔")
# "Envoy returns to the U.S." is a headline, "Envoy returns to Rome." is a sentence.
_ABBREVIATION = re.compile(r"(?:^|[\s(])(?:(?:\w\.){2,}|Jr\.|Sr\.|Inc\.|Co\.|Corp\.|Ltd\.|vs\.)$")
_LIST_ITEM = re.compile(r"(?:[-–—*•‣◦▪●■·>#»]+|\(?\d{1,3}[.)]|\(?[a-z]\))\s")
_INTERVIEW = re.compile(
    r"(?:Q|A|Question|Answer|Frage|Antwort|질문|답변?|问|答)\s*[:.：]", re.IGNORECASE
)
_END_MARK = re.compile(r"[\W_]*(?:ends?|more|-?30-?|fin)[\W_]*", re.IGNORECASE)
# Nothing longer is ever a heading, so nothing longer needs to be counted.
_LONGEST_HEADING = 220


def bare(text: str) -> str:
    """The text without the closing quotes and brackets at its end."""
    return text.rstrip(_UNSEEN + " \t\n\u00a0").rstrip(CLOSERS + _UNSEEN).rstrip()


def ends_sentence(text: str) -> bool:
    return bare(text)[-1:] in _STOPS if bare(text) else False


def ends_in_full_stop(text: str) -> bool:
    """Ends in a full stop that closes a sentence, so neither in "..." nor in "U.S."."""
    end = bare(text)
    if end[-1:] not in _FULL_STOPS or not end:
        return False
    return not end.endswith("..") and not _ABBREVIATION.search(end[-12:])


def is_speech(text: str) -> bool:
    """One or more quotations and nothing after them: “No.” or “Why?”."""
    text = text.strip()
    return text[:1] in _OPENERS and text[-1:] in CLOSERS and bare(text)[-1:] in _STOPS | {","}


def is_list_item(text: str) -> bool:
    return bool(_LIST_ITEM.match(text) or _INTERVIEW.match(text))


def is_caseless(char: str) -> bool:
    """A letter of a script without capitals."""
    return char.isalpha() and not (char.isupper() or char.islower() or char.istitle())


def is_unspaced(char: str) -> bool:
    """A character of a script that is written without spaces (Han, Kana)."""
    return "\u3040" <= char <= "\u30ff" or "\u3400" <= char <= "\u9fff"


def word_count(text: str) -> int:
    """Words between spaces; two characters of an unspaced script count as one."""
    return len(text.split()) + sum(map(is_unspaced, text)) // 2


def starts_lower(text: str) -> bool:
    """Begins with a small letter, as the middle of a sentence does; not so “iPhone” or “eBay”."""
    start = text.lstrip("".join(_OPENERS) + "([¿¡ \t\u00a0")[:40]
    word = start.split(maxsplit=1)[0] if start.split() else ""
    return word[:1].islower() and not any(letter.isupper() for letter in word)


def is_capitals(text: str) -> bool:
    return text.isupper() and sum(map(str.isalpha, text)) > 3


def is_headline(text: str) -> bool:
    """Can stand above a story: up to 34 words, no full stop, no list item, no speech."""
    if not text or len(text) > _LONGEST_HEADING or word_count(text) > 34:
        return False
    return (
        any(map(str.isalpha, text))
        and text[-1] not in ",;:，；：、"
        and not ends_in_full_stop(text)
        and not starts_lower(text)
        and not is_list_item(text)
        and not is_speech(text)
    )


def is_subheading(text: str) -> bool:
    """Can stand between paragraphs: as a headline, but shorter, and with no dot at its end."""
    return (
        len(text) <= 100
        and is_headline(text)
        and word_count(text) <= 14
        and "://" not in text
        and bare(text)[-1:] not in _FULL_STOPS | {"…"}
        and not _END_MARK.fullmatch(text)
    )


def is_prose(text: str) -> bool:
    """A paragraph of running text: it closes a sentence, or is too long for anything else."""
    if len(text) > 120 or text.endswith((":", "：")):
        return True
    return ends_sentence(text) and (ends_in_full_stop(text) or not is_subheading(text))
