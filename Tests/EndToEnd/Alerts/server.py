"""A server of HTTP on loopback that writes down what it is sent, a JSON object a line.

server.py PORT FILE [CERTIFICATE KEY]: the port is in FILE.port when it listens; 0 takes a free one. It answers with the
status in FILE.status, or 200. As a proxy it takes CONNECT, and goes on as the server that was asked for.
"""

import http.server
import json
import os
import socket
import ssl
import sys

port, path = int(sys.argv[1]), sys.argv[2]
tls = None
if len(sys.argv) > 3:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(sys.argv[3], sys.argv[4])
is_proxy = os.path.exists(path + ".proxy")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def note(self, body):
        row = {"method": self.command, "path": self.path, "body": body.decode("utf-8", "replace"),
               "headers": {key.lower(): value for key, value in self.headers.items()}}
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")

    def take(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            with open(path + ".status", encoding="utf-8") as file:
                status = int(file.read())
        except OSError:
            status = 200
        self.note(body)
        answer = b"OK" if status == 200 else b"no such check"
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = do_HEAD = take

    def do_CONNECT(self):
        self.note(b"")
        self.send_response(200, "Connection established")
        self.end_headers()
        host, to = self.path.rsplit(":", 1)
        with socket.create_connection((host, int(to))) as other:
            self.relay(other)
        self.close_connection = True

    def relay(self, other):
        import select
        pair = {self.connection: other, other: self.connection}
        while True:
            for ready in select.select(list(pair), [], [])[0]:
                data = ready.recv(65536)
                if not data:
                    return
                pair[ready].sendall(data)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def get_request(self):
        connection, address = self.socket.accept()
        return (tls.wrap_socket(connection, server_side=True) if tls else connection), address

    def handle_error(self, *_):
        pass


server = Server(("127.0.0.1", port), Handler)
with open(path + ".new", "w", encoding="utf-8") as file:
    file.write(str(server.server_address[1]))
os.rename(path + ".new", path + ".port")
server.serve_forever()
