"""English given names, and the short forms that their owners are called by.

Short: only forms that hardly stand for anything else. Whoever Bob is may be Robert, but Bill is
not, as Robert Gates is not Bill Gates; and Jack, Harry and Will are names of their own. The lists
made for family trees join all of these.
"""

from functools import lru_cache

from service.names import word_list

# A name: its short forms.
_SHORT = """
    abraham: abe            albert: al bert         alexander: alex         alexandra: alex
    alfred: alf fred        andrew: andy drew       anthony: tony           antony: tony
    arnold: arnie           arthur: art             barbara: barb           benjamin: ben
    bernard: bernie         bradley: brad           calvin: cal             catherine: cathy kate
    charles: charlie chuck  christina: chris        christine: chris        christopher: chris
    clifford: cliff         cynthia: cindy          daniel: dan danny       david: dave
    deborah: debbie debra   dominic: dom            donald: don donnie      douglas: doug
    edmund: ed              edward: ed eddie ted    edwin: ed               elizabeth: liz beth
    eleanor: ellie          eugene: gene            frances: fran           francis: frank
    franklin: frank         frederick: fred freddie gabriel: gabe           geoffrey: geoff
    gerald: gerry jerry     gerard: gerry           gilbert: gil            gregory: greg
    gwendolyn: gwen         harold: hal             henry: hank             herbert: herb
    howard: howie           jacob: jake             james: jim jimmy        jeffrey: jeff
    jennifer: jen jenny     jeremy: jerry           jerome: jerry           jessica: jess
    jonathan: jon           joseph: joe joey        joshua: josh            judith: judy
    katherine: kathy kate   kathleen: kathy         kathryn: kathy kate     kenneth: ken kenny
    lawrence: larry         leonard: len lenny      leopold: leo            louis: lou
    margaret: maggie peggy meg                      matthew: matt           maxwell: max
    melvin: mel             michael: mike mick      mitchell: mitch         mortimer: mort
    nathan: nate            nathaniel: nate nathan  nicholas: nick nicky    norman: norm
    oliver: ollie           pamela: pam             patricia: pat patty     patrick: pat paddy
    peter: pete             philip: phil            phillip: phil           randall: randy
    randolph: randy         raymond: ray            rebecca: becky          reginald: reg
    richard: dick rick      robert: bob bobby rob   rodney: rod             roderick: rod
    ronald: ron ronnie      rudolph: rudy           russell: russ           samuel: sam
    sandra: sandy           sidney: sid             solomon: sol            stanley: stan
    stephen: steve          steven: steve           stuart: stu             susan: sue
    terence: terry          theodore: ted teddy     thomas: tom tommy       timothy: tim
    valerie: val            victoria: vicky         vincent: vince          virginia: ginny
    walter: walt            wesley: wes             william: bill billy     winston: winnie
    zachary: zach
"""
# Given names without a usual short form; none is a word that sentences begin with.
_OTHERS = """
    adam alan alastair alison allan amanda amy andreas angela angus ann anna anne annette antonio
    astrid axel barack barry brandon brenda brendan brian bruce carl carla carlos carmen carol
    caroline charlotte christian claire claude claudia colin conor craig cyril dennis derek desmond
    diana diane dwight edith elaine elena ellen elon emily emma emmanuel eric erik ernest ethel eva
    evelyn fernando fiona francois friedrich gary george georges gerhard giovanni giuseppe gordon
    graham guenter guillermo gunther gustav hans heather heinrich heinz helen helmut herman hilary
    hillary horst hubert hugh ian ingrid isabel jacqueline jacques jan jane janet janice jason
    javier jean jeremiah jesus joachim joan joanna joerg johann johannes john johnny jorge jorgen
    jose josef juan juergen julia julian julie jurgen justin karen karl karsten keith kelly kevin
    klaus kurt lars laura lauren laurent leon linda lisa lloyd lorenzo luca lucia luigi luis
    lyndon manfred manuel marc marcel marco marcus margot maria marianne marie marina mario marion
    maurice melissa michel michelle miguel milton monica nancy naomi neil nicola nicolas nigel
    nils nora norbert olaf oscar otto pablo paolo paul paula pedro philippe pierre rachel ralph
    ramon raul reinhard renee ricardo roberto roger roland rolf rosemary ross rupert ruth ryan
    salvador samantha sarah sean sebastian sergio sharon sheila silvio simon sophie spencer stefan
    sven sylvia teresa theresa thierry tobias ulrich ulrike ursula uwe valentina vera veronica
    vivian vladimir wayne wendy werner wilhelm winfried wolfgang yves yvonne
"""


def _read() -> dict[str, tuple[str, ...]]:
    """Every name with those that it may stand for, and that may stand for it."""
    found: dict[str, dict[str, None]] = {}
    name = ""
    for word in _SHORT.split():
        if word.endswith(":"):
            name = word[:-1]
            continue
        found.setdefault(name, {})[word] = None
        found.setdefault(word, {})[name] = None
    return {word: tuple(others) for word, others in found.items()}


_CALLED = _read()
_GIVEN = _CALLED.keys() | word_list(_OTHERS)


def other_given_names(name: str) -> tuple[str, ...]:
    """What else somebody of this given name (lower-case) may be called: bill -> william."""
    return _CALLED.get(name, ())


@lru_cache(maxsize=4096)
def is_given_name(word: str) -> bool:
    """Whether a word (lower-case), or its first part as in `jean-marie`, is a given name."""
    return word.partition("-")[0] in _GIVEN
