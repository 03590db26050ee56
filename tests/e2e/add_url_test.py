"""ADD of URLs: what the file becomes, what is fetched again, what goes wrong, what stays secret."""

import base64
import datetime
import email.utils
import hashlib
import http.server
import json
import os
import signal
import tarfile
import threading
import time

import harness

INPUT, USAGE, WORLD = 1, 2, 3  # exit codes
MODIFIED = 1577836800  # 2020-01-01
PASSWORD = "pa-ss-w0rd"


def digest_of(content):
    return "sha256:" + hashlib.sha256(content).hexdigest()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def do_HEAD(self):
        self.answer(body=False)

    def do_GET(self):
        self.answer(body=True)

    def answer(self, body):
        server = self.server
        server.requests.append((self.command, self.path, dict(self.headers)))
        path = self.path.split("?")[0]
        if path.startswith("/redirect/"):
            left = int(path.split("/")[2])
            self.reply(302, location=f"/redirect/{left - 1}" if left else "/hello.txt")
        elif path == "/away":
            self.reply(302, location=server.other)
        elif path == "/private" and "Authorization" not in self.headers:
            self.reply(401)
        elif path == "/early":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"too little")
            self.close_connection = True
        elif path == "/stalls":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"and then")
            server.stalled.set()
            server.ended.wait(60)
        elif path in server.files or path == "/private":
            content = server.files.get(path, b"for the few\n")
            etag = f'"{hashlib.md5(content).hexdigest()}"' if path in server.tagged else None
            etag = server.tags.get(path, etag)
            if etag and self.headers.get("If-None-Match") == etag:
                self.reply(304, etag=etag)
            else:
                self.reply(200, content if body else b"", etag=etag,
                           modified=path not in server.undated, length=len(content))
        else:
            self.reply(404)

    def reply(self, code, content=b"", location=None, etag=None, modified=False, length=None):
        self.send_response(code)
        if location:
            self.send_header("Location", location)
        if etag:
            self.send_header("ETag", etag)
        if modified:
            self.send_header("Last-Modified", email.utils.formatdate(MODIFIED, usegmt=True))
        if code != 304:
            self.send_header("Content-Length", str(len(content) if length is None else length))
        self.end_headers()
        self.wfile.write(content)


class Server(http.server.ThreadingHTTPServer):
    """Files on a loopback port; `requests` is what it was asked."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files = {"/hello.txt": b"hello over http\n"}
        self.tagged, self.undated = set(), set()
        self.tags = {}
        self.requests = []
        self.other = None
        self.stalled, self.ended = threading.Event(), threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def url(self, path, userinfo=""):
        return f"http://{userinfo}127.0.0.1:{self.server_port}{path}"

    def count(self, path, method="GET"):
        return sum(1 for asked, where, _ in self.requests if asked == method and where == path)

    def stop(self):
        self.ended.set()
        self.shutdown()
        self.server_close()


class AddUrlTest(harness.CooperTest):
    def setUp(self):
        super().setUp()
        self.server = Server()
        self.addCleanup(self.server.stop)
        self.number = 0

    def add(self, instructions, *arguments, **options):
        """A build of `instructions` on scratch; its outcome, and the layout it wrote."""
        self.number += 1
        context = self.context({"Dockerfile": f"FROM scratch\n{instructions}\n"},
                               f"context{self.number}", busybox="busybox" in instructions)
        layout = self.directory / f"layout{self.number}"
        outcome = self.build(context, "--output", f"type=oci,tar=false,dest={layout}", *arguments,
                             **options)
        return outcome, layout

    @staticmethod
    def blob(layout, digest):
        return layout / "blobs" / "sha256" / digest.split(":")[1]

    def manifest(self, layout):
        index = json.loads((layout / "index.json").read_text())
        return json.loads(self.blob(layout, index["manifests"][0]["digest"]).read_text())

    def config(self, layout):
        return json.loads(self.blob(layout, self.manifest(layout)["config"]["digest"]).read_text())

    def layers(self, layout):
        """{path: (member, content)} of each layer."""
        layers = []
        for layer in self.manifest(layout)["layers"]:
            with tarfile.open(self.blob(layout, layer["digest"])) as tar:
                layers.append({member.name.strip("/"): (member, tar.extractfile(member).read()
                                                        if member.isfile() else None)
                               for member in tar})
        return layers

    def one_file(self, layout, path):
        member, content = self.layers(layout)[-1][path]
        return member, content


class Files(AddUrlTest):
    def test_file_has_mode_owner_and_time(self):
        _, layout = self.add(f"ADD {self.server.url('/hello.txt')} /o/")
        member, content = self.one_file(layout, "o/hello.txt")
        self.assertEqual(b"hello over http\n", content)
        self.assertEqual((0o600, 0, 0, MODIFIED),
                         (member.mode, member.uid, member.gid, member.mtime))

    def test_file_without_date_is_of_1970(self):
        self.server.undated.add("/hello.txt")
        _, layout = self.add(f"ADD {self.server.url('/hello.txt')} /renamed")
        self.assertEqual(0, self.one_file(layout, "renamed")[0].mtime)

    def test_flags_hold(self):
        url = self.server.url("/hello.txt")
        _, layout = self.add(f"ADD --link --chmod=0751 --chown=7:8 {url} /o/x")
        member, _ = self.one_file(layout, "o/x")
        self.assertEqual((0o751, 7, 8), (member.mode, member.uid, member.gid))

    def test_name_is_taken_literally(self):
        self.server.files["/%5Ba%5D*%20b"] = b"odd"
        _, layout = self.add(f"ADD {self.server.url('/%5Ba%5D*%20b?x=/y')} /o/")
        self.assertEqual(b"odd", self.one_file(layout, "o/[a]* b")[1])

    def test_name_does_not_leave_its_directory(self):
        self.server.files["/%2e%2e%2f%2e%2e%2fetc"] = b"in"
        _, layout = self.add(f"ADD {self.server.url('/%2e%2e%2f%2e%2e%2fetc')} /o/")
        self.assertEqual(["o", "o/etc"], sorted(self.layers(layout)[-1]))

    def test_archive_is_unpacked_only_when_asked(self):
        inner = self.directory / "inner"
        inner.write_text("member")
        archive = self.directory / "a.tar.gz"
        with tarfile.open(archive, "w:gz") as tar:
            tar.add(inner, "inner")
        self.server.files["/a.tar.gz"] = archive.read_bytes()
        url = self.server.url("/a.tar.gz")
        _, layout = self.add(f"ADD {url} /packed/\nADD --unpack {url} /unpacked/")
        packed, unpacked = self.layers(layout)
        self.assertIn("packed/a.tar.gz", packed)
        self.assertEqual(b"member", unpacked["unpacked/inner"][1])
        self.assertEqual(1, self.server.count("/a.tar.gz"), "one file is fetched once")

    def test_redirects_are_followed_up_to_a_limit(self):
        _, layout = self.add(f"ADD {self.server.url('/redirect/9')} /o/")
        self.assertEqual(b"hello over http\n", self.one_file(layout, "o/9")[1])
        outcome, _ = self.add(f"ADD {self.server.url('/redirect/10')} /o/", code=WORLD)
        self.assertDiagnostic(outcome, "[download]", "redirects too often; the limit is 10")

    def test_command_runs_on_the_file(self):
        if not harness.is_root():
            self.skipTest("needs root")
        _, layout = self.add("COPY busybox /bin/busybox\n"
                             f"ADD {self.server.url('/hello.txt')} /in\n"
                             'RUN ["/bin/busybox", "cp", "/in", "/out"]')
        self.assertEqual(b"hello over http\n", self.one_file(layout, "out")[1])


    def test_archive_is_a_named_context(self):
        inner = self.directory / "inner"
        inner.write_text("member")
        archive = self.directory / "a.tar.gz"
        with tarfile.open(archive, "w:gz") as tar:
            tar.add(inner, "inner")
        self.server.files["/a.tar.gz"] = archive.read_bytes()
        _, layout = self.add("COPY --from=sources inner /o/", "--build-context",
                             f"sources={self.server.url('/a.tar.gz')}")
        self.assertEqual(b"member", self.one_file(layout, "o/inner")[1])

    def test_image_takes_the_time_of_a_file(self):
        _, layout = self.add(f"ADD {self.server.url('/hello.txt')} /o/", "--build-arg",
                             "SOURCE_DATE_EPOCH=when", "--build-context",
                             f"when={self.server.url('/hello.txt')}")
        created = datetime.datetime.fromisoformat(
            self.config(layout)["created"].replace("Z", "+00:00"))
        self.assertEqual(MODIFIED, created.timestamp())


class Again(AddUrlTest):
    def test_checksum_spares_the_server(self):
        url = self.server.url("/hello.txt")
        line = f"ADD --checksum={digest_of(b'hello over http' + bytes([10]))} {url} /o/"
        first, layout = self.add(line)
        # The key says nothing of the time that a server would tell.
        self.assertEqual(0, self.one_file(layout, "o/hello.txt")[0].mtime)
        self.assertEqual(1, self.server.count("/hello.txt"))
        again, _ = self.add(line)
        self.assertEqual(first.digest, again.digest)
        self.assertEqual([], again.steps_run)
        self.add(line, "--no-cache")
        self.assertEqual(1, len(self.server.requests))

    def test_unchanged_file_gives_the_same_image(self):
        line = f"ADD {self.server.url('/hello.txt')} /o/"
        first, _ = self.add(line)
        again, _ = self.add(line)
        self.assertEqual(first.digest, again.digest)
        self.assertEqual([], again.steps_run)
        self.assertEqual(2, self.server.count("/hello.txt"), "without a validator it is fetched")

    def test_image_is_the_same_from_an_empty_store(self):
        line = f"ADD {self.server.url('/hello.txt')} /o/"
        epoch = {"SOURCE_DATE_EPOCH": "1000000000"}
        first, _ = self.add(line, env=epoch)
        other, _ = self.add(line, "--store", self.directory / "other", env=epoch)
        self.assertEqual(first.digest, other.digest)

    def test_changed_file_is_noticed(self):
        self.server.tagged.add("/hello.txt")
        line = f"ADD {self.server.url('/hello.txt')} /o/"
        self.add(line)
        # Of the same size and time as before.
        self.server.files["/hello.txt"] = b"HELLO OVER HTTP\n"
        _, layout = self.add(line)
        self.assertEqual(b"HELLO OVER HTTP\n", self.one_file(layout, "o/hello.txt")[1])

    def test_validator_spares_the_download(self):
        self.server.tagged.add("/hello.txt")
        line = f"ADD {self.server.url('/hello.txt')} /o/"
        first, _ = self.add(line)
        again, _ = self.add(line)
        self.assertEqual(first.digest, again.digest)
        self.assertIn("If-None-Match", self.server.requests[-1][2])

    def test_validator_holds_for_its_own_url_alone(self):
        self.server.files.update({"/rel/1": b"one", "/rel/2": b"two"})
        self.server.tags = {"/rel/1": '"same"', "/rel/2": '"same"'}
        line = f"ADD {self.server.url('/away')} /o"
        for path, content in (("/rel/1", b"one"), ("/rel/2", b"two")):
            self.server.other = path
            _, layout = self.add(line)
            self.assertEqual(content, self.one_file(layout, "o")[1])

    def test_validator_that_no_request_may_hold_is_not_kept(self):
        self.server.tags = {"/hello.txt": '"a\tb"'}
        line = f"ADD {self.server.url('/hello.txt')} /o"
        self.assertEqual(self.add(line)[0].digest, self.add(line)[0].digest)

    def test_plan_fetches_nothing_and_claims_nothing(self):
        self.server.tagged.add("/hello.txt")
        context = self.context({"Dockerfile": "FROM scratch\n"
                                f"ADD {self.server.url('/hello.txt')} /o/\n"}, busybox=False)
        before = self.cooper("plan", context)
        self.assertIn("what is there now is not known until it is fetched", before.out)
        self.assertIn("not known until step 1 has fetched its file", before.out)
        self.assertEqual([], self.server.requests)
        self.assertFalse(self.store.exists())

        self.build(context, "--output", "type=cacheonly")
        after = json.loads(self.cooper("plan", "--format", "json", context).out)
        self.assertEqual({"run": 0, "cached": 2, "skipped": 0}, after["totals"])
        self.assertEqual("source.http", after["steps"][0]["op"])
        self.assertEqual(1, self.server.count("/hello.txt"))
        self.assertEqual(1, self.server.count("/hello.txt", "HEAD"))


class Faults(AddUrlTest):
    def refuse(self, instructions, code, kind, *texts, **options):
        outcome, layout = self.add(instructions, code=code, **options)
        self.assertDiagnostic(outcome, kind, *texts)
        self.assertFalse(layout.exists())
        return outcome

    def test_file_that_is_not_there(self):
        url = self.server.url("/nope?sig=s3cret")
        outcome = self.refuse(f"ADD {url} /", INPUT, "[missing-source]", "Dockerfile:2:1: error: ",
                              f"`{self.server.url('/nope')}` is not on the server: HTTP 404")
        message = next(line for line in outcome.err.splitlines() if "[missing-source]" in line)
        self.assertNotIn("s3cret", message)

    def test_every_missing_file_is_told(self):
        outcome = self.refuse(f"ADD {self.server.url('/a')} /\nADD {self.server.url('/b')} /",
                              INPUT, "[missing-source]")
        self.assertIn("Dockerfile:2:1", outcome.err)
        self.assertIn("Dockerfile:3:1", outcome.err)

    def test_wrong_checksum(self):
        content = self.server.files["/hello.txt"]
        for _ in range(2):
            self.refuse(f"ADD --checksum=sha256:{'0' * 64} {self.server.url('/hello.txt')} /", INPUT,
                        "[invalid-flag]", "Dockerfile:2:1: error: ", "checksum mismatch",
                        digest_of(content), f"sha256:{'0' * 64}")
        self.assertEqual([], os.listdir(self.store / "blobs" / "sha256"), "nothing of it is kept")
        self.assertStoreIsSound()

    def test_checksum_of_another_algorithm(self):
        self.refuse(f"ADD --checksum=sha512:{'0' * 128} {self.server.url('/hello.txt')} /", INPUT,
                    "[invalid-flag]", "invalid checksum")

    def test_server_that_closes_early(self):
        self.refuse(f"ADD {self.server.url('/early')} /", WORLD, "[download]",
                    f"cannot fetch `{self.server.url('/early')}`: ")
        self.assertEqual(3, self.server.count("/early"))
        self.assertStoreIsSound()

    def test_server_that_is_not_there(self):
        self.refuse(f"ADD http://127.0.0.1:{harness.free_port()}/a /", WORLD, "[download]",
                    "connection refused")

    def test_redirect_to_another_protocol(self):
        self.server.other = "file:///etc/passwd"
        self.refuse(f"ADD {self.server.url('/away')} /", WORLD, "[download]",
                    "protocol `file`; only http and https are used")

    def test_repository_is_refused_by_name(self):
        self.refuse("ADD https://127.0.0.1/a.git /", INPUT, "[unsupported]",
                    "`source.git` cannot be built yet")

    def test_interrupt_ends_a_download_that_stalls(self):
        context = self.context({"Dockerfile": f"FROM scratch\nADD {self.server.url('/stalls')} /\n"},
                               busybox=False)
        process = self.start("build", "--output", "type=cacheonly", context)
        self.assertTrue(self.server.stalled.wait(60))
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        self.assertLess(time.monotonic() - start, 20)
        self.assertIn("[interrupted]", err)
        self.assertStoreIsSound()


class Secrets(AddUrlTest):
    def setUp(self):
        super().setUp()
        self.url = self.server.url("/private", f"me:{PASSWORD}@")

    def assertSecret(self, *texts):
        token = base64.b64encode(f"me:{PASSWORD}".encode()).decode()
        for text in texts:
            self.assertNotIn(PASSWORD, text)
            self.assertNotIn(token, text)

    def assertNoFileHasIt(self, top):
        for directory, _, names in os.walk(top):
            for name in names:
                with open(os.path.join(directory, name), "rb") as file:
                    self.assertNotIn(PASSWORD.encode(), file.read(), name)

    def test_password_opens_the_door_and_goes_nowhere_else(self):
        outcome, layout = self.add(f"ADD {self.url} /o/", "--explain")
        self.assertEqual(b"for the few\n", self.one_file(layout, "o/private")[1])
        self.assertSecret(outcome.out, outcome.err)
        self.assertNoFileHasIt(layout)
        self.assertNoFileHasIt(self.store)

    def test_password_from_an_argument(self):
        outcome, layout = self.add(f"ARG P\nADD http://me:$P@127.0.0.1:{self.server.server_port}"
                                   "/private /o/", "--build-arg", f"P={PASSWORD}", "--explain")
        self.assertSecret(outcome.out, outcome.err)
        # The history tells the values of arguments; that is what secrets are for.
        history = [entry["created_by"] for entry in self.config(layout)["history"]]
        self.assertEqual([f"ARG P={PASSWORD}", f"ADD {self.server.url('/private')} /o/"], history)

    def test_password_is_not_shown_by_any_verb(self):
        dockerfile = f"FROM scratch\nADD {self.url} /o/\nADD {self.url}/nope /\n"
        context = self.context({"Dockerfile": dockerfile}, busybox=False)
        file = context / "Dockerfile"
        self.assertSecret(self.cooper("plan", context).out,
                          self.cooper("plan", "--format", "json", context).out,
                          self.cooper("compile", "--emit=ast", file).out,
                          self.cooper("compile", "--emit=ir", "--locations", file).out,
                          self.cooper("compile", "--emit=plan", "--dump-ir=after-all", file).err)
        outcome = self.build(context, "--output", "type=cacheonly", code=INPUT)
        self.assertIn("  3 | ADD http://xxx", outcome.err)
        self.assertSecret(outcome.out, outcome.err)

    def test_password_does_not_follow_a_redirect(self):
        other = Server()
        self.addCleanup(other.stop)
        self.server.other = other.url("/hello.txt")
        self.add(f"ADD {self.server.url('/away', f'me:{PASSWORD}@')} /o/")
        self.assertIn("Authorization", self.server.requests[0][2])
        self.assertNotIn("Authorization", other.requests[0][2])

    def test_password_does_not_go_over_plain_http(self):
        outcome, _ = self.add(f"ADD http://me:{PASSWORD}@files.example/a /", code=INPUT)
        self.assertDiagnostic(outcome, "[invalid-argument]", "use `https://`")
        self.assertSecret(outcome.err)


if __name__ == "__main__":
    harness.main()
