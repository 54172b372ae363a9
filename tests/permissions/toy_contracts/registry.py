"""The registry of the toys."""

from contracts.registry import Party, Registry, Service
from tests.permissions.toy_contracts import gateway, hotline, publication, readmodel

TOYS = Registry(
    services=(
        Service(publication),
        Service(hotline, listens=(publication.SheetShown,), sends=(publication.FindSheet,)),
        Service(readmodel, listens_to_all=True),
        Service(gateway, sends=(publication.ShowSheet, publication.FindSheet)),
    ),
    parties=(
        Party("h12345", emits=(hotline.CallTicket,)),
        Party("h12340", emits=(hotline.CallTicket,)),
        Party("portal", reads_public=True),
    ),
)
