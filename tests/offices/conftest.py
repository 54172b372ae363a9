"""The gateway and the services behind it."""

from tests.gateway.conftest import site as site
from tests.gateway.conftest import web as web
