"""What Pulumi calls a resource, in the words of Terraform: `aws:rds/instance:Instance` is `aws_db_instance`.

Pulumi's classic providers are made from Terraform's, so most names follow by rule: provider, module and type in lower case with
underscores.  What the providers name otherwise stands in the tables here.
Sources: https://www.pulumi.com/docs/iac/concepts/resources/names/, https://www.pulumi.com/registry/packages/aws/api-docs/.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_PROVIDERS = {
    "aws": "aws",
    "awsx": "aws",
    "gcp": "google",
    "azure": "azurerm",
    "confluentcloud": "confluent",
    "eks": "aws_eks",
    "aws-apigateway": "aws_api_gateway",
}
_MODULES = {
    "aws:ec2": "", "aws:apigateway": "api_gateway", "gcp:cloudrun": "cloud_run", "gcp:cloudrunv2": "cloud_run_v2", "gcp:secretmanager": "secret_manager",
    "gcp:artifactregistry": "artifact_registry", "gcp:cloudtasks": "cloud_tasks", "gcp:appengine": "app_engine", "gcp:cloudscheduler": "cloud_scheduler", "azure:containerservice": "",
    "azure:appservice": "", "azure:core": "", "azure:compute": "", "azure:keyvault": "", "azure:containerapp": "container", "azure:network": "", "azure:eventhub": "",
}  # fmt: skip
_TYPES = {
    "aws:rds:Instance": "aws_db_instance", "aws:rds:SubnetGroup": "aws_db_subnet_group", "aws:rds:ParameterGroup": "aws_db_parameter_group", "aws:lb:LoadBalancer": "aws_lb",
    "aws:alb:LoadBalancer": "aws_lb", "awsx:lb:ApplicationLoadBalancer": "aws_lb", "azure:eventhub:EventHub": "azurerm_eventhub", "azure:eventhub:EventHubNamespace": "azurerm_eventhub_namespace",
}  # fmt: skip
_UPPER = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_VERSIONED = re.compile(r"v\d(?:(?:alpha|beta)\d)?")


class Kind(NamedTuple):
    """A provider (`aws`, `azure-native`, `kubernetes`), the path of the module in it, and the type."""

    provider: str
    module: tuple[str, ...]
    type: str


def snake(word: str) -> str:
    """`engineVersion`, `EngineVersion` and `DBInstance` as `engine_version` and `db_instance`."""
    return _UPPER.sub("_", word).lower()


def token(written: str) -> Kind | None:
    """The kind that a program in YAML writes: `aws:rds:Instance`, `aws:rds/instance:Instance`, `kubernetes:apps/v1:Deployment`."""
    parts = written.split(":")
    if not 2 <= len(parts) <= 3 or not all(re.fullmatch(r"[\w./-]{1,80}", part) for part in parts):
        return None
    module = tuple(parts[1].split("/")) if len(parts) == 3 else ()
    if module and parts[0] != "kubernetes":
        module = module[:1]
    return Kind(parts[0], tuple(part for part in module if part != "index"), parts[-1])


def resource_kind(kind: Kind) -> tuple[str, str]:
    """(platform, kind) of the fact: Kubernetes by version and kind, native providers by Pulumi's own name, all others by Terraform's."""
    if kind.provider == "kubernetes":
        parts = [part for part in kind.module if part != "core"]
        if "helm" in parts:
            return "pulumi", "helm_release"
        version = next((part for part in parts if _VERSIONED.fullmatch(part)), "")
        group = ".".join(part for part in parts if part != version)
        group = f"{group}.k8s.io" if group in ("networking", "storage") else group
        return "kubernetes", f"{group}/{version} {kind.type}" if group else f"{version or 'v1'} {kind.type}"
    # Python calls the module `lambda` `lambda_`; modules of native providers may have a folder per version of the interface
    module = "_".join(part.rstrip("_") for part in kind.module if not re.fullmatch(r"v\d{8}\w{0,20}", part))
    named = f"{kind.provider}:{module}:{kind.type}"
    if kind.provider.endswith("-native"):
        return "pulumi", named
    if named in _TYPES:
        return "pulumi", _TYPES[named]
    prefix = _PROVIDERS.get(kind.provider, kind.provider.replace("-", "_"))
    middle = _MODULES.get(f"{'aws' if kind.provider == 'awsx' else kind.provider}:{module}", snake(module))
    return "pulumi", "_".join(part for part in (prefix, middle, snake(kind.type)) if part)
