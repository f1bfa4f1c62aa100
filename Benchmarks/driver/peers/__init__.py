"""The supervisors that people use today, measured where they are installed."""

from driver.peers.peer import folder
from driver.peers.runit import Runit
from driver.peers.s6 import S6
from driver.peers.supervisord import Supervisord

__all__ = ["PEERS", "folder", "installed"]

PEERS = (S6, Runit, Supervisord)


def installed(bench):
    return [peer for peer in PEERS if bench.has_peers and peer.is_installed()]
