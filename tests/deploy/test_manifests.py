"""Kubernetes manifests: valid, hardened, and everything that they name exists."""

import copy
import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import kubernetes_validate
import pytest
import yaml

from chassis import streams
from chassis.health import application
from chassis.settings import Settings
from contracts.registry import REGISTRY
from kernel.agencies import Register
from tests.deploy.reading import (
    DEPLOY,
    K8S,
    ROOT,
    SECRETS,
    UID,
    Yaml,
    base,
    compose,
    documents,
    kubectl,
    of_kind,
    pods,
    rendered,
    settings_names,
    unknown_command,
)

VERSIONS = ("1.29", "1.37")
PORTS = {"ops": 9100, "http": 8080}
CLOSING_SECONDS = 5  # `zwgk serve` waits 2 s beyond the handlers; the HTTP server lets requests end for 3 s


@pytest.fixture(scope="module")
def manifests() -> list[Yaml]:
    return rendered()


def test_every_manifest_is_valid(manifests: list[Yaml]) -> None:
    for version in VERSIONS:
        for each in manifests:
            kubernetes_validate.validate(each, version, strict=True)


def test_a_planted_word_is_not_valid(manifests: list[Yaml]) -> None:
    wrong = copy.deepcopy(of_kind(manifests, "Deployment")[0])
    wrong["spec"]["replica"] = 2
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSIONS[0], strict=True)


def test_our_merge_is_that_of_kubectl() -> None:
    theirs = kubectl(K8S / "base")
    if theirs is None:
        pytest.skip("kubectl is not installed")
    plain = re.sub(r"(zwgk-\w+)-[a-z0-9]{10}\b", r"\1", json.dumps(dict(pods(theirs)))).replace("zwgk:0.1.0", "zwgk")

    def ordered(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: ordered(value[key]) for key in sorted(value)}
        return sorted((ordered(each) for each in value), key=str) if isinstance(value, list) else value

    assert ordered(json.loads(plain)) == ordered(dict(pods(base())))


def hardened(manifests: Sequence[Yaml]) -> Iterator[str]:
    """What a pod may do that it need not."""
    accounts = {each["metadata"]["name"]: each for each in of_kind(manifests, "ServiceAccount")}
    for name, template in pods(manifests):
        pod = template["spec"]
        context = pod.get("securityContext", {})
        if not context.get("runAsNonRoot") or context.get("runAsUser") != UID:
            yield f"{name}: does not run as the image's user"
        if context.get("seccompProfile", {}).get("type") != "RuntimeDefault":
            yield f"{name}: no seccomp profile"
        if pod.get("automountServiceAccountToken") is not False or pod.get("serviceAccountName") not in accounts:
            yield f"{name}: has a token"
        for container in pod["containers"]:
            own = container.get("securityContext", {})
            if not own.get("readOnlyRootFilesystem") or own.get("allowPrivilegeEscalation") is not False:
                yield f"{name}: can write or rise"
            if own.get("capabilities", {}).get("drop") != ["ALL"]:
                yield f"{name}: has capabilities"
            resources = container.get("resources", {})
            if not resources.get("requests") or "memory" not in resources.get("limits", {}):
                yield f"{name}: has no limits"


def probes(manifests: Sequence[Yaml]) -> Iterator[str]:
    """Ports and paths of probes that the process does not serve, and stops that are too short."""
    served = {route.path for route in application([]).routes}  # type: ignore[attr-defined]
    graceful = Settings.model_fields["graceful_seconds"].default
    for each in of_kind(manifests, "Deployment"):
        name, pod = each["metadata"]["name"], each["spec"]["template"]["spec"]
        (container,) = pod["containers"]
        ports = {port["name"]: port["containerPort"] for port in container["ports"]}
        if any(PORTS.get(port) != number for port, number in ports.items()):
            yield f"{name}: nobody listens on {ports}"
        for kind in ("startupProbe", "livenessProbe", "readinessProbe"):
            asked = container.get(kind, {}).get("httpGet", {})
            if asked.get("port") not in ports or asked.get("path") not in served:
                yield f"{name}: {kind} asks {asked}"
        if container["readinessProbe"]["httpGet"]["path"] != "/readyz":
            yield f"{name}: is ready as soon as it lives"
        hook = container.get("lifecycle", {}).get("preStop", {}).get("exec", {}).get("command", ["sleep", "0"])
        if pod["terminationGracePeriodSeconds"] <= int(hook[-1]) + graceful + CLOSING_SECONDS:
            yield f"{name}: is killed before it has stopped"


def names(manifests: Sequence[Yaml]) -> Iterator[str]:
    """Settings, commands, secrets, maps and volumes that do not exist; values of secrets that stand in a manifest."""
    maps = {each["metadata"]["name"]: each.get("data", {}) for each in of_kind(manifests, "ConfigMap")} or None
    if of_kind(manifests, "Secret"):
        yield "a secret's value stands in a manifest"
    for data in (maps or {}).values():
        yield from (f"no setting {name}" for name in data if name.startswith("ZWGK_") and name not in settings_names())
    for name, template in pods(manifests):
        pod = template["spec"]
        for volume in pod["volumes"]:
            if maps is not None and "configMap" in volume and volume["configMap"]["name"] not in maps:
                yield f"{name}: no map {volume['configMap']['name']}"
        for container in pod["containers"]:
            yield from (f"{name}: {each}" for each in _of_container(container, pod, maps))


def _of_container(container: Yaml, pod: Yaml, maps: dict[str, Yaml] | None) -> Iterator[str]:
    if "args" in container and (wrong := unknown_command(container["args"])):
        yield wrong
    volumes = {volume["name"] for volume in pod["volumes"]}
    yield from (f"no volume {mount['name']}" for mount in container["volumeMounts"] if mount["name"] not in volumes)
    from_maps = [source["configMapRef"]["name"] for source in container.get("envFrom", ())]
    known = {name for each in from_maps for name in (maps or {}).get(each, {})}
    for variable in container.get("env", ()):
        name = variable["name"]
        if name.startswith("ZWGK_") and name not in settings_names():
            yield f"no setting {name}"
        secret = variable.get("valueFrom", {}).get("secretKeyRef")
        if secret and (secret["name"] != "zwgk-secrets" or secret["key"] not in SECRETS):
            yield f"no secret {secret['key']}"
        if re.search("PASSWORD|SECRET|KEYS", name) and not secret:
            yield f"{name} is not taken from a secret"
        for used in re.findall(r"\$\((\w+)\)", variable.get("value", "")):
            if used not in known and maps is not None:
                yield f"{name} uses {used}, which is not known before it"
        known.add(name)


def services(manifests: Sequence[Yaml]) -> Iterator[str]:
    """Services of the registry that are not deployed as themselves."""
    budgets = {each["metadata"]["name"]: each for each in of_kind(manifests, "PodDisruptionBudget")}
    deployed = {each["metadata"]["name"]: each for each in of_kind(manifests, "Deployment")}
    for name in REGISTRY.services:
        if name not in deployed or name not in budgets:
            yield f"{name}: no deployment or no budget"
            continue
        template = deployed[name]["spec"]["template"]
        (container,) = template["spec"]["containers"]
        own = {variable["name"]: variable for variable in container["env"]}
        password = own["ZWGK_NATS_PASSWORD"]["valueFrom"]["secretKeyRef"]["key"]
        if container["args"] != ["serve", name] or not own["ZWGK_MONGO_URL"]["value"].startswith(f"mongodb://{name}:"):
            yield f"{name}: serves or reads something else"
        if password != f"ZWGK_NATS_PASSWORD_{name.upper()}":
            yield f"{name}: has another's password"
        for selector in (deployed[name]["spec"]["selector"], budgets[name]["spec"]["selector"]):
            if not selects(selector, template["metadata"]["labels"]):
                yield f"{name}: is not selected"
    yield from (f"{name}: is not in the registry" for name in deployed if name not in REGISTRY.services)


def selects(selector: Yaml, labels: dict[str, str]) -> bool:
    """Whether a label selector matches."""
    told = all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items())
    excluded = any(
        labels.get(each["key"]) in each["values"]
        for each in selector.get("matchExpressions", ())
        if each["operator"] == "NotIn"
    )
    return told and not excluded


def network(manifests: Sequence[Yaml]) -> Iterator[str]:
    """Policies that select nobody, ways that are open without need, ways that lack."""
    labels = {name: template["metadata"]["labels"] for name, template in pods(manifests)}
    policies = of_kind(manifests, "NetworkPolicy")
    if not any(
        not p["spec"]["podSelector"] and set(p["spec"]["policyTypes"]) == {"Ingress", "Egress"} for p in policies
    ):
        yield "not denied by default"
    ways: set[tuple[str, str, int]] = set()
    for policy in policies:
        chosen = [name for name in labels if selects(policy["spec"]["podSelector"], labels[name])]
        if not chosen:
            yield f"{policy['metadata']['name']}: selects nobody"
        ways |= {(name, *way) for name in chosen for way in _ways(policy["spec"])}
    needed = set(_needed(list(labels)))
    yield from (f"{name}: {peer}:{port} is open without need" for name, peer, port in ways - needed)
    yield from (f"{name}: {peer}:{port} is closed" for name, peer, port in needed - ways)


def _ways(spec: Yaml) -> Iterator[tuple[str, int]]:
    for direction, key in (("from", "ingress"), ("to", "egress")):
        for rule in spec.get(key, ()):
            for peer in rule[direction]:
                space = peer.get("namespaceSelector", {}).get("matchLabels", {}).get("kubernetes.io/metadata.name")
                for port in rule["ports"]:
                    yield f"{direction} {space or 'internet'}", port["port"]


def _needed(workloads: Sequence[str]) -> Iterator[tuple[str, str, int]]:
    (wanted,) = documents(K8S / "base" / "kustomization.yaml")
    literals = dict(each.split("=", 1) for each in wanted["configMapGenerator"][0]["literals"])

    def host(text: str) -> tuple[str, int]:
        found = re.search(r"(?:[\w-]+\.)*([\w-]+)\.svc:(\d+)", text)
        assert found, text
        return f"to {found[1]}", int(found[2])

    for name in workloads:
        yield from ((name, "to kube-system", 53), (name, *host(literals["ZWGK_NATS_URL"])))
        if name in REGISTRY.services:
            yield from ((name, *host(literals[key])) for key in ("MONGO_HOSTS", "ZWGK_OTLP_ENDPOINT"))
            yield (name, "from monitoring", PORTS["ops"])
    yield ("gateway", "from ingress-nginx", PORTS["http"])
    yield from (("sitewatch", "to internet", port) for port in (80, 443))


def edge(manifests: Sequence[Yaml]) -> Iterator[str]:
    """The way from the ingress to the gateway."""
    labels = dict(pods(manifests))
    by_name = {each["metadata"]["name"]: each["spec"] for each in of_kind(manifests, "Service")}
    for name, service in by_name.items():
        chosen = [
            each
            for each in labels.values()
            if selects({"matchLabels": service["selector"]}, each["metadata"]["labels"])
        ]
        ports = {port["name"] for each in chosen for port in each["spec"]["containers"][0]["ports"]}
        if not chosen or any(port["targetPort"] not in ports for port in service["ports"]):
            yield f"{name}: leads nowhere"
    for ingress in of_kind(manifests, "Ingress"):
        for rule in ingress["spec"]["rules"]:
            for path in rule["http"]["paths"]:
                backend = path["backend"]["service"]
                if backend["port"]["name"] not in {
                    p["name"] for p in by_name.get(backend["name"], {}).get("ports", ())
                }:
                    yield f"ingress: no service {backend}"


CHECKS: tuple[Callable[[Sequence[Yaml]], Iterator[str]], ...] = (hardened, probes, names, services, network, edge)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_there_is_no_complaint(check: Callable[[Sequence[Yaml]], Iterator[str]], manifests: list[Yaml]) -> None:
    assert list(check(manifests)) == []


PLANTED = [
    (hardened, "does not run as the image's user", "runAsNonRoot: true", "runAsNonRoot: false"),
    (hardened, "does not run as the image's user", "runAsUser: 10001", "runAsUser: 0"),
    (hardened, "no seccomp profile", "type: RuntimeDefault", "type: Unconfined"),
    (hardened, "has a token", "automountServiceAccountToken: false", "automountServiceAccountToken: true"),
    (hardened, "can write or rise", "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false"),
    (hardened, "has capabilities", "- ALL", "- NET_RAW"),
    (hardened, "has no limits", "limits:", "wishes:"),
    (probes, "livenessProbe", "path: /healthz", "path: /health"),
    (probes, "readinessProbe", "port: ops", "port: http2"),
    (probes, "nobody listens", "containerPort: 9100", "containerPort: 9101"),
    (probes, "ready as soon as it lives", "path: /readyz", "path: /healthz"),
    (probes, "is killed before", "terminationGracePeriodSeconds: 30", "terminationGracePeriodSeconds: 18"),
    (names, "no setting ZWGK_MONGO_URI", "name: ZWGK_MONGO_URL", "name: ZWGK_MONGO_URI"),
    (names, "serve", "- serve", "- server"),
    (names, "streams", "- --replicas", "- --copies"),
    (names, "no secret", "key: ZWGK_PAPERS_KEYS", "key: ZWGK_PAPER_KEYS"),
    (names, "no volume", "/tmp\n          name: tmp", "/tmp\n          name: temp"),
    (names, "secret's value", "kind: ServiceAccount", "kind: Secret"),
    (services, "no deployment", "name: hotline\n", "name: hotlines\n"),
    (services, "has another's password", "ZWGK_NATS_PASSWORD_HOTLINE", "ZWGK_NATS_PASSWORD_DESK"),
    (services, "is not selected", "Labels:\n      app.kubernetes.io/component: hotline", "Labels:\n      a: b"),
    (network, "selects nobody", "labels:\n        app.kubernetes.io/component: sitewatch", "labels:\n        a: b"),
    (network, "nats:4222 is closed", "port: 4222", "port: 4223"),
    (network, "is open without need", "port: 27017", "port: 27018"),
    (network, "not denied by default", "podSelector: {}", "podSelector: {matchLabels: {a: b}}"),
    (edge, "leads nowhere", "targetPort: http", "targetPort: web"),
    (edge, "no service", "name: gateway\n            port:", "name: edge\n            port:"),
]  # fmt: skip


@pytest.mark.parametrize(("check", "said", "old", "new"), PLANTED, ids=[f"{c.__name__}-{n}" for c, _, _, n in PLANTED])
def test_a_planted_mistake_is_found(
    check: Callable[[Sequence[Yaml]], Iterator[str]], said: str, old: str, new: str, manifests: list[Yaml]
) -> None:
    text = yaml.safe_dump_all(manifests, default_flow_style=False)
    assert old in text
    assert any(said in each for each in check(list(yaml.safe_load_all(text.replace(old, new)))))


def test_an_expansion_comes_after_what_it_uses(manifests: list[Yaml]) -> None:
    changed = list(copy.deepcopy(manifests))
    if not of_kind(changed, "ConfigMap"):
        pytest.skip("kubectl is not installed: maps are not generated")
    for each in of_kind(changed, "Deployment"):
        each["spec"]["template"]["spec"]["containers"][0]["env"].reverse()
    assert any("MONGO_PASSWORD, which is not known before it" in each for each in names(changed))


def test_only_the_first_run_makes_streams() -> None:
    (component,) = documents(K8S / "first-run" / "kustomization.yaml")
    (patch,) = yaml.safe_load(component["patches"][0]["patch"])
    (job,) = of_kind(base(), "Job")
    container = job["spec"]["template"]["spec"]["containers"][0]
    assert patch["path"] == "/spec/template/spec/containers/0/args/-"
    assert "--first-run" not in container["args"]
    assert unknown_command([*container["args"], patch["value"]]) is None


def test_the_overlay_s_register_is_of_its_region() -> None:
    folder = K8S / "overlays" / "county"
    register = Register.from_dict(json.loads((folder / "register.json").read_text()))
    assert f"ZWGK_REGION={register.region}" in (folder / "kustomization.yaml").read_text()


def test_values_of_the_bus_agree_with_the_streams_and_the_tested_server() -> None:
    (values,) = documents(K8S / "nats-values.yaml")
    store = values["config"]["jetstream"]["fileStore"]
    assert int(store["maxSize"].removesuffix("Gi")) * streams.GIB == streams.Limits().total
    assert int(store["pvc"]["size"].removesuffix("Gi")) * streams.GIB > streams.Limits().total
    assert compose()["services"]["nats"]["image"].endswith(":" + values["container"]["image"]["tag"])
    assert (DEPLOY / "nats" / "nats.conf").read_text().count("\naccounts {\n") == 1  # docs cut the file there


def test_the_image_is_the_same_everywhere() -> None:
    (wanted,) = documents(K8S / "base" / "kustomization.yaml")
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.M)
    assert version
    assert wanted["images"] == [{"name": "zwgk", "newTag": version[1]}]
    assert compose()["services"]["hotline"]["image"] == f"zwgk:{version[1]}"
