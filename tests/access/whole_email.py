"""Reading a whole email as the mailbox does: its header is judged first, then its code is read."""

from __future__ import annotations

import re
from datetime import datetime

from automation.access.codes.mail import HEADER_LIMIT, Verdict, code_of, judge
from automation.access.codes.source import CodeRequest
from automation.secrets import Secret


def code_in(raw: bytes, request: CodeRequest, since: datetime | None = None) -> Secret | None:
    """The code in an email, when the email answers this request; None for any other email, a broken one included.

    Args:
        raw: the email as it came, or its begin.
        request: see `judge`.
        since: see `judge`.
    """
    header = re.split(rb"\r?\n\r?\n", raw[:HEADER_LIMIT], maxsplit=1)[0]
    return code_of(raw, request) if judge(header, request, since) is Verdict.FITS else None
