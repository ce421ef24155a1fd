"""What somebody may put into a text who wants more than to be read."""

MARK = "hostile"
_CALL = "alert(1)"
_MARKUP = (
    f"<script>{_CALL}</script>",
    f"<SCRIPT SRC=https://{MARK}.example/x.js></SCRIPT>",
    f"<img src=x onerror={_CALL}>",
    f"<img src='https://{MARK}.example/x.png'>",
    f"<svg onload={_CALL}>",
    f"<svg><script>{_CALL}</script></svg>",
    f"<svg><animate onbegin={_CALL} attributeName=x></svg>",
    f"<body onload={_CALL}>",
    f"<iframe src='javascript:{_CALL}'></iframe>",
    f"<iframe srcdoc='<script>{_CALL}</script>'></iframe>",
    f"<object data='https://{MARK}.example/'></object>",
    f"<embed src='https://{MARK}.example/'>",
    f"<base href='https://{MARK}.example/'>",
    f"<meta http-equiv=refresh content='0;url=https://{MARK}.example/'>",
    f"<link rel=stylesheet href='https://{MARK}.example/x.css'>",
    f"<style>* {{ background: url(https://{MARK}.example/x) }}</style>",
    f"<form action='https://{MARK}.example/'><input autofocus onfocus={_CALL}></form>",
    f"<a href='javascript:{_CALL}'>a link</a>",
    f"<details open ontoggle={_CALL}>",
    f"<math><mtext><table><mglyph><style><img src=x onerror={_CALL}>",
    f"<noscript><p title='</noscript><img src=x onerror={_CALL}>'>",
    f"<template><script>{_CALL}</script></template>",
    "<plaintext>",
    "<!--",
    "]]><!doctype html>",
)
_OUT_OF_CONTEXT = (
    f"</script><script>{_CALL}</script>",
    f"</title><script>{_CALL}</script>",
    f"</textarea></style></svg><img src=x onerror={_CALL}>",
    f'"><img src=x onerror={_CALL}>',
    f"'><img src=x onerror={_CALL}>",
    f'" onmouseover="{_CALL}" autofocus onfocus="{_CALL}" x="',
    f"' onmouseover='{_CALL}' x='",
    f"` onmouseover={_CALL} `",
    f'\\"); {_CALL}; //',
    f"&lt;script&gt;{_CALL}&lt;/script&gt; &amp;amp; &#60;b&#62;",
    f"%3Cscript%3E{_CALL}%3C/script%3E",
    f"\\u003cscript\\u003e{_CALL}\\u003c/script\\u003e",
    f"javascript:{_CALL}",
    f"data:text/html,<script>{_CALL}</script>",
    "{{ 7 * 7 }} {% include '/etc/passwd' %} {# not shown #}",
    "${7 * 7} #{7 * 7} <%= 7 * 7 %> [[7 * 7]]",
    "'; DROP TABLE articles; --",
    "../../../../etc/passwd",
)
_CHARACTERS = (
    "left \u202e thgir \u202c \u2066 isolated",
    "no \x00 such \x07 thing \x1b[31m red \x7f",
    "half \ud83d a pair \udc00 of two",
    "two\u2028lines\u2029and\u0085more\x0b\x0c",
    "Z\u0335\u0321\u0321\u035a\u0339a\u0322\u0348l\u0337g\u0338o\u0335 " + "\u0301" * 200,
    "zero\u200b\u200d\ufeffwidth\u00ad and \ufffe \uffff \U0010ffff",
    "🏴\u200d☠\ufe0f 👩\u200d👩\u200d👧 \U000e0041",
    "ﷺ مرحبا ‎(left)‏ שלום",
)
# So long that no line can hold it; in one of them nobody would read on.
LONG = (
    "long" * 25_000,
    "<b>" * 10_000,
    "\u00ad" * 1_000 + "&" * 20_000,
)
STRINGS = (*_MARKUP, *_OUT_OF_CONTEXT, *_CHARACTERS, *LONG)
