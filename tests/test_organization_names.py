"""Legal forms, short names and acronyms."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from service.names import name_key
from service.organization_names import (
    formal_initials,
    has_form,
    initials,
    is_acronym,
    is_short_name,
    parts_of,
    without_form,
)


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("The Guardian", "Guardian"),
        ("Apple Inc.", "Apple"),
        ("Acme & Co. Ltd", "Acme"),
        ("The", "The"),
        ("Co", "Co"),
        ("Inca Tours", "Inca Tours"),
        ("Apple, Inc.", "Apple"),
        ("Boeing Company", "Boeing"),
        ("Toyota Motor Corporation", "Toyota Motor"),
        ("Morgan Stanley and Co Inc", "Morgan Stanley"),
        ("Reynolds and Reynolds", "Reynolds and Reynolds"),
        ("BASF SE", "BASF"),
        ("Nokia Oyj", "Nokia"),
        ("Total S.A.", "Total"),
        ("Eni S.p.A.", "Eni"),
        ("Philips N.V.", "Philips"),
        ("Statoil ASA", "Statoil"),
        ("Maersk A/S", "Maersk"),
        ("Merck KGaA", "Merck"),
        ("Haniel GmbH & Co. KG", "Haniel"),
        ("Femsa SAB de CV", "Femsa"),
        ("BHP Pty Ltd", "BHP"),
        ("Sime Darby Bhd", "Sime Darby"),
        ("Toshiba K.K.", "Toshiba"),
        ("NV DSM", "DSM"),
        ("OAO Gazprom", "Gazprom"),
        ("PT Astra Tbk", "Astra"),
        # Words that are legal forms only when written as such, or elsewhere in a name.
        ("Bath Spa", "Bath Spa"),
        ("NV Energy", "NV Energy"),
        ("AS Roma", "AS Roma"),
        ("Co-operative Group", "Co-operative Group"),
        ("Reuters Holdings", "Reuters Holdings"),
        ("Corporation of London", "Corporation of London"),
        ("SA", "SA"),
        ("", ""),
    ],
)
def test_legal_forms(name: str, bare: str) -> None:
    assert without_form(name) == bare
    assert has_form(name) is (bare.split(" ")[-1] != name.replace(",", "").split(" ")[-1])


@pytest.mark.parametrize(
    ("name", "short", "formal"),
    [
        ("Salomon Brothers", {"Salomon"}, {"Salomon"}),
        ("Reynolds and Reynolds", set(), {"Reynolds"}),
        ("First National Bank", set(), set()),
        ("General Motors", set(), set()),
        ("Continental Bank of Canada", {"Continental"}, {"Continental"}),
        ("Fleet Financial Group", {"Fleet", "Fleet Financial"}, {"Fleet", "Fleet Financial"}),
        ("Duke University Press", set(), {"Duke"}),
        ("Rape Crisis Scotland", set(), {"Rape"}),
        ("Acme", set(), set()),
    ],
)
def test_short_names_of_companies(name: str, short: set[str], formal: set[str]) -> None:
    first = [part for part in parts_of(name) if part.first]
    assert {part.words for part in first if is_short_name(part, formal=False)} == short
    assert {part.words for part in first if is_short_name(part, formal=True)} == formal


def test_initials_with_and_without_small_words() -> None:
    assert initials("Organization and Guidance Department") == {"OGD", "OAGD"}
    assert initials("African National Congress") == {"ANC"}
    assert formal_initials("General Electric Co Plc") == {"GE", "GEC", "GECP"}
    assert formal_initials("The Royal Bank") == {"TRB", "RB"}


@pytest.mark.parametrize("text", ["UN", "U.N.", "AT&T", "G20", "BBC"])
def test_acronyms(text: str) -> None:
    assert is_acronym(text)


@pytest.mark.parametrize("text", ["U", "Un", "UNITEDNATIONS", "UN Security Council", "2019-20", ""])
def test_no_acronyms(text: str) -> None:
    assert not is_acronym(text)


@settings(deadline=None)
@given(st.text("ab .-—&,한é", max_size=40))
def test_parts_of_a_name_have_shorter_keys(text: str) -> None:
    assert all(len(name_key(p.words)) < len(name_key(text)) for p in parts_of(text))


@settings(deadline=None)
@given(st.text())
@example(",")
def test_something_is_left_of_any_name(text: str) -> None:
    assert without_form(without_form(text)) or not text.strip()
