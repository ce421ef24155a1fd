"""British and American spellings, and the words that only look as if they had two."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.spelling import other_division, other_spelling

PAIRS = """
    organise/organize organised/organized organising/organizing organiser/organizer
    organisation/organization organisations/organizations organisational/organizational
    reorganise/reorganize unauthorised/unauthorized realisable/realizable emphasise/emphasize
    itemised/itemized criticises/criticizes synthesiser/synthesizer baptised/baptized
    transistorised/transistorized aggrandisement/aggrandizement agonisingly/agonizingly
    analyse/analyze analysed/analyzed analysing/analyzing paralysed/paralyzed catalyse/catalyze
    colour/color colourful/colorful favourite/favorite favourable/favorable honoured/honored
    labourers/laborers neighbourhood/neighborhood behavioural/behavioral disfavour/disfavor
    multicoloured/multicolored harbourmaster/harbormaster armoury/armory favouritism/favoritism
    centre/center centred/centered centring/centering centres/centers centrepiece/centerpiece
    theatres/theaters metre/meter kilometres/kilometers litre/liter fibreglass/fiberglass
    manoeuvre/maneuver manoeuvres/maneuvers manoeuvred/maneuvered manoeuvrable/maneuverable
    defence/defense defences/defenses defenceless/defenseless offence/offense pretence/pretense
    licence/license practise/practice practised/practiced practising/practicing
    catalogue/catalog catalogues/catalogs catalogued/cataloged cataloguing/cataloging
    dialogues/dialogs analogue/analog
    travelled/traveled traveller/traveler modelling/modeling cancelled/canceled
    counsellor/counselor councillor/councilor jeweller/jeweler marvellous/marvelous
    signalling/signaling labelled/labeled fuelled/fueled unravelled/unraveled
    worshipped/worshiped kidnapper/kidnaper focussed/focused programmed/programed
    fulfil/fulfill fulfilment/fulfillment enrol/enroll instalments/installments
    skilful/skillful skilfully/skillfully wilful/willful
    haemorrhage/hemorrhage anaemia/anemia leukaemia/leukemia paediatric/pediatric
    oestrogen/estrogen foetus/fetus foetal/fetal diarrhoea/diarrhea encyclopaedia/encyclopedia
    orthopaedic/orthopedic gynaecology/gynecology archaeology/archeology
    programme/program programmes/programs disc/disk grey/gray greyish/grayish
    aluminium/aluminum jewellery/jewelry sceptic/skeptic scepticism/skepticism ageing/aging
    plough/plow snowplough/snowplow mouldy/moldy sulphuric/sulfuric tsar/czar roubles/rubles
    judgement/judgment sizeable/sizable unlikeable/unlikable learnt/learned enquiries/inquiries
""".split()


@pytest.mark.parametrize("pair", PAIRS)
def test_each_of_two_spellings_brings_the_other(pair: str) -> None:
    british, american = pair.split("/")
    assert other_spelling(british) == (american,)
    assert other_spelling(american) == (british,)


@pytest.mark.parametrize(
    "word",
    """
    advertise advertisement advise exercise surprise promise raise franchise televise supervise
    merchandise compromise compromised enterprise precise unsupervised uncompromising disguise
    improvise despised otherwise clockwise sunrise rise
    size sized resize downsizing capsize oversized prize prized prise seize maize Belize Pfizer
    Denise citizen horizon analysis analyses analyst
    humorous laborious laboratory honorary honorarium honorific vigorous
    diameter parameter perimeter demeter thermometer literal literature timber sober
    defensive offensive sensor censor practical licentious
    controlled compelled rebelled killed called filling filing selling rolled polling equality
    fulfilled enrolled installed dog vogue rogue Prague
    tyre tire cheque check story storey kerb curb draft draught tonne ton vice vise Specter
    Ann Arbor academia Bohemia Michael Caesar poem shoes Boeing fetch hem eonline
    four for tour hour our source journal course moldova Greyhound Grayson enquirer inquirer
    """.split(),
)
def test_a_word_with_one_spelling_stays(word: str) -> None:
    assert other_spelling(word) == ()


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("COLOUR", ("color",)),
        ("Centre-Left", ("center-left",)),
        ("self-defense", ("self-defence",)),
        ("neighbour's", ("neighbor's",)),
        ("traveler’s", ("traveller’s",)),
        ("organizers'", ("organisers'",)),
        # Oxford spells -ize, and the rest as elsewhere in Britain.
        ("anaesthetise", ("anesthetize", "anaesthetize")),
        ("anesthetize", ("anaesthetise", "anaesthetize")),
        ("colourization", ("colourisation", "colorization")),
        ("", ()),
        ("组织", ()),
        ("١٢", ()),
    ],
)
def test_case_compounds_possessives_and_oxford(word: str, expected: tuple[str, ...]) -> None:
    assert other_spelling(word) == expected


_SPELLINGS = st.sampled_from([spelling for pair in PAIRS for spelling in pair.split("/")])


@given(st.sampled_from(["", "re", "un", "non", "xy"]), _SPELLINGS, st.sampled_from(["", "s", "'s"]))
@example("", "anaesthetised", "")
@example("", "colorizing", "")
def test_spellings_know_each_other(prefix: str, word: str, ending: str) -> None:
    typed = prefix + word + ending
    for other in other_spelling(typed):
        assert other != typed
        assert typed in other_spelling(other)


@given(st.text() | st.from_regex(r"[a-z]{2,8}(is|iz|our|or|ll|l|re|er)(e|ed|ing|s|ation)?"))
def test_no_word_is_its_own_other_spelling(word: str) -> None:
    others = other_spelling(word)
    assert word.lower() not in others
    assert len(set(others)) == len(others) <= 3


@pytest.mark.parametrize(
    ("word", "others"),
    [
        *(("co-operation", ("cooperation",)), ("Cooperation", ("co operation",))),
        *(("e-mail", ("email",)), ("email", ("e mail",)), ("re-elected", ("reelected",))),
        *(
            ("envoy", ()),
            ("one-two-three", ()),
            ("F-16", ()),
            ("coal", ()),
            ("-", ()),
            ("onset", ()),
        ),
    ],
)
def test_divisions(word: str, others: tuple[str, ...]) -> None:
    assert other_division(word) == others
