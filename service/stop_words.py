"""Words that tell nothing of what an article is about, nor begin or end a name."""

# Left out when any word is enough: they are in nearly every English article.
STOP_WORDS = frozenset(
    """
    a about after all also an and any are as at be because been before being between but by can
    could did do does doing during each for from had has have having he her hers him his how i if
    in into is it its just me more most my no nor not of off on once only or other our out over
    own same she should so some such than that the their them then there these they this those
    through to too under until up us very was we were what when where which while who whom whose
    why will with would you your""".split()
) - {"us"}  # the country, more often than not
