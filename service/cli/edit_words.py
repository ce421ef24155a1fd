"""An editor's decision as a line of words, for the terminal."""

from service.edits import Edit


def said(edit: Edit) -> str:
    """What was done."""
    match edit.action:
        case "merge":
            return f"{edit.entity} is {edit.into} ({edit.name})"
        case "split":
            taken = f"{_quoted(*edit.aliases)} of {edit.entity}{_where(edit)}"
            return f"{taken} is {edit.into} ({edit.name})"
        case "rename":
            return f"{edit.entity} is called {_quoted(edit.name)}"
        case "retype":
            return f"{edit.entity} is {edit.into}"
        case "dismiss":
            return f"{edit.entity} is no name"
        case "alias":
            return f"{edit.entity} is also called {_quoted(edit.text)}"
        case "unalias":
            return f"{edit.entity} is not called {_quoted(edit.text)}"
        case "note":
            return f"{edit.entity} has {'the note: ' + edit.text if edit.text else 'no note'}"
        case "distinct":
            return f"{edit.entity} is not {edit.into}"
        case "undo":
            return f"edit {edit.undoes} is undone"


def _quoted(*texts: str | None) -> str:
    return ", ".join(f"“{text}”" for text in texts)


def _where(edit: Edit) -> str:
    return f" in {', '.join(edit.articles)}" if edit.articles else ""
