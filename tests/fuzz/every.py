"""All targets there are."""

from fuzz import asked, found, named, read

TARGETS = {
    target.name: target for module in (asked, read, named, found) for target in module.TARGETS
}
