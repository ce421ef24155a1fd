"""What the three kinds of names are called: one of them, several, and a list of them."""

from collections.abc import Mapping

from service.entity import EntityType

# One and several of a kind; of no kind in particular they are names.
NOUNS: Mapping[EntityType | None, tuple[str, str]] = {
    None: ("name", "names"),
    "person": ("person", "people"),
    "organization": ("organisation", "organisations"),
    "place": ("place", "places"),
}
A_KIND: Mapping[EntityType, str] = {
    "person": "a person",
    "organization": "an organisation",
    "place": "a place",
}
HEADINGS: Mapping[EntityType, str] = {
    "person": "People",
    "organization": "Organisations",
    "place": "Places",
}
# Where a list can be narrowed to one of them.
CHOICES: Mapping[EntityType | None, str] = {
    None: "All",
    "person": HEADINGS["person"],
    "organization": HEADINGS["organization"],
    "place": HEADINGS["place"],
}
