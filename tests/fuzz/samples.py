"""Small sound inputs of every format, to be damaged."""

import bz2
import gzip
import json
from functools import cache

from packing import tarred, zipped
from test_feed import ATOM, RSS
from test_html import ld, page
from test_newsml_g2 import ABOUT, item
from test_ninjs import FIRST, THIRD
from test_nitf import STORY
from test_warc import answer, record

_BODY = "The council met on Monday, and talked about the bridge.\n\nNobody knew who would pay."
_TEXT = f"Bridge closes\n\nBy JANE DOE\n3 January 2019\n\nNORTHPORT (AP) — {_BODY}\n"
_RECORD = {
    "key": "np-1",
    "title": "Bridge closes",
    "body": _BODY,
    "published_at": "2019-01-03T10:15:00+01:00",
    "authors": ["Jane Doe"],
    "source": "Northport Courier",
    "topics": ["bridges"],
    "url": "https://example.org/1",
    "subheadings": [{"start": 0, "end": 3, "text": "The"}],
    "extra": {"a": [1, None, {"b": "c"}]},
}
_FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Courier",
    "items": [{"id": "1", "title": "Bridge", "content_html": f"<p>{_BODY}</p>"}],
}
_FRONT = f"""---
title: "Bridge closes"
date: 2019-01-03 10:15:00 +0100
tags: [bridges, "ice: thin"]
author: {{name: Jane Doe}}
summary: >
  Engineers fear
  the ice.
---

## The council

{_BODY} See [the **map**](https://example.org/map "x") ![a](b.png)
"""

PLAIN = (
    _TEXT.encode(),
    _TEXT.upper().encode("latin-1", "replace"),
    f"{_BODY}\n\n(Reporting by John Roe; Editing by Max Poe)\nREAD MORE: x\n".encode(),
    "조성길은 갔다.\n\n그는 다리를 건넜다. 그리고 아무도 몰랐다.\n".encode("euc-kr"),
)
MAIL = (f"Subject: Bridge\nDate: Thu, 03 Jan 2019 10:15 +0100\nFrom: x@y\n\n{_BODY}".encode(),)
_VALUES = (_RECORD, [_RECORD, {"title": "No body"}], _FEED, FIRST, THIRD)
JSONS = (
    *(json.dumps(value).encode() for value in _VALUES),
    b"\n".join([json.dumps(_RECORD).encode()] * 2),
)
TABLES = (
    f'title,body,date\r\nBridge,"{_BODY}",2019-01-03\r\nTwo,{_BODY[:50]!r},x\r\n'.encode(),
    f'headline;content;tags\n"A; ""b""";"{_BODY}";[1, 2]\n'.encode(),
    f"title\tbody\nBridge\t{_BODY[:50]}\n".encode(),
)
XMLS = tuple(each.encode() for each in (RSS, ATOM, STORY, item(ABOUT)))
PAGES = (
    page(ld(headline="A", datePublished="2021-03-04", articleBody=_BODY)).encode(),
    (
        f"<!doctype html><html lang=en><head><title>Bridge | Courier</title>"
        f'<meta property="og:title" content="Bridge"><link rel=canonical href="/1">'
        f"</head><body><article><h1>Bridge</h1><p>{_BODY}</p><p>{_BODY}</p></article></body></html>"
    ).encode(),
)
FRONT = (
    _FRONT.encode(),
    f'+++\ntitle = "Bridge"\ndate = 2019-01-03\n[extra]\na = [1]\n+++\n{_BODY}'.encode(),
    f"title: Bridge\ntags:\n- a\n- b\n\n{_BODY}".encode(),
)


@cache
def archives() -> tuple[bytes, ...]:
    members = [("a/story.txt", PLAIN[0]), ("a/story.json", JSONS[0]), ("p.html", PAGES[1])]
    crawl = record(answer(PAGES[0])) + record(answer(PLAIN[0], "text/plain"))
    return (
        zipped(members),
        zipped([("in.zip", zipped(members)), *members], 0),
        tarred(members),
        tarred(members, "w:gz"),
        gzip.compress(PLAIN[0]),
        bz2.compress(JSONS[0]),
        crawl,
        gzip.compress(crawl),
    )
