"""What the end-to-end tests share: the program, private directories, a registry, judges.

The program is named by COOPER. Each test has a directory and a store of its own,
gone when the test ends. Judges (skopeo, umoci, podman) are other people's programs;
what they say of an image counts, not what cooper says.
"""

import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
BUSYBOX = Path("/bin/busybox")
# CTest's SKIP_RETURN_CODE: every test of the file was skipped.
ALL_SKIPPED = 77
# Far above what any build here takes, also with sanitizers on a busy machine.
TIMEOUT_SECONDS = 120


def program():
    path = os.environ.get("COOPER")
    if not path:
        sys.exit("COOPER is not set; it names the program under test")
    return str(Path(path).resolve())


def is_root():
    return os.geteuid() == 0


def need(*programs):
    """Skips the test when a program that it needs is missing."""
    for name in programs:
        if shutil.which(name) is None:
            raise unittest.SkipTest(f"needs `{name}`; see scripts/packages.sh")


def run(*command, code=0, **options):
    """Runs a judge or a helper; its output as text. Fails the test on another exit code."""
    done = subprocess.run([str(word) for word in command], text=True, errors="replace",
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=TIMEOUT_SECONDS, **options)
    if code is not None and done.returncode != code:
        raise AssertionError(f"`{' '.join(map(str, command))}` ended with {done.returncode}:\n"
                             f"{done.stdout}{done.stderr}")
    return done


def busybox_base():
    """An OCI layout with the tag `busybox`: applets in /bin, users in /etc/passwd."""
    shared = Path(os.environ.get("COOPER_SHARED", CHECKOUT.parent / "shared"))
    script = shared / "bases" / "make-bases.sh"
    if not script.exists():
        raise unittest.SkipTest(f"needs a base image: there is no {script}; set COOPER_SHARED")
    cache = Path(os.environ.get("COOPER_E2E_CACHE", tempfile.gettempdir()))
    # The same script and busybox always make the same image, so one serves all runs.
    key = hashlib.sha256(script.read_bytes() + BUSYBOX.read_bytes()).hexdigest()[:16]
    layout = cache / f"cooper-bases-{key}"
    if not layout.exists():
        made = tempfile.mkdtemp(prefix="cooper-bases-", dir=cache)
        os.chmod(made, 0o755)
        run("sh", script, "--out", made)
        try:
            os.rename(made, layout)
        except OSError:  # another test was first
            shutil.rmtree(made)
    return layout


class Registry:
    """Debian's docker-registry on a loopback port, with one user or open to all."""

    def __init__(self, user=None, password=None):
        need("docker-registry")
        self.directory = Path(tempfile.mkdtemp(prefix="cooper-e2e-registry-"))
        config = {"version": "0.1", "log": {"level": "error", "accesslog": {"disabled": True}},
                  "storage": {"filesystem": {"rootdirectory": str(self.directory / "data")}}}
        if user:
            need("htpasswd")
            file = self.directory / "htpasswd"
            file.write_text(run("htpasswd", "-Bbn", "-C", "4", user, password).stdout)
            config["auth"] = {"htpasswd": {"realm": "test", "path": str(file)}}
        for _ in range(5):  # the port may be taken between choosing and listening
            self.port = free_port()
            config["http"] = {"addr": f"127.0.0.1:{self.port}"}
            # JSON is YAML.
            (self.directory / "config.yml").write_text(json.dumps(config))
            with open(self.directory / "log", "w") as log:
                self.process = subprocess.Popen(
                    ["docker-registry", "serve", str(self.directory / "config.yml")],
                    stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            if self._answers():
                return
        self.stop()
        raise AssertionError("docker-registry does not start")

    @property
    def host(self):
        return f"127.0.0.1:{self.port}"

    def _answers(self):
        for _ in range(500):
            if self.process.poll() is not None:
                return False
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return True
            except OSError:
                time.sleep(0.02)
        return False

    def stop(self):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)


def free_port():
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Step:
    """One `#ID done KIND in ...` line of the progress."""

    PATTERN = re.compile(r"^#(\d+) done (\w+) in [\d.]+s \(([\d.]+)s to ([\d.]+)s\): (.*)$",
                         re.MULTILINE)

    def __init__(self, match):
        self.kind = match[2]
        self.start, self.end = float(match[3]), float(match[4])
        self.title = match[5]


class Outcome:
    """What one run of cooper left: exit code and text."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    @property
    def steps_run(self):
        return [Step(match) for match in Step.PATTERN.finditer(self.err)]

    @property
    def steps_cached(self):
        return re.findall(r"^#\d+ cached (\w+) (.*)$", self.err, re.MULTILINE)

    @property
    def digest(self):
        return re.search(r"^image (sha256:[0-9a-f]{64})$", self.err, re.MULTILINE)[1]


class CooperTest(unittest.TestCase):
    longMessage = True

    def setUp(self):
        self.directory = Path(tempfile.mkdtemp(prefix="cooper-e2e-"))
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.store = self.directory / "store"

    def context(self, files, name="context", busybox=True):
        """A context directory: {path: text or bytes}; by default with /bin/busybox as `busybox`."""
        top = self.directory / name
        top.mkdir(exist_ok=True)
        for path, content in files.items():
            file = top / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
            file.chmod(0o644)
        if busybox:
            if not BUSYBOX.exists():
                self.skipTest("needs /bin/busybox (package busybox-static)")
            shutil.copy(BUSYBOX, top / "busybox")
        return top

    def environment(self, changes=None):
        # Nothing of the caller's may decide what a test sees.
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.directory / "home"),
                       "TMPDIR": tempfile.gettempdir(), "COOPER_STORE": str(self.store), "LC_ALL": "C.UTF-8"}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS"):
            if name in os.environ:
                environment[name] = os.environ[name]
        environment.update(changes or {})
        return environment

    def start(self, *arguments, env=None, prefix=(), executable=None, **options):
        """Starts cooper, in a session of its own, without waiting."""
        command = [*prefix, executable or program(), *arguments]
        return subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                errors="replace", env=self.environment(env),
                                start_new_session=True, cwd=options.pop("cwd", self.directory),
                                **options)

    def cooper(self, *arguments, code=0, timeout=TIMEOUT_SECONDS, **options):
        """Runs cooper to its end; fails the test when it ends with another code."""
        process = self.start(*arguments, **options)
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        outcome = Outcome(process.returncode, out, err)
        self.assertEqual(code, outcome.code, f"\n$ cooper {' '.join(map(str, arguments))}\n{out}{err}")
        return outcome

    def build(self, context, *arguments, **options):
        return self.cooper("build", *arguments, context, **options)

    def executor(self):
        """The program under the name that makes it take kaniko's command line."""
        link = self.directory / "executor"
        if not link.exists():
            link.symlink_to(program())
        return link

    def docker_config(self, host, user, password):
        """A directory for DOCKER_CONFIG with one login."""
        import base64
        directory = Path(tempfile.mkdtemp(dir=self.directory))
        auth = base64.b64encode(f"{user}:{password}".encode()).decode()
        (directory / "config.json").write_text(json.dumps({"auths": {host: {"auth": auth}}}))
        return directory

    def unpack(self, layout, tag):
        """umoci's bundle of an image: `rootfs` and the run configuration made from the image's."""
        need("umoci")
        bundle = Path(tempfile.mkdtemp(dir=self.directory)) / "bundle"
        rootless = [] if is_root() else ["--rootless"]
        run("umoci", "unpack", *rootless, "--image", f"{layout}:{tag}", bundle)
        return bundle

    def unpack_tar(self, tar, tag):
        layout = Path(tempfile.mkdtemp(dir=self.directory))
        run("tar", "-xf", tar, "-C", layout)
        return self.unpack(layout, tag)

    def run_bundle(self, bundle):
        """What the image prints when it is started as its configuration says."""
        process = json.loads((bundle / "config.json").read_text())["process"]
        # A chroot instead of a container: containers do not nest on every machine.
        as_root = [] if is_root() else ["unshare", "--user", "--map-root-user"]
        return run(*as_root, "chroot", bundle / "rootfs", *process["args"]).stdout

    def assertDiagnostic(self, outcome, kind, *texts):
        """The message ends with the kind, such as `[syntax]`, and each text says where or why."""
        self.assertIn(f" {kind}\n", outcome.err)
        self.assertIn("error: ", outcome.err)
        for text in texts:
            self.assertIn(text, outcome.err)

    def assertNothingWritten(self, directory, expected=()):
        """No output file, nor a half-written or temporary one."""
        self.assertEqual(sorted(expected), sorted(os.listdir(directory)))

    def assertStoreIsSound(self):
        """Each blob has the digest that its name says, and nothing half-made is left."""
        for blob in (self.store / "blobs" / "sha256").iterdir():
            self.assertEqual(blob.name, hashlib.sha256(blob.read_bytes()).hexdigest())
        # A killed build leaves temporary files to the next one, which removes them.
        self.assertEqual([], os.listdir(self.store / "temporary"))


class Main(unittest.TextTestRunner):
    """Ends with ALL_SKIPPED when nothing was tested, so that CTest says so."""

    def run(self, test):
        result = super().run(test)
        for case, reason in result.skipped:
            print(f"skipped {case}: {reason}", file=sys.stderr)
        if result.wasSuccessful() and result.skipped and len(result.skipped) >= result.testsRun:
            sys.exit(ALL_SKIPPED)
        return result


def main():
    unittest.main(module="__main__", testRunner=Main)
