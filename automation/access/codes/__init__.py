"""Verification codes: where they come from, behind one interface."""

from automation.access.codes.source import CodeRequest, CodeSource, Method
from automation.access.codes.sources import CodeSources

__all__ = ["CodeRequest", "CodeSource", "CodeSources", "Method"]
