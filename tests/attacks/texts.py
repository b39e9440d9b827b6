"""Contents that a file, an answer or a program may have, whoever wrote it: what every reader has to bear."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable
from typing import Any, Final

from automation.errors import RunbookError

KEYS: Final = ("version", "passkeys", "cookies", "schema", "secrets", "orgs", "steps", "error")

BYTES: Final[dict[str, bytes]] = {
    "nothing": b"",
    "blanks": b" \r\n\t\n",
    "byte order mark alone": codecs.BOM_UTF8,
    "UTF-16": '{"a": "é"}'.encode("utf-16"),
    "UTF-16, half a character": codecs.BOM_UTF16_LE + b"a",
    "UTF-32": '{"a": 1}'.encode("utf-32"),
    "latin-1": "name = 'Grüße'".encode("latin-1"),
    "no encoding": b"\xff\xfe\xfd\x80",
    "NULs": b"\0" * 64,
    "controls": bytes(range(32)),
    "HTML": b"<!doctype html><title>Sign in</title><form action=https://evil.example>",
    "cut off": b'{"version": 1, "passkeys": [{"host": "acme',
    "open string": b'a = "no end',
    "null": b"null",
    "number": b"5",
    "endless number": b"1e999999",
    "long number": b"9" * 5000,
    "text": b'"text"',
    "list": b"[]",
    "list of lists": b"[[]]",
    "list of nulls": b"[null, null]",
    "object": b"{}",
    "nulls": json.dumps(dict.fromkeys(KEYS)).encode(),
    "numbers": json.dumps(dict.fromkeys(KEYS, 1)).encode(),
    "lists": json.dumps({key: [[]] for key in KEYS}).encode(),
    "twice the same key": b'{"version": 1, "version": [], "passkeys": {}}',
    "deep lists": b"[" * 100_000,
    "deep objects": b'{"a":' * 50_000,
    "deep TOML": b"a = " + b"[" * 5000 + b"]" * 5000,
    "wide TOML": b"\n".join(b"[a.b%d]" % number for number in range(2000)),
    "dotted TOML": b"a" + b".a" * 3000 + b" = 1",
    "half a surrogate": b'{"cookies": [{"value": "\\ud800", "domain": ".salesforce.com"}], "client_id": "\\udfff"}',
    "an INI file": b"[section]\nkey: value\n",
    "YAML anchors": b"a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n",
    "zip": b"PK\x03\x04" + b"\0" * 60,
    "SQLite": b"SQLite format 3\0" + b"\xff" * 200,
    "a long line": b"x" * 900_000,
    "many lines": b"x=1\n" * 3000,
    "too large": b"#" * 2_200_000,
}
"""Name of an attack to bytes."""


def ours_or_value(call: Callable[[], Any], *also: type[Exception]) -> Any:
    """What a call gives, or the error of ours that it raises, which has to name cause and fix. Anything else fails the test.

    Args:
        also: errors inside of a boundary, which its caller turns into ours.
    """
    try:
        return call()
    except RunbookError as error:
        found, words = error, (error.message, error.next)
    except also as error:
        return error
    assert all(text.strip() for text in words)
    assert len(found.message) < 3000
    return found


ORG_TEXTS: Final[dict[str, str]] = {
    "clear screen": "\x1b[2J\x1b[H",
    "clipboard": "\x1b]52;c;cm0gLXJm\x07",
    "title": "\x1b]0;evil\x07",
    "hyperlink": "\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "device report": "\x1b[6n\x1bP$q\x1b\\",
    "8-bit CSI": "\x9b2J\x9d52;c;eA==\x9c",
    "forged line": "x\nDelivered to dotenv:mine",
    "carriage return": "x\rDelivered to dotenv:mine",
    "CRLF": "x\r\nError: y\r\nNext: z",
    "next line": "x\x85Delivered to dotenv:mine",
    "line separator": "x\u2028Delivered to dotenv:mine",
    "paragraph separator": "x\u2029Delivered to dotenv:mine",
    "vertical tab and form feed": "x\x0bDelivered to a\x0cDelivered to b",
    "file separators": "x\x1cDelivered to a\x1dDelivered to b\x1eDelivered to c",
    "turned writing": "\u202e}{nimda\u2066\u2069",
    "backspaces": "failed" + "\x08" * 6 + "created",
    "NUL and DEL": "a\0b\x7fc",
    "half a character": "a\ud800b",
    "markup of rich": "[/b] [link=http://evil.example]x[/link] [bold",
    "script": "<script>fetch('//evil.example')</script>",
    "script that closes": "</script></style></title><img src=x onerror=alert(1)>",
    "attribute": "\" onmouseover=alert(1) x='",
    "template": "{{ 7*7 }} {% raw %} ${7*7} #{7}",
    "comment and CDATA": "--> ]]> <!-- <![CDATA[",
    "URL": "javascript:alert(1)",
    "style": "</style><style>*{background:url(//evil.example)}",
    "XML entity": '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>&b;',
    "Slack": "<!channel> <http://evil.example|click> <@U1>",
    "Markdown": "[click](http://evil.example) ![x](http://evil.example/x.png)",
    "TOML": 'x"\n[evil]\ny = """',
    "format": "%s %n {0} {x.__class__}",
    "long": "A" * 50_000,
    "combining": "Z" + "\u0301" * 500,
}
"""Name of an attack to what a page or an answer of the org may say."""
