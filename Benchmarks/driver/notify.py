"""The service manager's side of sd_notify(3)."""

import socket


class NotifySocket:
    """Counts the messages that a daemon sends to its service manager."""

    def __init__(self, path):
        self.path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._socket.bind(str(path))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def count_messages(self):
        """How many came since the last time."""
        count = 0
        while True:
            try:
                self._socket.recv(4096)
            except BlockingIOError:
                return count
            count += 1
