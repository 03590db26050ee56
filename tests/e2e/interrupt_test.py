#!/usr/bin/env python3
"""A signal ends a build soon, whatever it is doing, and the exit status says which one it was."""

import os
import random
import signal
import socket
import threading
import time

import harness

WORLD = 3
# A second, and what a busy machine takes for the rest.
SOON = 4


class SilentServer:
    """Takes connections, answers what it is told, and then says nothing more."""

    def __init__(self, answers=()):
        self.answers = list(answers)
        self.silent = threading.Event()
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.connections = []
        threading.Thread(target=self.serve, daemon=True).start()

    @property
    def host(self):
        return f"127.0.0.1:{self.socket.getsockname()[1]}"

    def serve(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.connections.append(connection)
            threading.Thread(target=self.answer, args=(connection,), daemon=True).start()

    def answer(self, connection):
        while True:
            request = b""
            while b"\r\n\r\n" not in request:
                piece = connection.recv(65536)
                if not piece:
                    return
                request += piece
            line = request.split(b"\r\n")[0].decode()
            for beginning, reply in self.answers:
                if line.startswith(beginning):
                    connection.sendall(reply)
                    break
            else:
                self.silent.set()
                return

    def stop(self):
        self.socket.close()
        for connection in self.connections:
            connection.close()


def reply(status, *headers, body=b""):
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


class Interrupt(harness.CooperTest):
    def assertEndsSoon(self, process, number):
        start = time.monotonic()
        process.send_signal(number)
        _, err = process.communicate(timeout=harness.TIMEOUT_SECONDS)
        self.assertEqual(128 + number, process.returncode, err)
        self.assertIn("[interrupted]", err)
        self.assertLess(time.monotonic() - start, SOON, err)
        if self.store.exists():
            self.assertStoreIsSound()

    def server(self, *answers):
        server = SilentServer(answers)
        self.addCleanup(server.stop)
        return server

    def start_build(self, dockerfile, *arguments, **files):
        context = self.context({"Dockerfile": dockerfile, **files}, busybox=False)
        return self.start("build", *arguments, context)

    def test_pull_that_stalls(self):
        server = self.server()
        process = self.start_build(f"FROM {server.host}/base:1\n", "--insecure-registry", server.host,
                                   "--output", "type=cacheonly")
        self.assertTrue(server.silent.wait(60))
        self.assertEndsSoon(process, signal.SIGINT)

    def test_push_that_stalls(self):
        server = self.server(
            ("GET /v2/", reply("200 OK")),
            ("HEAD", reply("404 Not Found")),
            ("DELETE", reply("204 No Content")),
            ("POST", reply("202 Accepted", "Location: /v2/image/blobs/uploads/1")))
        process = self.start_build("FROM scratch\nCOPY large /large\n", "--insecure-registry", server.host,
                                   "--push", "-t", f"{server.host}/image:1", large=os.urandom(8 << 20))
        self.assertTrue(server.silent.wait(60))
        self.assertEndsSoon(process, signal.SIGTERM)

    def test_copying_and_compressing(self):
        # Takes much longer than a second.
        top = self.context({"Dockerfile": "FROM scratch\nCOPY large /large\n"}, busybox=False)
        (top / "large").mkdir()
        block = random.Random(1).randbytes(1 << 20)
        for number in range(8):
            with open(top / "large" / str(number), "wb") as file:
                for _ in range(48):
                    file.write(block)
        for phase in ("hashing the context", "writing the layer"):
            with self.subTest(phase=phase):
                process = self.start("build", "--output", f"type=oci,dest={self.directory}/image.tar", top)
                self.addCleanup(process.wait)
                if phase == "writing the layer":
                    for line in process.stderr:
                        if line.startswith("#1 "):
                            break
                time.sleep(0.3)
                self.assertIsNone(process.poll(), "too fast for this test")
                self.assertEndsSoon(process, signal.SIGINT)
                self.assertFalse((self.directory / "image.tar").exists())

    def test_kanikos_command_line(self):
        server = self.server()
        context = self.context({"Dockerfile": f"FROM {server.host}/base:1\n"}, busybox=False)
        process = self.start("--context", context, "--no-push", "--insecure-registry", server.host,
                             executable=self.executor())
        self.assertTrue(server.silent.wait(60))
        self.assertEndsSoon(process, signal.SIGINT)

    def test_digest_file_is_looked_at_before_the_build(self):
        context = self.context({"Dockerfile": "FROM scratch\nCOPY busybox /\n"})
        for place, why in ((self.directory / "none" / "digest", "there is no directory"),
                           (context, "it is a directory")):
            outcome = self.cooper("--context", context, "--no-push", "--digest-file", place, code=1,
                                  executable=self.executor())
            self.assertDiagnostic(outcome, "[output]", why)
            self.assertEqual([], outcome.steps_run)
            self.assertFalse((self.store / "blobs").exists() and os.listdir(self.store / "blobs" / "sha256"))


if __name__ == "__main__":
    harness.main()
