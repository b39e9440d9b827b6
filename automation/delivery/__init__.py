"""Where key and secret go, as one unit with their org, host and time.

``parse_target("dotenv:PATH")`` gives a `Target`; `deliver` brings a pair to all of them and keeps it safe when one fails.
"""

from __future__ import annotations

from automation.delivery.deliver import Contents, Pending, deliver, lacking, read_all
from automation.delivery.target import KINDS, Target, parse_target
from automation.delivery.unit import Held, same_pair

__all__ = ["KINDS", "Contents", "Held", "Pending", "Target", "deliver", "lacking", "parse_target", "read_all", "same_pair"]
