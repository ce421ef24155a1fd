"""Names of encodings: what servers and documents call them, and what they mean by it.

As browsers read them: ISO-8859-1 is Windows-1252, GB2312 is GB18030, EUC-KR is CP949. A codec of
Python that is no encoding of texts (`punycode`, `unicode_escape`) is none here.
"""

import codecs

# The most common of two that fit equally well comes first.
GUESSED = (
    "cp1252",
    "iso8859_2",
    "cp1250",
    "cp1251",
    "koi8_r",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
    "cp1257",
    "cp932",
    "euc_jp",
    "gb18030",
    "cp949",
    "big5",
    "mac_roman",
)
_WIDE = frozenset(
    "utf-16 utf-16-le utf-16-be utf-32 utf-32-le utf-32-be iso2022_jp iso2022_kr hz".split()
)
_OTHERS = frozenset(
    "utf-8 cp866 cp874 cp1258 iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8"
    " iso8859-10 iso8859-13 iso8859-14 iso8859-15 iso8859-16 koi8-u big5hkscs mac-cyrillic".split()
)
_WIDER = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "shift_jis": "cp932",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "utf-8-sig": "utf-8",
}
# What Python does not know by these names.
_LABELS = {
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "x-euc-jp": "euc_jp",
    "x-gbk": "gb18030",
    "windows-949": "cp949",
    "windows-874": "cp874",
    "iso-8859-8-i": "iso8859-8",
    "x-mac-cyrillic": "mac-cyrillic",
}
_SHOWN = {
    "iso8859_2": "iso-8859-2",
    "koi8_r": "koi8-r",
    "euc_jp": "euc-jp",
    "mac_roman": "mac-roman",
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "utf-32": "UTF-32",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
}


def codec_of(charset: str | None) -> str | None:
    """Python's codec for a stated encoding; None for one that is unknown or not of texts."""
    label = (charset or "").strip().strip("\"'").lower()
    try:
        found = codecs.lookup(_LABELS.get(label, label)).name
    except (LookupError, ValueError, UnicodeError):
        return None
    found = _WIDER.get(found, found)
    known = found in _WIDE or found in _OTHERS or found.replace("-", "_") in GUESSED
    return found if known else None


def states_itself(codec: str) -> bool:
    """Bytes of these encodings can be valid UTF-8 and mean something else."""
    return codec in _WIDE


def shown(codec: str) -> str:
    """The name that people know."""
    return _SHOWN.get(codec) or codec.replace("cp125", "windows-125")
