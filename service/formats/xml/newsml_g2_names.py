"""What things are called in a NewsML-G2 item: on the spot or in its assertions, in one language."""

from xml.etree.ElementTree import Element

from service.formats.xml.text import LANGUAGE, attribute, children, first, line


class Names:
    """The names in one item; of several languages, that of its text."""

    def __init__(self, item: Element) -> None:
        tag = attribute(first(item, "contentMeta", "language"), "tag")
        self._language = (tag or item.get(LANGUAGE, "")).lower()
        self._asserted = {
            code: name
            for stated in children(item, "assert")
            if (code := _identifier(stated)) and (name := self.text(stated, "name"))
        }

    def text(self, parent: Element | None, name: str) -> str:
        """The child's text in the language of the item, or else the first."""
        found = [child for child in children(parent, name) if line(child)]
        fitting = [child for child in found if self._fits(child)]
        return line(next(iter(fitting or found), None))

    def of(self, party: Element | None) -> str:
        """What a subject or a party is called; empty if it is a mere code."""
        if party is None:
            return ""
        return self.text(party, "name") or self._asserted.get(_identifier(party), "")

    def topics(self, about: Element | None) -> list[str]:
        """Of the subjects with a name, and the keywords."""
        subjects = (
            self.of(subject) or self.of(first(subject, "mainConcept"))
            for subject in children(about, "subject")
        )
        keywords = (line(word) for word in children(about, "keyword"))
        return list(dict.fromkeys(name for name in (*subjects, *keywords) if name))

    def source(self, about: Element | None, meta: Element | None) -> str:
        """The source of the information, or else who provides it; by name, or else by its code."""
        parties = [*children(about, "infoSource"), *children(meta, "provider")]
        named = (self.of(party) or attribute(party, "literal") for party in parties)
        coded = (attribute(party, "qcode").rpartition(":")[2] for party in parties)
        return next((name for name in (*named, *coded) if name), "")

    def _fits(self, name: Element) -> bool:
        language = name.get(LANGUAGE, self._language).lower()
        return language.partition("-")[0] == self._language.partition("-")[0]


def _identifier(element: Element) -> str:
    return attribute(element, "qcode") or attribute(element, "uri")
