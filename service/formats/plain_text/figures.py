"""Photo captions and their credits, and the line that states the rights.

A caption is taken out where a mark begins it ((FILES), “FILE PHOTO:”, “Caption:”) or a credit ends
it (/ AFP / JANE DOE, “(Photo by Jane Doe)”); a picture without either is not told from prose.
Marks that are part of the caption stay in it; labels, slashes and brackets of a credit go.
"""

import re
from typing import NamedTuple

from service.formats.plain_text.byline import is_person
from service.formats.plain_text.outlet import is_agency, is_outlet_word
from service.formats.plain_text.prose import ends_in_full_stop, ends_sentence

_LONGEST_CAPTION = 1500
_LONGEST_CREDIT = 100

_MARK = re.compile(
    r"▲\s?|[(\[]?FILES?[)\]]"
    r"|[(\[]?(?:FILE|File) (?:PHOTO|Photo|photo|IMAGE|image)\b[)\]]?|FILE\s?[-–—:]"
    r"|[(\[](?:COMBO|TOPSHOT|PHOTO(?!/)|From L|L to R)\b[^()\[\]]{0,40}[)\]]|TOPSHOT\s?[-–—]"
    r"|(?:In t|T)his\s(?:\w+\s){0,2}?(?:photo|picture|image|photograph|frame grab|screengrab)"
    r"\s(?:illustration\s)?(?:taken|provided|released|made|obtained|grabbed)\b"
    r"|In this (?:\w+ )?(?:file|handout|undated|combination) (?:photo|picture|image|photograph)\b"
    r"|In this [A-Z][a-z]{2,8}\.? \d{1,2},? \d{4},? (?:\w+ )?(?:photo|picture|image|photograph)\b"
    # “Mr Maurer (L) shakes hands with Mr Bolsonaro (R)”
    r"|(?=[^\n“\"()]{5,200}\((?:L|left)\)[^\n“\"()]{1,200}\((?:R|C|right|centre|center)\)\s[a-z])"
    r"|(?=[^\n“\"()]{5,200}\((?:R|C|right|centre|center)\)[^\n“\"()]{1,200}\((?:L|left)\)\s[a-z])"
    r"|A (?:file|handout) (?:photo|picture|image|photograph)\b"
)
_CAPTION_LABEL = re.compile(
    r"(?:(?:photo |image |picture )?caption|pictured|légende|bildunterschrift|bildtext|pie de foto"
    r"|didascalia|사진 ?설명|图片?说明)\s*[:=：]\s*|Image caption,?\s+",
    re.IGNORECASE,
)
_WHOSE = (
    r"photos?|photographs?|images?|pictures?|pics?|fotos?|bild"
    r"|crédits?|credits?|사진|图片|写真|фото"
)
_PHOTO_LABEL = re.compile(
    rf"(?:(?P<credit>(?:(?:{_WHOSE})\s)?credits?(?:\s*[:=：]|(?=\s[A-Z][^\s]*(?:\s/|/)))"
    r"|(?:photo\s)?credit should read\s|(?:image|photo|picture) source\s*[,:]|photo/(?=[A-Z])"
    rf"|(?:{_WHOSE})\s(?:by|courtesy(?:\sof)?|via)\s?:?|courtesy(?:\sof)?\s*:"
    rf"|crédit(?:s)?(?:\sphoto)?\s*:|photo\s?credit\s*[:=])|(?:{_WHOSE})\s*[:=：]|©|\(c\)\s)\s*",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"[(\[]([^()\[\]]{2,110})[)\]]\s*\.?$")
_LABEL_AT_END = re.compile(
    rf"(?:(?<=[.!?”\"')\]])|\s[|–—-])\s*((?:(?:{_WHOSE})(?:\scredit)?(?:\sby\b|\s?[:：])|©)\s?[^.]{{2,80}})\.?$",
    re.IGNORECASE,
)
_SLASHES = re.compile(r"\s+/\s+|(?<=\S)/(?=\S)|\s+Source:\s+")
# “(Photo Jane Doe/AP)”
_KIND = re.compile(r"(?:Photo|Photograph|Picture|Image)\s(?=[A-Z])")
_WITH_AGENCY = re.compile(r"(?:(?<=[.!?”\"')])|[-–—])\s+([^.!?]{4,80})$")
# “[연합뉴스 자료사진]”, “[AP=연합뉴스]”
_KOREAN_CREDIT = re.compile(r"\[([^\[\]]{2,30}(?: (?:자료사진|제공)|=[가-힣]{2,6}))\]$")
# “— AFP pic”, “- Bernama photo”
_PICTURE_OF = re.compile(r"\s[-–—]+\s((?:[A-Z][\w.&-]*\s){1,3}(?:pic|photo|picture|image)s?)\.?$")
_VIA = re.compile(r"[^\W\d_a-z][^/()]{1,60}\svia\s(?P<agency>[^/()]{2,20})")
_RIGHTS = re.compile(
    r"(?:©|\(c\)|copyright)\s.{0,200}|[<\[]?(?:저작권자|版权所有|ⓒ).{1,200}", re.IGNORECASE
)
_RIGHTS_PROOF = re.compile(
    r"\b(?:19|20)\d{2}\b|rights reserved|copyright|저작권|版权", re.IGNORECASE
)


class Caption(NamedTuple):
    text: str
    credits: tuple[str, ...]


def starts_caption(text: str) -> bool:
    return len(text) <= _LONGEST_CAPTION and bool(_MARK.match(text) or _CAPTION_LABEL.match(text))


def read_caption(text: str) -> Caption | None:
    """The caption (which may be empty) and the credits that a paragraph holds, or None."""
    if not 0 < len(text) <= _LONGEST_CAPTION:
        return None
    labelled = _read_label(text)
    if labelled:
        return labelled
    if _is_signed(text):
        return Caption("", _names(text))
    text = _without_brackets(text)
    words, names = _split_credit(text)
    marked = _MARK.match(text)
    label = _CAPTION_LABEL.match(text)
    if not (marked or label or names):
        return None
    return Caption(words[label.end() :].strip() if label else words, names)


def _without_brackets(text: str) -> str:
    """A caption may stand in brackets as a whole, its credit with it."""
    inner = text[1:-1].strip()
    closed = (text[0], text[-1]) in (("[", "]"), ("(", ")")) and not set(inner) & set("()[]")
    return inner if closed and _split_credit(inner)[1] and not is_bracketed_name(inner) else text


def is_bracketed_name(inner: str) -> bool:
    return bool(_PHOTO_LABEL.match(inner)) or _is_signed(inner)


def ends_in_credit(text: str) -> bool:
    return len(text) <= _LONGEST_CAPTION and bool(_split_credit(text)[1])


def is_rights(text: str) -> bool:
    """A line such as “© 2019 The Courier. All rights reserved.”; “© AFP” is a photo credit."""
    return len(text) <= 220 and bool(_RIGHTS.fullmatch(text) and _RIGHTS_PROOF.search(text))


def _read_label(text: str) -> Caption | None:
    """A paragraph that is a credit, “Photo: Jane Doe/Reuters”, or a caption with such a label."""
    inner = _BRACKETS.fullmatch(text)
    line = inner[1].strip() if inner else text
    label = _PHOTO_LABEL.match(line)
    if not label:
        return Caption("", _names(line)) if inner and _is_signed(line) else None
    who = line[label.end() :]
    if _is_credit(who) or (label["credit"] and 0 < len(who) <= _LONGEST_CREDIT):
        return Caption("", _names(who))
    if inner or label["credit"] or not label[0].rstrip().endswith((":", "：", "=")):
        return None
    words, names = _split_credit(who)
    return Caption(words, names) if who else None


def _split_credit(text: str) -> tuple[str, tuple[str, ...]]:
    """The caption without the credit at its end, and the names in that credit."""
    tail = text[-160:]
    offset = len(text) - len(tail)
    for find in (_bracketed, _labelled, _slashed, _agency, _pictured):
        start, who = find(tail)
        if who:
            return text[: offset + start].rstrip(), _names(who)
    return text, ()


def _bracketed(tail: str) -> tuple[int, str]:
    match = _BRACKETS.search(tail)
    if not match:
        return 0, ""
    label = _PHOTO_LABEL.match(match[1])
    if label:
        return match.start(), match[1][label.end() :]
    return match.start(), match[1] if _is_signed(match[1]) else ""


def _labelled(tail: str) -> tuple[int, str]:
    match = _LABEL_AT_END.search(tail)
    label = match and _PHOTO_LABEL.match(match[1])
    if not match or not label:
        return 0, ""
    who = match[1][label.end() :]
    return match.start(), who if label["credit"] or _is_credit(who) else ""


def _slashed(tail: str) -> tuple[int, str]:
    """“ / AFP / JANE DOE” behind the caption: one to three names, an agency among them."""
    marks = list(re.finditer(r"\s/\s+", tail))[-3:]
    for mark in marks:
        who = tail[mark.end() :].strip()
        parts = _SLASHES.split(who)
        if all(map(_is_name, parts)) and any(map(is_agency, parts)):
            return mark.start(), who
    return 0, ""


def _agency(tail: str) -> tuple[int, str]:
    """“REUTERS/Jane Doe” or “Jane Doe / AP Photo” behind the last sentence of the caption."""
    match = _WITH_AGENCY.search(tail)
    return (match.start(), match[1]) if match and _is_signed(match[1]) else (0, "")


def _pictured(tail: str) -> tuple[int, str]:
    match = _PICTURE_OF.search(tail) or _KOREAN_CREDIT.search(tail)
    return (match.start(), match[1]) if match else (0, "")


def _is_signed(who: str) -> bool:
    """Names with a slash between them, one an agency, or a person and their outlet."""
    if len(who) > _LONGEST_CREDIT:
        return False
    parts = _SLASHES.split(who.strip().lstrip("©").strip())
    via = _VIA.fullmatch(who)
    if via and is_agency(via["agency"]) and _is_name(who):
        return True
    if len(parts) < 2 or len(parts) > 4 or not all(map(_is_name, parts)):
        return False
    known = any(
        is_agency(_without_photo(part)) or is_outlet_word(part.split()[-1]) for part in parts
    )
    return known or (is_person(parts[0]) and len(parts[1].split()) >= 2)


def _is_credit(who: str) -> bool:
    """Reads like names, not like a description: capitals throughout, no sentence."""
    if not 0 < len(who) <= _LONGEST_CREDIT or ends_in_full_stop(who):
        return False
    return len(who.split()) <= 10 and all(map(_is_name, _SLASHES.split(who)))


_SMALL = frozenset(
    """
    a and at by courtesy de del der di et for from of pool read should the und van
    via von y""".split()
)


def _is_name(part: str) -> bool:
    words = part.strip().rstrip(".").split()
    if not words or len(words) > 8 or len(part) > 60 or ends_sentence(part.rstrip(".")):
        return False
    if is_agency(part):
        return True
    return not words[0][0].islower() and all(
        not word[0].islower() or word.rstrip(",") in _SMALL for word in words
    )


def _without_photo(name: str) -> str:
    """AP for “AP Photo”."""
    return re.sub(r"\s(?:photo|images?)$", "", name.strip(), flags=re.IGNORECASE)


def _names(who: str) -> tuple[str, ...]:
    parts = (part.strip() for part in _SLASHES.split(who.strip().lstrip("©/ ").rstrip(" /")))
    return tuple(_KIND.sub("", part) if _KIND.match(part) else part for part in parts if part)
