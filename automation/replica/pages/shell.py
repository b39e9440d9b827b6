"""The Setup shell, its static files, and the stand-in Lightning home page."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from starlette.responses import RedirectResponse, Response

from automation.replica.exchange import SETUP_HOME, Exchange
from automation.replica.org.hosts import Role
from automation.replica.pages import doors

COMMITTED = Path(__file__).parents[1] / "static"
ON_DEMAND = Path(__file__).parents[3] / "build" / "replica"
"""Cells of the bundle matrix that are not committed."""
MANAGER_HOME = "/lightning/setup/ManageExternalClientApplication/home"


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file in memory, plain and compressed."""

    stamp: tuple[int, int]
    data: bytes
    packed: bytes
    kind: str
    digest: str


_FILES: dict[Path, StaticFile] = {}


def bundle_folder(bundle: str) -> Path:
    """Where a bundle's files lie."""
    return COMMITTED / bundle if (COMMITTED / bundle).is_dir() else ON_DEMAND / bundle


def load(path: Path) -> StaticFile | None:
    """A file from memory; read again only when it changed on disk. One that is being rebuilt keeps its last state."""
    try:
        stat = path.stat()
    except OSError:
        return _FILES.get(path)
    if not path.is_file():
        return None
    stamp = (stat.st_mtime_ns, stat.st_size)
    known = _FILES.get(path)
    if known is None or known.stamp != stamp:
        data = path.read_bytes()
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        packed = gzip.compress(data, 6, mtime=0) if kind.startswith(("text/", "image/svg", "application/")) else b""
        known = _FILES[path] = StaticFile(stamp, data, packed, kind, hashlib.sha256(data).hexdigest()[:12])
    return known


def static(ex: Exchange) -> Response:
    """GET /static/<bundle>~<version>/<file>: immutable, from memory, compressed where the browser takes it."""
    versioned, _, name = ex.path.removeprefix("/static/").partition("/")
    bundle = versioned.partition("~")[0]
    folder = bundle_folder(bundle).resolve()
    path = (folder / name).resolve()
    found = load(path) if path.is_relative_to(folder) and bundle not in {"", ".", ".."} else None
    if found is None:
        return Response("Not found", 404, media_type="text/plain")
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    if found.packed and "gzip" in ex.request.headers.get("accept-encoding", ""):
        return Response(found.packed, media_type=found.kind, headers={**headers, "Content-Encoding": "gzip"})
    return Response(found.data, media_type=found.kind, headers=headers)


def setup_page(ex: Exchange) -> Response:
    """GET /lightning/setup/...: the shell. Everything else is rendered in the browser."""
    session = ex.session
    if session is None:
        return doors.to_bridge(ex)
    if ex.path.rstrip("/") in {"/lightning/setup", ""}:
        return RedirectResponse(SETUP_HOME, 302)
    ex.org.log("page opened", page=ex.path)
    bundle = ex.org.variants.bundle
    folder = bundle_folder(bundle)
    base = f"/static/{bundle}~{_version(folder)}"
    styles = [f"{base}/{path.name}" for path in sorted(folder.glob("*.css"))]
    return ex.html("shell.html", styles=styles, scripts=[f"{base}/app.js"])


def _version(folder: Path) -> str:
    """Part of the address, so that a rebuilt bundle is another address for all its modules, which import each other."""
    entry = load(folder / "app.js")
    return entry.digest if entry else "missing"


def lightning_home(ex: Exchange) -> Response:
    """GET any page of the Lightning host: where a login without a target ends."""
    session = ex.session
    if session is None:
        return doors.to_bridge(ex)
    ex.org.log("page opened", page=ex.path)
    return ex.html("home.html", setup=ex.org.url(Role.SETUP) + SETUP_HOME, user=session.user)
