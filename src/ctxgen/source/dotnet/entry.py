"""Which functions the host or a framework calls to be told services and routes: the others are not followed."""

from __future__ import annotations

from ctxgen.source import ir
from ctxgen.source.calls import type_name

_TYPES = {
    "WebApplication", "WebApplicationBuilder", "IApplicationBuilder", "IHostApplicationBuilder", "IHostBuilder", "IWebHostBuilder", "IServiceCollection", "IMvcBuilder",
    "IEndpointRouteBuilder", "IVersionedEndpointRouteBuilder", "RouteGroupBuilder", "IRouteBuilder", "RouteBuilder", "IBusRegistrationConfigurator",
    "ServiceConfigurationContext", "ApplicationInitializationContext",
}  # fmt: skip
"""Types of parameters, receivers and results; the last two are those of ABP's modules."""
_NAMES = {"Main", "CreateHostBuilder", "BuildWebHost", "CreateWebHostBuilder"}


def tells(function: ir.Function) -> bool:
    """Whether a function that nobody calls may put up services or routes: it is given or gives a builder, or starts the program."""
    types = {type_name(each.type) for each in function.parameters} | {type_name(function.returns)}
    if function.receiver is not None:
        types.add(type_name(function.receiver.type))
    return bool(types & _TYPES) or function.name in _NAMES
