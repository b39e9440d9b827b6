"""What a run leaves in its folder: traces, evidence of failures and the journal, all without secrets."""

from automation.artifacts.recorder import ArtifactsRecorder
from automation.artifacts.run_folder import make_run_folder

__all__ = ["ArtifactsRecorder", "make_run_folder"]
