"""What the gateway works with: it decides nothing and keeps nothing; it asks the services and shows their answers."""

from collections.abc import Callable
from dataclasses import dataclass, field

from nats.js import JetStreamContext

from chassis.clock import Clock
from chassis.handlers import Handlers
from chassis.health import HttpServer
from chassis.persons import Verifier
from chassis.rpc import Asker
from services.gateway.access import Access
from services.gateway.events.tail import Tail
from services.gateway.rates import Rates
from services.gateway.recent import Recent
from services.gateway.seal import Seal
from services.gateway.site import Site

on = Handlers["Gateway"]()


@dataclass
class Gateway:
    """One HTTP edge. `http.port` is the port that it listens on, once started."""

    ask: Asker
    recent: Recent
    verifier: Verifier
    clock: Clock
    site: Site
    seal: Seal
    tail: Tail
    js: Callable[[], JetStreamContext]
    open311: Access = field(default_factory=Access)
    rates: Rates = field(default_factory=Rates)
    http: HttpServer = field(init=False)
