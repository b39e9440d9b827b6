"""What a setting's value must look like. Each rule turns text into a value or says what is wrong and what is right.

A rule raises `ValueError` with a sentence that fits after the setting's name: ``ECA_API_NAME: ends in an underscore; ...``.
It never repeats the value of a secret.
"""

from __future__ import annotations

import re
import shlex
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from automation.secrets.text_files import home_expanded, is_file
from automation.settings.otpauth import read_seed

if TYPE_CHECKING:
    from automation.delivery import Target

SCOPES: Final[Mapping[str, str]] = {
    "id": "Access the identity URL service (id, profile, email, address, phone)",
    "api": "Manage user data via APIs (api)",
    "web": "Manage user data via Web browsers (web)",
    "full": "Full access (full)",
    "chatter_api": "Access Connect REST API resources (chatter_api)",
    "visualforce": "Access Visualforce applications (visualforce)",
    "refresh_token": "Perform requests at any time (refresh_token, offline_access)",
    "openid": "Access unique user identifiers (openid)",
    "custom_permissions": "Access custom permissions (custom_permissions)",
    "wave_api": "Access Analytics REST API resources (wave_api)",
    "sfap_api": "Access the Salesforce API Platform (sfap_api)",
    "cdp_api": "Access all Data Cloud API resources (cdp_api)",
}
"""OAuth scope tokens and their labels in the create form, as far as screenshots show them."""

IP_RELAXATIONS: Final[Mapping[str, str]] = {
    "Enforce": "Enforce IP restrictions",
    "Enforce_RelaxRefresh": "Enforce IP restrictions, but relax for refresh tokens",
    "Bypass_2factor": "Relax IP restrictions for activated devices",
    "Bypass": "Relax IP restrictions",
}
"""API values of ``IP Relaxation`` and their texts on the Policies tab."""

DISTRIBUTION_STATES: Final = ("Local", "Packaged")

_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\".]+(\.[^@\s,;<>\".]+)+")


def text(value: str) -> str:
    """Any text on one line."""
    if "\n" in value or "\r" in value:
        raise ValueError("holds a line break; give one line")
    if not value.isascii() and re.search("[\ud800-\udfff]", value):  # how Python passes on bytes of the environment
        raise ValueError("holds bytes that are no UTF-8; give it in UTF-8, or in .env")
    return value


INVISIBLE: Final = ("Cf", "Cc", "Cs")
"""Unicode's categories of marks and control characters that nobody sees: a zero-width space, a byte order mark, ...; and halves."""


def visible(value: str) -> str:
    """``value``, if it has no character that nobody sees, as a copy from a web page or a chat may."""
    for character in value:
        if unicodedata.category(character) in INVISIBLE:
            name = unicodedata.name(character, "a control character")
            raise ValueError(f"holds an invisible character, U+{ord(character):04X} ({name}); type it again by hand")
    return value


def password(value: str) -> str:
    """Any text on one line that neither begins nor ends with a character that nobody sees, and stands for nothing else."""
    visible(value[:1] + value[-1:])
    if re.fullmatch(r"[“„‘‚«»].*[”“’‘»«]", value):
        raise ValueError("is in typographic quotes, as a text program makes them; remove them")
    if re.fullmatch(r"\$\{\w+\}|%\w+%", value):
        raise ValueError("is the name of a variable; nothing is filled in here, so give the value")
    return text(value)


def left_on(value: str, *, secret: bool) -> str | None:
    """Why a value is hardly meant so, where nothing takes quotes and blanks away. (Blanks of what is no secret are never meant.)"""
    if "\n" not in value and re.fullmatch(r"'[^']*'|\"[^\"]*\"", value.strip()):
        return "is in quotes, which are a part of it there: docker --env-file, and set and echo of cmd.exe, leave them; remove them"
    if secret and "\n" not in value and value.strip() and value != value.strip():
        return "begins or ends with a blank, as `set NAME=value &&` and `echo value > file` of cmd.exe leave one; remove it"
    return None


def token(value: str) -> str:
    """An access token: visible ASCII characters, as it is sent in a header."""
    if value.startswith("[REDACTED]"):
        raise ValueError("is what the Salesforce CLI shows in place of a token; use sf org auth show-access-token")
    wrong = next((character for character in value if not "!" <= character <= "~"), None)
    if wrong is not None:
        raise ValueError(f"holds a character that no token has, U+{ord(wrong):04X}; copy the token again")
    return value


def email(value: str) -> str:
    return _with_domain(value, "an email address; give one such as admin@example.com")


def username(value: str) -> str:
    """A Salesforce username: it has the form of an email address, but is none."""
    return _with_domain(value, "a Salesforce username; it looks like name@company.com.dev, not a display name")


def _with_domain(value: str, what: str) -> str:
    if _EMAIL.fullmatch(visible(value)) is None:
        raise ValueError(f"{value!r} is not {what}")
    return value


def app_name(value: str) -> str:
    """An External Client App Name of 1 to 80 characters. The limit of 80 is a guess from other Setup names."""
    stripped = password(value).strip()
    if not stripped or len(stripped) > 80:
        raise ValueError(f"has {len(stripped)} characters; give 1 to 80")
    return stripped


LONGEST_API_NAME: Final = 80
"""The limit of most names in Setup. The reference of the object ExternalClientApplication says 40; what the form takes is not
known, so from 41 to 80 the org decides."""


def api_name(value: str) -> str:
    """An API Name by the rules that the procedure's step 1.4 prints."""
    if re.fullmatch(r"[A-Za-z0-9_]+", value) is None:
        raise ValueError(f"{value!r} holds characters other than letters, digits and underscores")
    if not value[0].isalpha():
        raise ValueError(f"{value!r} does not start with a letter")
    if value.endswith("_"):
        raise ValueError(f"{value!r} ends in an underscore")
    if "__" in value:
        raise ValueError(f"{value!r} has two underscores in a row")
    if len(value) > LONGEST_API_NAME:
        raise ValueError(f"has {len(value)} characters; give at most {LONGEST_API_NAME}")
    return value


def api_name_for(name: str) -> str:
    """The API Name that Setup derives from a name: everything but letters and digits becomes one underscore.

    The procedure names spaces alone; what becomes of other characters is a guess, so a name that has some
    should come with an ECA_API_NAME of its own. Empty where nothing of the name is left.
    """
    derived = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")
    return derived if not derived or derived[:1].isalpha() else f"X{derived}"


def distribution_state(value: str) -> str:
    """``Local`` or ``Packaged``, in any case."""
    return one_of({one: one for one in DISTRIBUTION_STATES}, value, "a distribution state; give Local or Packaged")


def scopes(value: str) -> tuple[str, ...]:
    """Scope tokens or whole labels, separated by commas, semicolons or line breaks; a label may hold commas itself."""
    rest = value
    found: list[str] = []
    for token, label in SCOPES.items():
        if label.lower() in rest.lower():
            rest = re.sub(re.escape(label), f",{token},", rest, flags=re.IGNORECASE)
    for part in filter(None, (part.strip() for part in re.split(r"[,;\n]", rest))):
        token = part.lower()
        if token not in SCOPES:
            raise ValueError(f"{part!r} is not a known scope; give some of: {', '.join(SCOPES)}")
        if token not in found:
            found.append(token)
    if not found:
        raise ValueError("names no scope; the procedure needs id, api")
    return tuple(found)


def ip_relaxation(value: str) -> str:
    """The API value of an IP relaxation, given as such or as the text on the Policies tab."""
    return one_of(IP_RELAXATIONS, value, f"an IP relaxation; give one of: {', '.join(IP_RELAXATIONS.values())}")


def one_of(known: Mapping[str, str], value: str, what: str) -> str:
    """The one of the values that is given as such or by its label, in any case."""
    found = [one for one, label in known.items() if value.strip().lower() in (one.lower(), label.lower())]
    if not found:
        raise ValueError(f"{value!r} is not {what}")
    return found[0]


def targets(value: str) -> tuple[Target, ...]:
    """Delivery targets ``kind:rest``, separated by line breaks or by a comma before the next kind. Nothing is read or written."""
    from automation.delivery import parse_target  # late: --help does not need it

    parts = [part.strip() for part in re.split(r"\n|,\s*(?=[a-z][a-z0-9-]+:)", value) if part.strip()]
    places: dict[str, str] = {}
    made = []
    for part in parts:
        made.append(parse_target(part))
        place = made[-1].place
        if places.setdefault(place, part) != part:
            raise ValueError(f"{part} and {places[place]} are one place, where one would undo the other; keep one of them")
    return tuple(made)


def seconds(value: str) -> float:
    """A positive number of seconds, at most a day."""
    try:
        number = float(value)
    except ValueError:
        raise ValueError(f"{value!r} is not a number of seconds") from None
    if not 0 < number <= 86_400:
        raise ValueError(f"{value} is out of range; give seconds, more than 0 and at most 86400")
    return number


def pem_file(value: str) -> Path:
    """An existing file that holds at least one certificate in PEM form."""
    path = existing_file(value)
    try:
        held = "-----BEGIN CERTIFICATE-----" in path.read_text(encoding="latin-1")
    except OSError as error:
        raise ValueError(f"{value} can't be read ({error.strerror})") from None
    if not held:
        raise ValueError(f"{value} holds no certificate in PEM form")
    return path


def existing_file(value: str) -> Path:
    path = home_expanded(value)
    if not is_file(path):
        raise ValueError(f"{value} is not a file")
    return path


def totp_seed(value: str) -> str:
    """The seed of an authenticator in base32, spaces allowed, or an ``otpauth://`` URI; see `automation.settings.otpauth`."""
    seed = read_seed(value)
    return value.strip() if "://" in value else seed.secret


def command_line(value: str) -> str:
    """A program and its arguments, as a POSIX shell would split them; no shell runs them."""
    try:
        words = shlex.split(text(value))
    except ValueError:
        raise ValueError("has a quote or backslash at its end that is not closed; close it, or escape it") from None
    if not words or not words[0]:
        raise ValueError("names no program")
    return value
