"""Words that tell of speech: verbs of saying, verbs that label, and the nouns of who may speak."""

import re

# With a clause as their object: `said (that) he would go`. The first line needs no `that`.
_SAY = "said says say"
_SAYING = """
    added adds acknowledged admitted admits affirmed agreed announced announces answered argued
    argues asserted asserts boasted cautioned claimed claims complained conceded concluded
    confirmed confirms contended countered counters declared declares denied denies disclosed
    emphasised emphasized estimated explained explains insisted insists joked lamented maintained
    maintains mentioned noted notes observed pledged predicted predicts promised quipped recalled
    recalls remarked replied replies reported reports responded retorted revealed reiterated
    stated states stressed stresses suggested suggests testified told tells tweeted vowed vows
    warned warns wrote writes posted"""
# With speech in quotation marks only.
_LABELLING = """
    accused accuses appealed asked asks attacked began begged blamed blasted branded called calls
    commented comments condemned continued continues cried criticised criticized decried demanded
    denounced derided described describes dismissed dubbed exclaimed hailed implored labelled
    labeled laughed likened mocked mused muttered ordered pleaded praised proclaimed recounted
    referred rejected ridiculed shouted shrugged sighed slammed thundered urged urges whispered
    wondered yelled"""
_PHRASES = (
    r"went on|goes on|put it|puts it|pointed out|points out|made clear|quoted as saying"
    r"|cited as saying"
)
_PARTICIPLES = """
    saying adding warning arguing insisting claiming calling describing telling noting writing
    accusing stating declaring explaining stressing tweeting denouncing branding"""


def _any(words: str) -> str:
    return "|".join(words.split())


SAY = frozenset(_SAY.split())
CLAUSAL = frozenset((_SAY + " " + _SAYING).split()) | {"pointed out", "points out", "made clear"}
PARTICIPLES = frozenset(_PARTICIPLES.split())
CLAUSAL_PARTICIPLES = PARTICIPLES - {"calling", "describing", "telling", "accusing", "branding"}
# Plurals of nouns as well.
NOUNS = frozenset("asks calls claims comments notes posts promises reports states urges".split())
VERB = re.compile(
    rf"(?<![\w'-])(?:[Aa]ccording to|[Ss]aid|{_PHRASES}|{_any(_PARTICIPLES)}|{_any(_SAY)}"
    rf"|{_any(_SAYING)}|{_any(_LABELLING)})(?![\w'-])"
)
# Between a subject and its verb.
_AUXILIARY = (
    r"has|have|had|also|then|later|once|twice|just|again|now|further|even|instead|still|already|all"
    r"|both|first|soon|long|(?!family|ally|assembly|anomaly|bully|monopoly|reply)[a-z]+ly"
)
AUXILIARIES = re.compile(rf"(?:(?<![\w'-])(?:{_AUXILIARY})\s+)+\Z")
# What makes of the word no verb of this subject: `is said to`, `declined to say`, `what he told`.
NO_SAYING = re.compile(
    r"(?<![\w'])(?:am|is|are|was|were|be|been|being|to|the|a|an|of|for|by|in|on|with|his|her|its"
    r"|their|as|this|that|these|those)\s+\Z",
    re.IGNORECASE,
)
# Nothing was said, or not yet.
NOT_SAID = re.compile(
    r"(?:\b(?:not|never|nor|may|might|can|could|would|will|must|if|cannot|should)|n't)\s+\Z",
    re.IGNORECASE,
)
PRONOUN = re.compile(r"(?:he|she|they|it|we|i|who|which)\Z", re.IGNORECASE)
# A phrase with such a word is a clause, and nobody's description.
FINITE = re.compile(
    r"\b(?:is|are|was|were|has|had|have|will|would|could|can|did|does|do|may|might|should|gave|made"
    r"|went|came|took|asked|owns|said|says|told|becomes?|became|remains?)\b"
)
# Too general for whoever was last spoken of.
ANYBODY = frozenset("man woman boy girl child person victim one suspect user other".split())
# Who speaks together; a sentence may begin with them.
PLURALS = frozenset(
    """
    Analysts Authorities Bankers Campaigners Critics Dealers Delegates Diplomats Doctors Economists
    Executives Experts Farmers Investigators Lawmakers Lawyers Leaders Locals Ministers
    Observers Officials Police Prosecutors Protesters Researchers Residents Scientists Sources
    Supporters Traders Unions Witnesses""".split()
)
PREPOSITION = re.compile(
    r"\b(?:of|with|at|from|for|in|on|to|by|near|inside|between|against|under|over|about)\s",
    re.IGNORECASE,
)
# A description ends here: the rest tells when, where and under what terms it was said.
RELATIVE = re.compile(
    r"[\s,]+(?:who|whom|whose|which|that|where|speaking|citing|asking|quoting|when|while|after|before"
    r"|as|during|because|since|told|in an?\s(?:\w+\s)?(?:statement|interview|letter|speech|post)"
    r"|on\s(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
    r"|last\s(?:week|month|year)|earlier|later|yesterday|today)(?!\w)",
    re.IGNORECASE,
)
DETERMINER = re.compile(
    r"(?:the|a|an|one|another|some|many|several|two|three|his|her|its|their|our|my|this|that|most"
    r"|both|other|no)\b",
    re.IGNORECASE,
)
# The nouns of bodies that speak; what else `the …` says is a person.
BODIES = frozenset(
    """
    administration agency airline archive army association authorities authority bank board body
    broadcaster bureau cabinet campaign carrier centre center charity church city club coalition
    college commission committee company congress corporation council country court department
    embassy family federation firm force foundation government group hospital house industry
    institute institution ministry media military mission movement museum nation network newspaper
    office operator opposition organisation organization panel paper parliament party police
    prosecution defence defense regime report school senate service side society state statement
    station study team tribunal union university watchdog website
    """.split()
)
# Work titles and nicknames stand in marks that are no speech.
NAMED_SO = re.compile(
    r"\b(?:so-called|known as|nicknamed|titled|entitled|named|album|film|movie|song|book|novel|play"
    r"|series|show|single|poem|painting|programme|program|word|term|codenamed|operation)\s*,?\s*\Z",
    re.IGNORECASE,
)
