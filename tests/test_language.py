"""A text says which language it is in, or nothing is said of it."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.language import detect, is_english

ENGLISH = (
    "The council decided on Monday to close the old bridge for a year, since engineers had found"
    " cracks in two of its pillars. Buses will go by the ring road until then."
)
FRENCH = (
    "Le conseil municipal a décidé lundi de fermer le vieux pont pendant un an, les ingénieurs"
    " ayant découvert des fissures dans deux de ses piliers."
)
GERMAN = "Der Stadtrat hat am Montag beschlossen, die alte Brücke für ein Jahr zu sperren."
KOREAN = "시의회는 월요일 오래된 다리를 일 년 동안 폐쇄하기로 결정했다."
FIGURES = """\
Shr loss nine cts vs profit two cts
    Net loss 397,000 vs profit 76,000
    Revs 3,763,000 vs 6,467,000
    Avg shrs 12.5 mln vs 12.1 mln
"""


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (ENGLISH, "en"),
        (ENGLISH.upper(), "en"),
        (f"{ENGLISH}\n\n« Le conseil a décidé de fermer le pont », says the letter.", "en"),
        (FRENCH, "fr"),
        (f"{FRENCH} {FRENCH}\n\n“We have decided to close the old bridge,” he said.", "fr"),
        (GERMAN, "de"),
        (KOREAN, "ko"),
        ("El ayuntamiento decidió el lunes cerrar el viejo puente durante un año.", "es"),
        ("A câmara decidiu na segunda-feira fechar a velha ponte durante um ano.", "pt"),
        ("Городской совет решил в понедельник закрыть старый мост на год.", "ru"),
        ("市议会星期一决定将旧桥关闭一年，因为工程师在两根桥墩上发现了裂缝。", "zh"),
        ("市議会は月曜日、古い橋を一年間閉鎖することを決めた。", "ja"),
        ("قرر مجلس المدينة يوم الاثنين إغلاق الجسر القديم لمدة عام.", "ar"),
    ],
)
def test_detected(text: str, language: str) -> None:
    assert detect(text) == language


@pytest.mark.parametrize(
    "text",
    ["", " \n", "Bridge closes", "Der Kanzler", "平壤", "1 234 567 " * 40, "A-" * 2_000, "😀" * 90],
)
def test_too_little_to_tell(text: str) -> None:
    assert detect(text) is None


@pytest.mark.parametrize(
    "text",
    [
        FIGURES,
        "Smith 4, Jones 3, Brown 2, White 1, Garcia 0, Lopez 2, Rossi 3, Schmidt 4, Nguyen 5",
        "Trump, Putin, Merkel, Macron, Xi Jinping, Netanyahu, Erdogan, Modi, Bolsonaro, Trudeau",
    ],
)
def test_figures_and_lists_of_names_are_not_called_foreign(text: str) -> None:
    assert is_english(detect(text))


def test_the_beginning_tells() -> None:
    assert detect(ENGLISH * 40 + FRENCH * 400) == "en"


@pytest.mark.parametrize(
    ("language", "english"),
    [
        *((name, True) for name in ("en", "en-GB", "EN_us", "eng", "English", "en-Latn-GB", None)),
        *((name, False) for name in ("de", "enm", "fr-CA", "sco", "", "und")),
    ],
)
def test_english_in_any_spelling(language: str | None, english: bool) -> None:
    assert is_english(language) is english


@given(st.text() | st.text(min_size=60))
def test_any_text_can_be_asked_about(text: str) -> None:
    found = detect(text)
    assert found is None or (found.isalpha() and found.islower() and len(found) in (2, 3))


def test_lone_surrogates_hurt_nobody() -> None:
    assert detect(f"\ud800{ENGLISH}\udfff") == "en"


def test_the_model_is_loaded_late_and_once_for_all_threads() -> None:
    program = (
        "import sys; from service import language; assert 'numpy' not in sys.modules\n"
        "from concurrent.futures import ThreadPoolExecutor as Pool\n"
        f"with Pool(8) as pool: print(set(pool.map(language.detect, [{ENGLISH!r}] * 8)))\n"
        "print(language._load.cache_info().misses)"
    )
    command = [sys.executable, "-W", "error", "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["{'en'}", "1"]


def test_threads_do_not_disturb_each_other() -> None:
    with ThreadPoolExecutor(4) as pool:
        assert (
            list(pool.map(detect, [ENGLISH, FRENCH, GERMAN, KOREAN] * 10))
            == [*("en", "fr", "de", "ko")] * 10
        )
