"""What of the deployment can be judged without a container engine; the rest: tests/e2e."""

import re
import subprocess
import sys
from pathlib import Path

import yaml

from reward_server.settings import Settings
from reward_server.telemetry import Metrics
from sandbox.languages import LANGUAGES
from sandbox.namespace import syscall_numbers
from scripts.dashboard import TARGET as DASHBOARD
from scripts.dashboard import render as render_dashboard
from scripts.seccomp_profile import TARGET, profile, render
from tests.live import free_port

DEPLOY = Path(__file__).parent.parent / "deploy"
DANGEROUS = "bpf ptrace perf_event_open userfaultfd keyctl kexec_load init_module open_by_handle_at"


def test_the_system_call_filter_is_up_to_date():
    assert TARGET.read_text() == render(), "python -m scripts.seccomp_profile"


def test_the_system_call_filter_is_no_narrower_than_the_sandboxs_and_no_wider_than_it_must():
    rules = profile()["syscalls"]
    allowed = {n for rule in rules if rule["action"] == "SCMP_ACT_ALLOW" for n in rule["names"]}
    groups = (*syscall_numbers.ALWAYS, syscall_numbers.PROCESSES, syscall_numbers.CHECKED)
    named = {name for group in groups for name in group}
    assert named - allowed == {"clone3"}
    assert not allowed & set(DANGEROUS.split())


def test_the_compose_file_grants_nothing():
    compose = yaml.safe_load((DEPLOY / "docker-compose.yml").read_text())
    for name, service in compose["services"].items():
        assert not service.get("privileged"), name
        assert not service.get("cap_add"), name
        assert service["cap_drop"] == ["ALL"], name
        assert service["read_only"], name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert not [v for v in service.get("volumes", ()) if "docker.sock" in v], name
        assert service["mem_limit"], name
        assert service["pids_limit"], name


def test_the_example_of_settings_names_every_variable_of_the_compose_files():
    files = [path.read_text() for path in DEPLOY.glob("docker-compose*.yml")]
    assert len(files) == 2
    used = set(re.findall(r"\$\{(\w+)", "".join(files)))
    example = (DEPLOY / ".env.example").read_text()
    named = set(re.findall(r"^#([A-Z_]+)=", example, re.MULTILINE))
    assert used <= named
    assert {name for name in named - used if not name.startswith("REWARD_")} == set()


def test_the_balancer_takes_bodies_as_large_as_the_server_does():
    default = Settings.model_fields["max_body_mb"].default
    wanted = f"${{REWARD_MAX_BODY_MB:-{default}}}"
    assert wanted in (DEPLOY / "docker-compose.yml").read_text()
    assert wanted in (DEPLOY / "balancer" / "follow.sh").read_text()


def test_settings_named_by_the_deployment_exist():
    known = {f"REWARD_{name}".upper() for name in Settings.model_fields}
    text = (DEPLOY / "docker-compose.yml").read_text() + (DEPLOY / ".env.example").read_text()
    used = {word for line in text.splitlines() for word in _settings_in(line)}
    assert used
    assert used <= known


def _settings_in(line):
    word = line.strip().lstrip("#").replace("=", ":").split(":")[0].strip()
    return [word] if word.startswith("REWARD_") else []


def test_the_full_image_holds_every_toolchain():
    words = (DEPLOY.parent / "Dockerfile").read_text().split()
    wanted = {word for language in LANGUAGES.values() for word in language.package.split()}
    assert not wanted - set(words)


def healthcheck(port):
    return subprocess.run(
        [sys.executable, "-IS", DEPLOY / "healthcheck.py"],
        env={"REWARD_PORT": str(port)},
        check=False,
    ).returncode


def test_health_check_of_the_image(server):
    assert healthcheck(server.url.rsplit(":", 1)[1]) == 0
    assert healthcheck(free_port()) == 1


def test_the_dashboard_is_up_to_date_and_names_only_metrics_there_are():
    text = render_dashboard()
    assert DASHBOARD.read_text() == text, "python -m scripts.dashboard"
    known = {family.name for family in Metrics().registry.collect()}
    used = {
        re.sub(r"_(total|bucket|count|sum)$", "", name)
        for name in re.findall(r"\breward_\w+", text)
    }
    assert used == known
