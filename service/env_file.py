"""Settings in a file, KEY=VALUE a line: unlike an environment it can change while one serves."""

from pathlib import Path

from service.errors import Misconfigured


def read_env_file(file: Path) -> dict[str, str]:
    """Names and values, in the form that systemd and Docker read: `#` begins a comment line.

    Raises Misconfigured for a file that cannot be read, and for a line that is none.
    """
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as exc:
        reason = (exc.strerror if isinstance(exc, OSError) else None) or exc
        raise Misconfigured(f"The settings in {file} cannot be read: {reason}") from exc
    values: dict[str, str] = {}
    for number, line in enumerate(map(str.strip, lines), start=1):
        if not line or line.startswith("#"):
            continue
        name, is_set, value = line.partition("=")
        if not is_set or not name.strip():
            raise Misconfigured(f"{file}, line {number}: “{line}” is not KEY=VALUE")
        values[name.strip()] = _unquoted(value.strip())
    return values


def _unquoted(value: str) -> str:
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if quoted else value
