"""What a language is called on a page, and what the browser is told of it."""

import pytest

from service.web.pages.languages import language_name, language_tag


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("en", "English"),
        ("en-GB", "English (en-GB)"),
        ("EN", "English (EN)"),
        ("no", "Norwegian"),
        ("nb", "Bokmål"),
        ("tlh", "tlh"),
        ("", ""),
    ],
)
def test_a_language_by_its_name(code: str, name: str) -> None:
    assert language_name(code) == name


@pytest.mark.parametrize(
    ("stated", "tag"), [("en_GB", "en-GB"), (None, ""), ('en" onclick="x', ""), ("ko", "ko")]
)
def test_a_tag_is_one_or_none(stated: str | None, tag: str) -> None:
    assert language_tag(stated) == tag
