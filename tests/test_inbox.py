"""What is found in paths: every input once and in order, and a reason for what is none."""

import io
import os
import tracemalloc
from pathlib import Path

import pytest
from conftest import Archive

from service.errors import Unreadable
from service.inbox import Entry, Failure, find, measure, opened, origin_of, texts_of

STORY = "The council met on Monday."


def fill(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(STORY, "utf-8")


def found(*paths: Path | str, own: frozenset[Path] = frozenset()) -> list[str]:
    """Names of inputs, and “name: reason” of what is none."""
    return [
        f"{Path(each.origin).name}: {each.reason}"
        if isinstance(each, Failure)
        else Path(each.origin).name
        for each in find([str(path) for path in paths], own)
    ]


def test_folders_are_searched_in_order(tmp_path: Path) -> None:
    fill(tmp_path, "b.txt", "a.html", "z", "d/2.xml", "d/1.json", "d/c/3.txt", "e/.git/x.txt")
    fill(tmp_path, ".hidden", "e/5.css")
    in_order = ["a.html", "b.txt", "z", "1.json", "2.xml", "3.txt", "5.css"]
    assert found(tmp_path) == in_order
    assert found(tmp_path / "d" / "c", tmp_path / "z") == ["3.txt", "z"]


def test_sidecars_are_no_inputs_of_their_own(tmp_path: Path) -> None:
    fill(tmp_path, "a.txt", "a.json", "b.MD", "b.MD.json", "c.json", "d.html", "d.json")
    assert found(tmp_path) == ["a.txt", "b.MD", "c.json", "d.html", "d.json"]


def test_the_archive_itself_is_no_input(tmp_path: Path) -> None:
    fill(tmp_path, "a.txt", "cuttings.db")
    own = frozenset({(tmp_path / "cuttings.db").resolve()})
    assert found(tmp_path, own=own) == ["a.txt"]
    (tmp_path / "a.txt").unlink()
    assert found(tmp_path, own=own) == [f"{tmp_path.name}: holds no articles"]


def test_what_is_none(tmp_path: Path) -> None:
    (tmp_path / "hollow").mkdir()
    assert found(tmp_path / "hollow", tmp_path / "gone") == [
        "hollow: holds no articles",
        "gone: does not exist",
    ]


def test_a_folder_in_itself_ends(tmp_path: Path) -> None:
    fill(tmp_path, "a/story.txt")
    (tmp_path / "a" / "again").symlink_to(tmp_path)
    (tmp_path / "link.txt").symlink_to(tmp_path / "a" / "story.txt")
    assert found(tmp_path) == ["story.txt"]


@pytest.mark.parametrize("link", ["a/link.txt", "z/link.txt"])
def test_what_links_lead_to_comes_once(tmp_path: Path, link: str) -> None:
    fill(tmp_path, "in/m/story.txt", "in/a/1.txt", "in/z/2.txt", "in/.h/hidden.txt", "out.txt")
    targets = (tmp_path / "in/m/story.txt", tmp_path / "in/.h/hidden.txt", tmp_path / "out.txt")
    for target in targets:
        for number in range(2):
            name = (tmp_path / "in" / link).with_stem(f"{target.stem}-{number}")
            name.symlink_to(target)
    read = [each.path for each in find([str(tmp_path / "in")]) if isinstance(each, Entry)]
    assert sorted(path.resolve().name for path in read if path) == [
        *("1.txt", "2.txt", "hidden.txt", "out.txt", "story.txt")
    ]


def test_what_several_paths_lead_to_comes_once(tmp_path: Path) -> None:
    fill(tmp_path, "d/a.txt", "d/e/b.txt", "c.txt")
    (tmp_path / "link.txt").symlink_to(tmp_path / "d" / "a.txt")
    (tmp_path / "folder").symlink_to(tmp_path / "d")
    (tmp_path / "d" / "hollow").mkdir()
    paths = [tmp_path / name for name in ("link.txt", "d/e", "d", "folder", "c.txt", "c.txt")]
    assert found(*paths, tmp_path / "d" / "hollow") == [
        *("a.txt", "b.txt", "c.txt", "hollow: holds no articles")
    ]
    assert found(tmp_path / "link.txt", tmp_path / "d/a.txt") == ["link.txt"]


def test_links_that_lead_nowhere_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.txt").symlink_to(tmp_path / "b.txt")
    (tmp_path / "b.txt").symlink_to(tmp_path / "a.txt")
    (tmp_path / "c.txt").symlink_to(tmp_path / "gone.txt")
    (tmp_path / "d.txt").symlink_to(tmp_path / "gone.txt")
    assert found(tmp_path) == ["a.txt", "b.txt", "c.txt", "d.txt"]
    assert found(tmp_path / "a.txt", tmp_path / "c.txt", tmp_path / ("e" * 300)) == [
        "a.txt: cannot be read: Too many levels of symbolic links",
        "c.txt: does not exist",
        f"{'e' * 300}: cannot be read: File name too long",
    ]


def test_a_folder_of_the_same_place_is_not_entered_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a mount of a folder inside itself: no link, but the same file number."""
    fill(tmp_path, "a/story.txt")
    numbers = tmp_path.stat()
    monkeypatch.setattr(Path, "stat", lambda *_args, **_options: numbers)
    assert found(tmp_path) == ["a: contains itself"]


def test_folders_deep_in_each_other(tmp_path: Path) -> None:
    fill(tmp_path, f"{'d/' * 300}story.txt")
    assert found(tmp_path) == ["story.txt"]


def test_standard_input_and_addresses(tmp_path: Path) -> None:
    fill(tmp_path, "a.txt")
    url = "https://example.org/feed.xml"
    entries = list(find(["-", url, str(tmp_path)]))
    assert entries[:2] == [Entry("-"), Entry(url, url=url)]
    with opened(Entry("-"), io.BytesIO(b"A story")) as document:
        assert (document.origin, document.name, document.whole()) == ("-", "-", b"A story")


def test_measure(tmp_path: Path) -> None:
    fill(tmp_path, "a.txt", "d/b.txt", ".hidden", "a.json")
    assert measure([str(tmp_path)]) == 2 * len(STORY)
    assert measure([str(tmp_path / "a.txt"), str(tmp_path / "gone")]) == len(STORY)
    assert measure([str(tmp_path), "-"]) is None
    assert measure(["HTTPS://example.org"]) is None


def test_opened(tmp_path: Path) -> None:
    fill(tmp_path, "a.txt")
    (tmp_path / "a.json").write_bytes(b"{}")
    (tmp_path / "link.txt").symlink_to(tmp_path / "a.txt")
    with opened(Entry("link.txt", tmp_path / "link.txt")) as document:
        assert document.origin == origin_of(tmp_path / "a.txt")
        # An embargo in the sidecar holds by whatever name its text is reached.
        assert (document.name, document.sidecar) == ("a.txt", b"{}")
    with opened(Entry("a.txt", tmp_path / "a.txt")) as document:
        assert (document.name, document.sidecar) == ("a.txt", b"{}")
        assert document.whole() == STORY.encode()


@pytest.mark.parametrize(
    ("target", "link", "beside", "expected"),
    [
        ("a.txt", "link.txt", ("a.json",), ("a.txt", b"a.json")),
        ("a.txt", "link", ("a.txt.json", "link.json"), ("a.txt", b"a.txt.json")),
        ("a.txt", "page.html", ("a.json",), ("a.txt", b"a.json")),
        ("a.txt", "link.txt", ("link.json",), ("a.txt", b"link.json")),
        ("a.txt", "link.txt", ("link.json", "a.json"), ("a.txt", b"a.json")),
        ("8843d7", "link.md", ("link.json",), ("link.md", b"link.json")),
        ("a.html", "link.html", ("a.json", "link.json"), ("a.html", None)),
    ],
)
def test_the_sidecar_of_a_link(
    tmp_path: Path, target: str, link: str, beside: tuple[str, ...], expected: tuple[str, bytes]
) -> None:
    fill(tmp_path, f"store/{target}")
    (tmp_path / link).symlink_to(tmp_path / "store" / target)
    for name in beside:
        folder = tmp_path if name.startswith("link") else tmp_path / "store"
        (folder / name).write_text(name, "utf-8")
    with opened(Entry(link, tmp_path / link)) as document:
        assert (document.name, document.sidecar) == expected


def test_an_embargo_holds_behind_a_link(archive: Archive, tmp_path: Path) -> None:
    fill(tmp_path, "emb.txt")
    (tmp_path / "emb.json").write_text('{"embargoed_until": "2999-01-01T00:00Z"}', "utf-8")
    (tmp_path / "latest.txt").symlink_to(tmp_path / "emb.txt")
    assert archive.ingest(tmp_path / "latest.txt").waiting == 1
    assert archive.ingest(tmp_path).waiting == 1
    assert archive.rows("SELECT count(*) FROM articles") == [(0,)]


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("a.json", ["a.MD", "a.txt"]),
        ("a.txt.json", ["a.txt"]),
        ("b.json", []),
        ("b.html.json", []),
        ("a.txt", []),
        (".json", []),
    ],
)
def test_the_texts_of_a_sidecar(tmp_path: Path, name: str, texts: list[str]) -> None:
    fill(tmp_path, "a.txt", "a.MD", "b.html")
    assert sorted(text.name for text in texts_of(tmp_path / name)) == texts


def test_a_name_too_long_for_a_sidecar(tmp_path: Path) -> None:
    name = f"{'a' * 250}.txt"
    fill(tmp_path, name)
    with opened(Entry(name, tmp_path / name)) as document:
        assert document.sidecar is None


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("pipe", "is no regular file"),
        ("dangling", "is no regular file"),
        ("gone", "is no regular file"),
        ("rich.txt", "its sidecar rich.json is too large"),
    ],
)
def test_what_cannot_be_opened(tmp_path: Path, name: str, reason: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    fill(tmp_path, "rich.txt")
    with (tmp_path / "rich.json").open("wb") as file:
        file.truncate(64 * 1024 * 1024)
    with pytest.raises(Unreadable, match=reason), opened(Entry(name, tmp_path / name)):
        pass


def test_a_fault_of_the_disk_while_it_is_read(tmp_path: Path) -> None:
    fill(tmp_path, "a.txt")
    with (
        pytest.raises(Unreadable, match="cannot be read: Input/output error"),
        opened(Entry("a.txt", tmp_path / "a.txt")),
    ):
        raise OSError(5, "Input/output error")


def test_names_that_are_no_text(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    with open(path, "wb") as file:  # noqa: PTH123 - Path takes no bytes
        file.write(b"A story")
    (entry,) = find([str(tmp_path)])
    assert entry.origin.endswith("caf\\xe9.txt")
    assert isinstance(entry, Entry)
    with opened(entry) as document:
        assert document.name == "caf\\xe9.txt"


def test_no_list_of_files_is_held(tmp_path: Path) -> None:
    for folder in range(10):
        (tmp_path / f"{folder:02}").mkdir()
        for number in range(100):
            (tmp_path / f"{folder:02}" / f"{number:03}.txt").touch()
    tracemalloc.start()
    inputs = sum(1 for _ in find([str(tmp_path)]))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert inputs == 1_000
    assert peak < 100_000
