"""The British and American spellings of one word, by rules with exceptions and by lists.

The caller looks for spellings that an archive really holds. A rule that makes a non-word does no
harm then; one that joins two different words does, and those are left apart.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

# Left apart, as one of the two is another word or a well-known name as well: arbour/arbor,
# cheque/check, draught/draft, dyke/dike, gauge/gage, kerb/curb, louvre/louver, prise/prize,
# prologue/prolog, spectre/specter, storey/story, timbre/timber, tonne/ton, tyre/tire, vice/vise.
_PREFIXES = (
    "(?:(?:anti|bi|co|counter|dis|en|hyper|hypo|inter|micro|mid|mis|multi|non|out|over|post|pre"
    "|re|semi|snow|sub|super|techni|tri|un|under|video|water)?)"
)

# -ise is French or Latin here, not the Greek -ize: never spelled with z.
_ALWAYS_S = """
    advert adv chast chem circumc comprom conc dem den desp dev exc exerc expert franch highr
    improv inc merchand moonr mort parad prec prem prom pract rem rev sunr superv surm telev treat
    val
""".split()
# Never with s: sizes of all kinds (but emphasize, synthesize), and a country.
_ALWAYS_Z = [r"\w*[^ae]s", "res", "bel"]
# Surprise and prize, clockwise: the same on both sides, or two words.
_ALWAYS_ALIKE = [r"\w*pr", r"\w*w"]
_IZE_EXCEPTIONS = "|".join([*_ALWAYS_S, *_ALWAYS_Z, *_ALWAYS_ALIKE])

_OUR = """
    ardour armour behaviour candour clamour clangour colour demeanour enamour endeavour favour
    fervour flavour glamour harbour honour humour labour belabour misdemeanour neighbour odour
    parlour rancour rigour rumour saviour savour splendour succour tumour valour vapour vigour
"""
_RE = """
    accoutre amphitheatre calibre centilitre centimetre centre decilitre epicentre fibre goitre
    hectolitre kilolitre kilometre lacklustre litre lustre manoeuvre meagre metre millilitre
    millimetre mitre nanometre ochre reconnoitre sabre saltpetre sceptre sepulchre sombre theatre
"""
_OGUE = "analogue catalogue demagogue dialogue epilogue monologue pedagogue synagogue travelogue"
# Unstressed at the end: a stressed one is doubled everywhere (controlled, compelled).
_DOUBLED = """
    apparel backpedal barrel bedevil bejewel benefit bevel bias cancel carol cavil channel chisel
    combat council counsel cruel cudgel devil dial disembowel dishevel drivel duel empanel enamel
    equal focus fuel funnel gambol gravel grovel gruel hostel impanel imperil initial jewel kennel
    kidnap label level libel marshal martial marvel medal metal model panel parcel pedal pencil
    petal pistol program pummel quarrel ravel revel rival shovel shrivel signal snivel snorkel
    spiral squirrel stencil swivel symbol tassel teetotal total towel trammel travel trial tunnel
    victual weasel worship yodel
"""
_FINAL_L = "appal distil enrol enthral fulfil instal instil"
_EABLE = (
    "blameable likeable liveable loveable moveable rateable saleable shakeable sizeable useable"
)

# British American, the start of a word: whatever follows is spelled alike.
_STARTS = """
    aesthet esthet   aetiolog etiolog   amoeb ameb   anaem anem   anaesth anesth
    archaeolog archeolog   bacteraem bacterem   behaviouri behaviori   caesarean cesarean
    cancellation cancelation   carburetted carbureted   carburettor carburetor   cauldron caldron
    coeliac celiac   cognisan cognizan   colouri colori   connexion connection   defence defense
    despatch dispatch   desulph desulf   diarrhoea diarrhea   draughtsm draftsm   dyspnoea dyspnea
    encyclopaed encycloped   faecal fecal   faeces feces   foetal fetal   foeticid feticid
    foetid fetid   foetus fetus   gipsy gypsy   glycaem glycem   gonorrhoea gonorrhea
    gynaec gynec   haemat hemat   haemo hemo   homoeopath homeopath   inflexion inflection
    ischaem ischem   jewellery jewelry   leukaem leukem   licence license   licencing licensing
    liquoric licoric   lymphoedem lymphedem   manoeuv maneuv   mediaeval medieval   mollusc mollusk
    mouldering moldering   moustache mustache   oedema edema   oenolog enolog   oesophag esophag
    oestrog estrog   oestrus estrus   offence offense   orthopaed orthoped   paediatr pediatr
    paedophil pedophil   palaeo paleo   plough plow   practise practice   practising practicing
    pretence pretense   primaeval primeval   pyjama pajama   recognisanc recognizanc
    sceptic skeptic   septicaem septicem   skilful skillful   smoulder smolder   soyabean soybean
    sulph sulf   synaesth synesth   syphon siphon   thalassaem thalassem   toxaem toxem
    tranquilli tranquili   wilful willful   woollen woolen   yoghurt yogurt
"""
# British American, with endings that change nothing.
_WORDS = """
    acknowledgement acknowledgment   adviser advisor   aeon eon   aeroplane airplane   ageing aging
    aluminium aluminum   apnoea apnea   artefact artifact   baulk balk   behove behoove
    caesium cesium   chequebook checkbook   chequered checkered   chilli chili   cosy cozy
    cypher cipher   disc disk   doughnut donut   enquire inquire   enquirie inquirie
    enquiring inquiring   enquiry inquiry   gaol jail   grey gray   hyaena hyena
    judgement judgment   mould mold   moult molt   phoney phony   protester protestor
    rouble ruble   sheikh sheik   specialitie specialtie   speciality specialty   titbit tidbit
    tsar czar   tsarist czarist
"""
# British American, as they are only.
_EXACT = """
    annexe annex   axe ax   burnt burned   chillies chilies   cosier cozier   cosiest coziest
    dreamt dreamed   tsarina czarina
    furore furor   gramme gram   grammes grams   kilogramme kilogram   kilogrammes kilograms
    leapt leaped   learnt learned   maths math   microgramme microgram   microgrammes micrograms
    milligramme milligram   milligrammes milligrams   omelette omelet   omelettes omelets
    programme program   programmes programs   reprogramme reprogram   spilt spilled
    spoilt spoiled   whiskies whiskeys   whisky whiskey
"""

_Respelling = Callable[[str], str]


def _rule(
    pairs: Mapping[str, str], tail: str, head: str = _PREFIXES
) -> tuple[_Respelling, _Respelling]:
    """To American and to British: what stands between a head and a tail (patterns) is swapped."""
    back = {american: british for british, american in pairs.items()}
    return _respelling(pairs, tail, head), _respelling(back, tail, head)


def _respelling(pairs: Mapping[str, str], tail: str, head: str) -> _Respelling:
    found = re.compile(rf"\b({head})({'|'.join(pairs)})(?={tail}\b)")
    return lambda word: found.sub(lambda match: match[1] + pairs[match[2]], word)


def _ends(words: str, british: str, american: str) -> dict[str, str]:
    return {word: word.removesuffix(british) + american for word in words.split()}


def _stems(words: str, british: str, american: str) -> dict[str, str]:
    """The same before a vowel, where a final e is dropped: centre/center -> centr-/center-."""
    return {word.removesuffix("e"): new for word, new in _ends(words, british, american).items()}


def _listed(pairs: str) -> dict[str, str]:
    words = pairs.split()
    return dict(zip(words[::2], words[1::2], strict=True))


_IZE_TAIL = r"(?:e[ds]?|edly|ers?|ements?|ing(?:s|ly)?|abl[ey]|ability|ation(?:s|al|ally)?)"
_IZE = _rule(
    {"s": "z"},
    _IZE_TAIL,
    # A vowel before: raise, noise, cruise, seize, maize. Shorter: rise, size, prize, Pfizer.
    rf"(?!{_PREFIXES}(?:{_IZE_EXCEPTIONS})i[sz]{_IZE_TAIL}\b)[a-z]{{2,}}[^\W\d_aeiou]i",
)
_VOWEL = r"(?:ed|ing|able|ability)"
_RULES = (
    # Not analyses, which is the plural of analysis as well.
    _rule({"s": "z"}, r"(?:e|ed|ers?|ing|able)", r"[a-z]{2,}ly"),
    # Latin endings take -or everywhere: laborious, honorary, laboratory, honorific, humorist.
    _rule(_ends(_OUR, "our", "or"), r"(?!ous|a[drt]|i[afosz])[a-z]*"),
    # Not literal and literary.
    _rule(_ends(_RE, "re", "er"), r"(?:[^\W\d_aeioud][a-z]*)?"),
    _rule(_stems(_RE, "re", "er"), _VOWEL),
    _rule(_ends(_OGUE, "ogue", "og"), r"s?"),
    _rule(_stems(_OGUE, "ogue", "og"), r"(?:ed|ers?|ing)"),
    _rule(
        {word + word[-1]: word for word in _DOUBLED.split()},
        r"(?:ed|ers?|est|ing(?:s|ly)?|ists?|ors?|ous(?:ly)?)",
    ),
    _rule({word: word + "l" for word in _FINAL_L.split()}, r"(?:s|ments?)?"),
    _rule(_ends(_EABLE, "eable", "able"), ""),
    _rule(_listed(_STARTS), r"[a-z]*"),
    _rule(_listed(_WORDS), r"(?:s|d|ed|ers?|est|ings?|ish|ness|y)?"),
    _rule(_listed(_EXACT), "", ""),
)


# Written with a hyphen by some papers and as one word by others.
_DIVIDED = re.compile(
    r"(anti|counter|cyber|euro|half|mid|mini|multi|non|post|pre|self|semi|sub|super|trans|ultra"
    r"|co(?=operat|ordinat|exist|author|pilot|chair|found|work|produc|educat|host|star|own)"
    r"|e(?=mail|book|commerce|cigar|reader|sport|learn|vot|bik)|re(?=elect|enact|enter|examin))"
    r"([^\W\d_]{4,})"
)


def other_division(word: str) -> tuple[str, ...]:
    """A compound with a hyphen as one word, and a word that may be one as two: `co operation`."""
    typed = word.lower()
    parts = [part for part in typed.split("-") if part]
    if len(parts) == 2 and all(part.isalpha() for part in parts):
        return ("".join(parts),)
    divided = _DIVIDED.fullmatch(typed)
    return (f"{divided[1]} {divided[2]}",) if divided else ()


@lru_cache(maxsize=4096)
def other_spelling(word: str) -> tuple[str, ...]:
    """The British or American spellings of a word beside the one typed, lower-case.

    Usually none or one; two where Oxford differs from both (anaesthetise, anaesthetize and
    anesthetize). Each part of a compound is respelled, and a possessive stays.
    """
    typed = american = british = word.lower()
    for to_american, _ in _RULES:
        american = to_american(american)
    for _, to_british in reversed(_RULES):
        british = to_british(british)
    with_z, with_s = _IZE
    spellings = dict.fromkeys((with_s(british), with_z(american), with_z(british)))
    return tuple(spelling for spelling in spellings if spelling != typed)
