"""A handful of Salesforce's pages, served inside the browser at their real addresses, without a network.

For the rules of getting in; whole runs are tested on the replica.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import BrowserContext, Route

MY_DOMAIN = "acme--dev.sandbox.my.salesforce.com"
SETUP = "acme--dev.sandbox.my.salesforce-setup.com"
ORG = f"https://{MY_DOMAIN}"
SETUP_HOME = f"https://{SETUP}/lightning/setup/ManageExternalClientApplication/home"

Form = dict[str, str]
Answer = str | Callable[[Form], str]

VERIFY = "/_ui/identity/verification/method"
EMAIL_PATH = f"{VERIFY}/EmailVerificationFinishUi/e"
TOTP_PATH = f"{VERIFY}/TotpVerificationUi/e"

ONE_STEP = """<title>Login | Salesforce</title><form method=post action="/">
<div class=error role=alert style="display:none">Please enter your password.</div>
<div id=error class=loginError {hidden}>{error}</div>
<label for=username>Username</label><input id=username name=username type=email>
<label for=password>Password</label><input id=password name=pw type=password>
<input type=submit id=Login value="Log In to Sandbox"></form>"""

USERNAME_FIRST = """<form method=post action="/"><label for=username>Username</label>
<input id=username name=username type=email><input type=submit id=Login value="Log In"></form>"""

PASSWORD_SECOND = """<form method=post action="/"><span id=idcard-identity>someone</span>
<label for=password>Password</label><input id=password name=pw type=password><input type=submit id=Login value="Log In"></form>"""


def one_step(error: str = "") -> str:
    """The login page with both fields."""
    return ONE_STEP.format(error=error, hidden="" if error else 'style="display:none"')


def to(url: str) -> str:
    """A page that leads on by itself."""
    return f"<script>location.replace({url!r})</script>"


def code_page(field: str = "emc", error: str = "", extra: str = "") -> str:
    """A verification page with a code to type."""
    return f"""<title>Verify Your Identity | Salesforce</title><h2 id=header>Verify Your Identity</h2>
<p>Enter the verification code we emailed to a***n@acme.example.</p><div class=errorMsg>{error}</div>
<form id=editPage method=post><label for={field}>Verification Code</label><input id={field} name={field} maxlength=6>
<input type=submit id=save title=Verify value=" Verify "></form>{extra}"""


class FakeSalesforce:
    """Answers requests by host and path; each address gives its answers in turn and repeats the last one.

    Attributes:
        posts: what forms sent, oldest first: (host, path, fields).
        opened: addresses of documents, without query.
    """

    def __init__(self, context: BrowserContext) -> None:
        self.posts: list[tuple[str, str, Form]] = []
        self.opened: list[str] = []
        self._answers: dict[tuple[str, str], deque[Answer]] = {}
        self._statuses: dict[tuple[str, str], int] = {}
        context.route("**/*", self._route)
        self.on(SETUP_HOME, "<h1>External Client App Manager</h1>")

    def on(self, url: str, *answers: Answer, status: int = 200) -> None:
        """Answer ``url`` (GET and POST alike) by these pages in turn."""
        parts = urlsplit(url)
        self._answers[parts.netloc, parts.path or "/"] = deque(answers)
        self._statuses[parts.netloc, parts.path or "/"] = status

    def sent(self, field: str) -> list[str]:
        """All values of one field that any form sent to any host."""
        return [fields[field] for _, _, fields in self.posts if field in fields]

    def _route(self, route: Route) -> None:
        request = route.request
        parts = urlsplit(request.url)
        fields = {name: values[0] for name, values in parse_qs(request.post_data or "", keep_blank_values=True).items()}
        if request.method == "POST":
            self.posts.append((parts.netloc, parts.path, fields))
        if request.is_navigation_request():
            self.opened.append(f"{parts.scheme}://{parts.netloc}{parts.path}")
        answers = self._answers.get((parts.netloc, parts.path))
        if answers is None:
            route.fulfill(status=404, content_type="text/html", body="<title>none</title>nothing here")
            return
        answer = answers.popleft() if len(answers) > 1 else answers[0]
        body = answer(fields) if callable(answer) else answer
        route.fulfill(status=self._statuses[parts.netloc, parts.path], content_type="text/html", body=body)
