"""A server of SMTP on loopback that writes down the messages it takes, a JSON object a line: smtp.py FILE, whose port is in
FILE.port."""

import json
import os
import socketserver
import sys

path = sys.argv[1]


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        row = {"from": "", "to": [], "data": ""}
        self.say("220 sink")
        while line := self.rfile.readline().decode("utf-8", "replace").strip():
            word = line.upper()
            if word.startswith(("EHLO", "HELO")):
                self.say("250 sink")
            elif word.startswith("MAIL FROM:"):
                row["from"] = line[10:].strip()
                self.say("250 OK")
            elif word.startswith("RCPT TO:"):
                row["to"].append(line[8:].strip())
                self.say("250 OK")
            elif word == "DATA":
                self.say("354 go on")
                lines = []
                while (data := self.rfile.readline().decode("utf-8", "replace")) not in (".\r\n", ""):
                    lines.append(data[1:] if data.startswith(".") else data)
                row["data"] = "".join(lines)
                with open(path, "a", encoding="utf-8") as file:
                    file.write(json.dumps(row) + "\n")
                self.say("250 taken")
            elif word == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("502 no such command")

    def say(self, line):
        self.wfile.write((line + "\r\n").encode())


with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(str(server.server_address[1]))
    os.rename(path + ".new", path + ".port")
    server.serve_forever()
