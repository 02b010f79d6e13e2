"""The manifests: against Kubernetes' own schemas, and against the compose file's walls."""

import json
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from reward_server.settings import Settings
from reward_server.telemetry import Metrics
from scripts.seccomp_profile import TARGET

FOLDER = Path(__file__).parent.parent / "deploy" / "kubernetes"
KUSTOMIZATION = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
FILES = [*KUSTOMIZATION["resources"], "seccomp-installer.yaml"]
VERSIONS = ("1.29", kubernetes_validate.latest_version())


def read(name):
    return yaml.safe_load((FOLDER / name).read_text())


DEPLOYMENT = read("deployment.yaml")["spec"]["template"]
POD = DEPLOYMENT["spec"]
CONTAINER = POD["containers"][0]


def test_every_manifest_is_named():
    there = {path.name for path in FOLDER.glob("*.yaml")}
    assert there == {*FILES, "kustomization.yaml"}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", FILES)
def test_manifests_follow_the_schema(name, version):
    kubernetes_validate.validate(read(name), version, strict=True)


def test_a_wrong_manifest_would_be_noticed():
    wrong = read("deployment.yaml")
    wrong["spec"]["template"]["spec"]["containers"][0]["readynessProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSIONS[-1], strict=True)


def test_the_walls_are_those_of_the_compose_file():
    compose = yaml.safe_load((FOLDER.parent / "docker-compose.yml").read_text())
    service = compose["services"]["reward"]
    pod, walls = POD["securityContext"], CONTAINER["securityContext"]
    assert service["user"] == f"{pod['runAsUser']}:{pod['runAsGroup']}"
    assert pod["runAsNonRoot"]
    assert walls["capabilities"] == {"drop": service["cap_drop"]}
    assert walls["readOnlyRootFilesystem"] is service["read_only"]
    assert not walls["allowPrivilegeEscalation"]
    assert pod["seccompProfile"]["type"] == "Localhost"
    assert POD["shareProcessNamespace"] is service["init"]
    assert not POD["automountServiceAccountToken"]
    assert not {"hostNetwork", "hostPID", "hostIPC"} & POD.keys()


def test_the_profile_it_names_is_the_one_that_is_installed():
    wanted = POD["securityContext"]["seccompProfile"]["localhostProfile"]
    installer = read("seccomp-installer.yaml")["spec"]["template"]["spec"]
    folder = installer["volumes"][1]["hostPath"]["path"]
    copied = installer["initContainers"][0]["command"][-1].replace("/to", folder)
    assert copied == f"/var/lib/kubelet/seccomp/{wanted}"
    assert json.loads(TARGET.read_text())["defaultAction"] == "SCMP_ACT_ERRNO"


def test_what_it_names_of_the_server_exists(server):
    settings = {f"REWARD_{name}".upper() for name in Settings.model_fields}
    assert {variable["name"] for variable in CONTAINER["env"]} <= settings
    grace = Settings.model_fields["drain_timeout_s"].default
    assert POD["terminationGracePeriodSeconds"] > grace
    (metric,) = read("autoscaler.yaml")["spec"]["metrics"]
    known = {family.name for family in Metrics().registry.collect()}
    assert metric["pods"]["metric"]["name"] in known
    with server.client() as client:
        for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
            assert client.get(CONTAINER[probe]["httpGet"]["path"]).status_code == 200


def test_everything_selects_the_pods():
    labels = DEPLOYMENT["metadata"]["labels"]
    assert read("service.yaml")["spec"]["selector"] == labels
    assert read("disruption.yaml")["spec"]["selector"]["matchLabels"] == labels
    assert read("deployment.yaml")["spec"]["selector"]["matchLabels"] == labels
    scaled = read("autoscaler.yaml")["spec"]["scaleTargetRef"]
    assert (scaled["kind"], scaled["name"]) == ("Deployment", "reward-server")
