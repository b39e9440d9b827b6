"""What a run leaves in its folder: traces, evidence of failures and the journal, all without secrets."""

from automation.artifacts.recorder import Recorder
from automation.artifacts.run_folder import make_run_folder

__all__ = ["Recorder", "make_run_folder"]
