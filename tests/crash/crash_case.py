"""What the crash tests share: the harness, compiled helpers, a Dockerfile."""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

import harness  # noqa: E402

WORLD = 3
EPOCH = "1700000000"
# A stage that only exists as a snapshot, a layer that is written from one, and one that is streamed.
FILES = """FROM scratch AS made
COPY one /one/
COPY two /two/
FROM scratch
COPY --from=made /one /
COPY two /two
"""
RUNS = """FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "sh", "-c", "echo x > /x; echo y > /y; /bin/busybox ln /x /z"]
COPY two /two
"""


def compiled(name):
    """The shared library made of tests/crash/<name>.c."""
    harness.need("cc")
    cache = Path(os.environ.get("COOPER_E2E_CACHE", tempfile.gettempdir()))
    library = cache / f"cooper-{name}.so"
    made = f"{library}.{os.getpid()}"
    subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", made, HERE / f"{name}.c", "-ldl"], check=True)
    os.rename(made, library)
    return library


class CrashTest(harness.CooperTest):
    def sample(self, dockerfile, **files):
        contents = {"Dockerfile": dockerfile, "one": b"1" * 3000, "two": os.urandom(20000)}
        contents.update(files)
        return self.context(contents, busybox="busybox" in dockerfile)

    def checked(self, store=None, **options):
        outcome = self.cooper("store", "check", store or self.store, **options)
        self.assertIn(": 0 faults", outcome.out)
        return outcome
