"""Bytes become text: UTF-8, what is stated, the best guess; sound text never changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import read_one

from service.article import Article
from service.errors import Unreadable
from service.formats.charsets import codec_of
from service.formats.decoding import Decoded, decode, record

TEXTS = {
    "fr": "La préfecture de l’Hérault a décidé de fermer le pont à la circulation dès l’été.",
    "de": "Die Bürgermeisterin erklärte, die Brücke müsse für längere Zeit geschlossen bleiben.",
    "en": "The council met on Monday. The mayor’s office said that it would cost £5m.",
    "es": "El alcalde señaló que la construcción del puente terminará mañana en Logroño.",
    "pt": "A ponte continuará fechada até o próximo verão, disse o prefeito de São Paulo.",
    "pl": "Prezydent miasta powiedział, że most zostanie zamknięty na dłużej; są wściekli.",
    "cs": "Starosta řekl, že most bude uzavřen až do příštího léta, což obyvatele rozčílilo.",
    "tr": "Belediye başkanı köprünün gelecek yaza kadar kapalı kalacağını söyledi.",
    "ru": "Мэр города заявил, что мост будет закрыт до следующего лета.",
    "el": "Ο δήμαρχος δήλωσε ότι η γέφυρα θα παραμείνει κλειστή μέχρι το επόμενο καλοκαίρι.",
    "ar": "قال رئيس البلدية إن الجسر سيبقى مغلقا حتى الصيف المقبل",
    "he": "ראש העיר אמר כי הגשר יישאר סגור עד הקיץ הבא",
    "ko": "시장은 다리가 내년 여름까지 폐쇄될 것이라고 월요일에 말했다.",
    "ja": "市長は月曜日、橋は来年の夏まで閉鎖されると述べた。住民は大変怒っている。",
    "zh": "市长星期一表示，大桥将关闭至明年夏天。居民们非常愤怒。",
    "tw": "市長星期一表示，大橋將關閉至明年夏天。居民們非常憤怒。",
}
GUESSED = {
    "fr": ("windows-1252", "mac-roman"),
    "de": ("windows-1252", "mac-roman"),
    "en": ("windows-1252",),
    "es": ("windows-1252",),
    "pt": ("windows-1252",),
    "pl": ("windows-1250", "iso-8859-2"),
    "cs": ("windows-1250", "iso-8859-2"),
    "tr": ("windows-1254",),
    "ru": ("windows-1251", "koi8-r"),
    "el": ("windows-1253",),
    "ar": ("windows-1256",),
    "he": ("windows-1255",),
    "ko": ("cp949",),
    "ja": ("cp932", "euc-jp", "ISO-2022-JP"),
    "zh": ("gb18030",),
    "tw": ("big5",),
}


@pytest.mark.parametrize("times", [1, 20])
@pytest.mark.parametrize(
    ("language", "charset"), [(lang, name) for lang, names in GUESSED.items() for name in names]
)
def test_guessed(language: str, charset: str, times: int) -> None:
    text = f"{TEXTS[language]}\n" * times
    found = decode(text.encode(charset))
    assert found == Decoded(text, (f"read as {charset}",))


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_what_tells_itself(language: str, charset: str) -> None:
    assert decode(TEXTS[language].encode(charset)) == Decoded(TEXTS[language])


@pytest.mark.parametrize("charset", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark(charset: str) -> None:
    assert decode(TEXTS["en"].encode(charset)) == Decoded(TEXTS["en"], ("read as UTF-16",))


@pytest.mark.parametrize(
    ("charset", "data", "text"),
    [
        ("ISO-8859-1", b"It\x92s na\xefve", "It’s naïve"),
        ("'euc-kr'", TEXTS["ko"].encode("cp949"), TEXTS["ko"]),
        ("GB2312", TEXTS["zh"].encode("gb18030"), TEXTS["zh"]),
        ("x-sjis", TEXTS["ja"].encode("cp932"), TEXTS["ja"]),
        ("iso-2022-jp", TEXTS["ja"].encode("iso2022_jp"), TEXTS["ja"]),
        ("utf-16-le", TEXTS["ru"].encode("utf-16-le"), TEXTS["ru"]),
        ("windows-1252", TEXTS["ru"].encode(), TEXTS["ru"]),  # wrong: it is UTF-8
        ("no-such", TEXTS["ru"].encode(), TEXTS["ru"]),
    ],
)
def test_stated(charset: str, data: bytes, text: str) -> None:
    assert decode(data, charset) == Decoded(text)


@pytest.mark.parametrize(
    ("charset", "codec"),
    [
        ("UTF8", "utf-8"),
        ("latin1", "cp1252"),
        ("us-ascii", "cp1252"),
        ("ks_c_5601-1987", "cp949"),
        (" Big5 ", "big5"),
        *((name, None) for name in ("punycode", "unicode_escape", "zlib", "rot13", "", "\0", None)),
    ],
)
def test_codecs(charset: str | None, codec: str | None) -> None:
    assert codec_of(charset) == codec


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Itâ€™s over, â€œhe said", "It’s over, “he said"),
        ("cafÃ© societÃ©", "café societé"),
        ("voilÃ le travail", "voilà le travail"),
        ("It\x92s over", "It’s over"),
        ("“Itâ€™s,” said Zoë", "“It’s,” said Zoë"),
        ("Â£5", "£5"),
    ],
)
def test_mojibake(said: str, meant: str) -> None:
    text = f"Zoë’s café\n{said}\r\nfin"
    mended = Decoded(f"Zoë’s café\n{meant}\r\nfin", ("mojibake mended",))
    assert decode(text.encode()) == mended


@pytest.mark.parametrize(
    "text",
    [
        "São Paulo à la carte, VOILÀ, PARÁ, Ångström — “so”, ‘so’ …",
        "½ ¼ ± 5 µm · 20 °C § 5 © ® € £ ¥",
        'ﬁne ligatures, ｆｕｌｌ width, e\u0301 and é, “curly” and "straight"',
        "Смотри: «Привет», ёлка — № 5",
        "Ünïcödé ÀÉÎÕÜ ŸŽ",
        "naïve – “Ö”, ‘Ä’",
        "a\u200db \u00ad \ufb01 ½\u00a0% \u2028",
    ],
)
def test_sound_text_stays(text: str) -> None:
    assert decode(text.encode()) == Decoded(text)


WORDS = st.lists(
    st.sampled_from(" ".join(TEXTS.values()).split() + "“ ” ‘ ’ – — … € £ ½ \n \r\n".split(" ")),
    min_size=1,
    max_size=30,
)


@given(WORDS, st.sampled_from([" ", "\u00a0", "\u202f", "\n"]))
def test_sound_words_stay(words: list[str], space: str) -> None:
    text = space.join(words)
    if text.strip():
        assert decode(text.encode()) == Decoded(text)


@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cf", "Cs", "Cn", "Co"])))
def test_what_is_not_mended_stays(text: str) -> None:
    """No character is put into another form, nor is a line end or a space."""
    if text.strip():
        found = decode(text.encode())
        assert found.text == text or found.mended == ("mojibake mended",)


@pytest.mark.parametrize(
    ("data", "text", "told"),
    [
        (b"A story.\0 It ends.", "A story. It ends.", "1 NUL character taken out"),
        (b"A story. " * 20 + b"\0\0", "A story. " * 20, "2 NUL characters taken out"),
        (
            "Zoë’s café, “naïve”: caf".encode() + b"\xe9",
            "Zoë’s café, “naïve”: café",
            "1 byte read as windows-1252",
        ),
    ],
)
def test_mended(data: bytes, text: str, told: str) -> None:
    assert decode(data) == Decoded(text, (told,))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b"\xff\xfe", "is empty"),
        ("\u200b \u00a0".encode(), "is empty"),
        (b"\xff\xfea", "is not UTF-16: byte 0x61 at offset 2"),
        (b"a\0\0\0b\0\0\0c", "is binary, not text"),
        (b"PK\x03\x04", "is binary, not text"),
        (bytes(range(128, 256)) * 9, "is not UTF-8: byte 0x80 at offset 0, nor of any"),
    ],
)
def test_no_text(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as caught:
        decode(data)
    assert caught.value.detail.startswith(reason)


@given(st.binary(max_size=300), st.sampled_from([None, "utf-16", "euc-kr", "utf-7", "latin1"]))
def test_any_bytes_are_text_or_refused(data: bytes, charset: str | None) -> None:
    try:
        found = decode(data, charset)
    except Unreadable:
        return
    assert found.text.strip()
    assert "\0" not in found.text
    assert found.text.encode("utf-8")


def test_what_was_mended_is_kept_with_the_article() -> None:
    assert record(Article(body="a", extra={"b": 1}), ["c"]).extra == {"b": 1, "mended": ["c"]}
    assert not record(Article(body="a"), ()).extra
    found = read_one("Le café de la préfecture était fermé.".encode("latin-1"))
    assert found.extra == {"mended": ["read as windows-1252"]}
