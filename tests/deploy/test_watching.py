"""Alerts, dashboard, collector and the operations page: they speak of metrics, targets and commands that exist."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY as METRICS

from chassis import telemetry
from contracts.registry import REGISTRY
from tests.deploy.reading import DEPLOY, ROOT, Yaml, compose, documents, unknown_command

OTHERS = {  # metric: who gives it
    "up": "Prometheus",
    "kube_pod_status_ready": "kube-state-metrics",
    "nats_stream_total_bytes": "NATS exporter",
    "nats_stream_limit_bytes": "NATS exporter",
}
WORDS = {"by", "sum", "max", "rate", "increase", "or", "unless", "offset", "le"}
WORDS |= {"min_over_time", "histogram_quantile"}
PAGE = (ROOT / "docs" / "operations.md").read_text()


def metrics() -> dict[str, tuple[str, ...]]:
    """Labels of each series that our processes give, by its name."""
    ours = (telemetry.HANDLED, telemetry.SECONDS, telemetry.LAG, telemetry.UNTOLD)
    names = METRICS._collector_to_names
    return {name: metric._labelnames for metric in ours for name in names[metric]}


def outcomes() -> set[str]:
    """Values of the label `outcome`, as they stand in the sources."""
    sources = "".join(
        path.read_text() for path in (ROOT / "chassis").glob("*.py") if path.stem in ("responding", "settle")
    )
    counted = re.findall(r'HANDLED\.labels\([^\n]*"(\w+)"\)', sources)
    named = re.findall(r'outcome = (?:[^\n]*, )?"(\w+)"', sources) + re.findall(
        r'reply, outcome = .*?, "(\w+)"', sources
    )
    return {*counted, *named}


def wrong_in(expression: str) -> Iterator[str]:
    """Metrics, labels and outcomes in a query that do not exist."""
    known = metrics()
    bare = re.sub(r'"[^"]*"', '""', expression)
    labels = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", re.sub(r"==", "", bare)))
    grouped = {each.strip() for group in re.findall(r"by \(([^)]*)\)", bare) for each in group.split(",")}
    named = set(
        re.findall(r"\b[a-z_]+\b(?!\s*(?:=~|!~|!=|=\"))", re.sub(r"by \([^)]*\)|\{[^}]*\}|\[[^]]*\]", "", bare))
    )
    used = {name for name in named if name not in WORDS and not re.fullmatch(r"[smhd]", name)}
    yield from (f"no metric {name}" for name in used if name not in known and name not in OTHERS)
    if ours := [set(known[name]) | {"le"} for name in used if name in known]:
        yield from (f"no label {label}" for label in labels | grouped if not all(label in each for each in ours))
    for value in re.findall(r'outcome=~?"([^"]*)"', expression):
        yield from (f"no outcome {each}" for each in value.split("|") if each not in outcomes())


def rules() -> list[Yaml]:
    (alerts,) = documents(DEPLOY / "prometheus" / "alerts.yaml")
    return [rule for group in alerts["groups"] for rule in group["rules"]]


def panels() -> list[Yaml]:
    dashboard: dict[str, Any] = json.loads((DEPLOY / "grafana" / "dashboard.json").read_text())
    return list(dashboard["panels"])


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_an_alert_asks_for_what_exists_and_leads_to_its_section(rule: Yaml) -> None:
    assert list(wrong_in(rule["expr"])) == []
    anchors = {
        re.sub(r"[^\w -]", "", line[4:].lower()).replace(" ", "-") for line in PAGE.splitlines() if line[:4] == "### "
    }
    path, _, anchor = rule["annotations"]["runbook"].partition("#")
    assert (ROOT / path).is_file()
    assert anchor in anchors
    assert f"`{rule['alert']}`" in PAGE


@pytest.mark.parametrize("panel", panels(), ids=lambda panel: panel["title"])
def test_a_panel_asks_for_what_exists(panel: Yaml) -> None:
    for target in panel["targets"]:
        assert list(wrong_in(target["expr"])) == []


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("max by (service) (zwgk_outbox_waits) > 0", "no metric zwgk_outbox_waits"),
        ("max by (stream) (zwgk_outbox_waiting) > 0", "no label stream"),
        ('sum(increase(zwgk_messages_total{result="parked"}[1h]))', "no label result"),
        ('sum(increase(zwgk_messages_total{outcome="dead"}[1h]))', "no outcome dead"),
    ],
)
def test_a_planted_mistake_in_a_query_is_found(expression: str, said: str) -> None:
    assert said in list(wrong_in(expression))


def test_every_metric_of_ours_is_on_the_dashboard() -> None:
    shown = " ".join(target["expr"] for panel in panels() for target in panel["targets"])
    for name in ("zwgk_messages_total", "zwgk_handle_seconds_bucket", "zwgk_consumer_pending", "zwgk_outbox_waiting"):
        assert name in metrics()
        assert name in shown


def test_prometheus_asks_every_service() -> None:
    (config,) = documents(DEPLOY / "prometheus" / "prometheus.yaml")
    targets = {job["job_name"]: job["static_configs"][0]["targets"] for job in config["scrape_configs"]}
    assert set(targets["zwgk"]) == {f"{name}:9100" for name in REGISTRY.services}
    assert set(targets["nats"]) <= {f"{name}:7777" for name in compose()["services"]}
    assert config["rule_files"] == ["alerts.yaml"]


def test_traces_reach_the_collector() -> None:
    (config,) = documents(DEPLOY / "otel" / "collector.yaml")
    port = config["receivers"]["otlp"]["protocols"]["http"]["endpoint"].rpartition(":")[2]
    assert compose()["services"]["hotline"]["environment"]["ZWGK_OTLP_ENDPOINT"] == f"http://collector:{port}/v1/traces"
    (pipeline,) = config["service"]["pipelines"].values()
    for part in ("receivers", "processors", "exporters"):
        assert set(pipeline[part]) <= set(config[part])
    used = set(re.findall(r"\$\{env:(\w+)\}", yaml.safe_dump(config)))
    assert used == set(compose()["services"]["collector"]["environment"])


def commands(page: str) -> set[tuple[str, ...]]:
    """Every complete `zwgk` command of a page."""
    text = re.sub(r" +#.*", "", page)
    inline = re.findall(r"`zwgk ([^`…]+)`", text)
    blocks = "\n".join(re.findall(r"```\n(.*?)```", text, re.S))
    written = re.findall(r"(?:^ *|; |-- |--rm )(?:zwgk|zwgk:[\d.]+|operator) ([a-z][^>|;)\n]*)", blocks, re.M)
    return {tuple(re.findall(r'"[^"]*"|\S+', each)) for each in (*inline, *written)}


def test_every_command_of_the_page_exists() -> None:
    found = commands(PAGE)
    assert ("parked", "show", "17", "--purpose", '"查看退回原因"') in found
    assert ("credentials", "new") in found
    wrong = {each: unknown_command(each) for each in found}
    assert {each: why for each, why in wrong.items() if why} == {}


def test_a_planted_command_is_found() -> None:
    (planted,) = commands("Then `zwgk parked burn 17`.")
    assert unknown_command(planted)
