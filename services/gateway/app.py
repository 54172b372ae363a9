"""Composition of the gateway."""

from chassis.health import HttpServer
from chassis.runtime import App, Runtime
from chassis.settings import Settings
from kernel.refused import Refused
from services.gateway.access import Access
from services.gateway.events.tail import Tail
from services.gateway.recent import Recent
from services.gateway.seal import MIN_SECRET, Seal
from services.gateway.service import Gateway, on
from services.gateway.site import Site
from services.gateway.web import web


class GatewayApp(App[Gateway]):
    """Listens once it can ask the services; at the stop it first lets the readers and running requests end."""

    async def start(self) -> None:
        if not self.it.seal.strong:
            raise Refused(
                "site_secret", f"网站密钥未设置或短于 {MIN_SECRET} 个字符。", remedy="请设置环境变量 ZWGK_SITE_SECRET。"
            )
        await super().start()
        try:
            await self.it.http.start()
        except Refused:
            await super().stop()
            raise

    async def stop(self) -> None:
        self.it.tail.close()
        await self.it.http.stop()
        await super().stop()


def build(settings: Settings) -> App[Gateway]:
    """The gateway, ready to start; nothing is connected yet."""
    runtime = Runtime("gateway", settings)
    gateway = Gateway(
        ask=runtime.ask,
        recent=Recent(runtime.ask),
        verifier=runtime.verifier,
        clock=runtime.clock,
        site=Site().named(runtime.register.region_name),
        seal=Seal(settings.site_secret.get_secret_value()),
        tail=Tail(lambda: runtime.bus.js),
        js=lambda: runtime.bus.js,
        open311=Access(settings.open311_keys_held, settings.region),
    )
    gateway.http = HttpServer(web(gateway), settings.http)
    return GatewayApp(runtime, on, gateway, background=[gateway.tail.run])
