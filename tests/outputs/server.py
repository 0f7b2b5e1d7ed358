#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""server.py DIR [CERT KEY [CLIENT_CA]]: a receiver of alerts on 127.0.0.1, by TLS with CERT.

The port is written to DIR/port, and taken from there if it is there. How a request is answered is
read each time from DIR/mode: a status, or "429 SECONDS", "garbage", "nothing" (the connection is
closed), "reset", "slow" (two seconds), "silent" (no answer). What was answered 2xx is appended to
DIR/bodies, one line each; headers of the last request are in DIR/head.
"""
import http.server
import os
import socket
import ssl
import struct
import sys
import threading
import time

DIR = sys.argv[1]
LOCK = threading.Lock()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, status, extra=()):
        self.send_response(status)
        for name, value in extra:
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def hang_up(self, reset):
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                       struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with open(f"{DIR}/mode") as f:
            mode = f.read().split() or ["200"]
        with open(f"{DIR}/head", "w") as f:
            f.write(f"{self.requestline}\n{self.headers}")
        if mode[0] == "garbage":
            self.wfile.write(b"\0\1\2 no HTTP at all\r\n\r\n")
            self.hang_up(False)
        elif mode[0] in ("nothing", "reset"):
            self.hang_up(mode[0] == "reset")
        elif mode[0] == "silent":
            time.sleep(60)
        else:
            if mode[0] == "slow":
                time.sleep(2)
                mode = ["200"]
            if mode[0] == "200":
                with LOCK, open(f"{DIR}/bodies", "ab") as f:
                    f.write(body.strip().replace(b"\n", b" ") + b"\n")
            self.answer(int(mode[0]), [("Retry-After", mode[1])] if len(mode) > 1 else ())

    do_PUT = do_POST


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass


def main():
    port = 0
    if os.path.exists(f"{DIR}/port"):
        with open(f"{DIR}/port") as f:
            port = int(f.read())
    server = Server(("127.0.0.1", port), Handler)
    if len(sys.argv) > 2:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[2], sys.argv[3])
        if len(sys.argv) > 4:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(sys.argv[4])
        server.socket = context.wrap_socket(server.socket, server_side=True,
                                            do_handshake_on_connect=False)
    if not os.path.exists(f"{DIR}/mode"):
        with open(f"{DIR}/mode", "w") as f:
            f.write("200")
    with open(f"{DIR}/port.new", "w") as f:
        f.write(str(server.server_address[1]))
    os.rename(f"{DIR}/port.new", f"{DIR}/port")
    open(f"{DIR}/up", "w").close()
    server.serve_forever()


main()
