"""A Debian base from a registry: apt-get in a RUN, a second stage, pushed, pulled and run.

Slow: mmdebstrap makes the base when it is not there yet (COOPER_E2E_CACHE keeps it).
"""

import fcntl
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import harness
from harness import CHECKOUT, CooperTest, Registry, need, run
from ordinary_user import OrdinaryUserTest

BUILD_TIMEOUT_SECONDS = 1200
DOCKERFILE = """\
FROM {base} AS build
RUN apt-get update && apt-get install -y --no-install-recommends python3
RUN python3 -c 'print("made by", 6 * 7)' > /made.txt
FROM {base}
COPY --from=build /made.txt /
COPY --from=build /usr/bin/python3.11 /usr/bin/
COPY --from=build /usr/lib/python3.11 /usr/lib/python3.11
COPY --from=build /usr/lib/*-linux-gnu*/libexpat.so.1 /usr/lib/
CMD ["/usr/bin/python3.11", "-c", "print(open('/made.txt').read().strip(), 'and read again')"]
"""


def mirror():
    """Where this machine's apt gets its release from."""
    lines = run("apt-get", "indextargets", "--format", "$(SITE) $(CODENAME)",
                "Created-By: Packages").stdout
    for line in lines.splitlines():
        site, _, release = line.partition(" ")
        if release == "bookworm":
            return site
    raise unittest.SkipTest("needs a source of bookworm in apt's lists; `apt-get update` makes them")


def debian_base():
    """An OCI layout with the tag `debian`."""
    shared = Path(os.environ.get("COOPER_SHARED", CHECKOUT.parent / "shared"))
    script = shared / "bases" / "make-bases.sh"
    if not script.exists():
        raise unittest.SkipTest(f"needs a base image: there is no {script}; set COOPER_SHARED")
    if not harness.is_root():
        raise unittest.SkipTest("needs root, for mmdebstrap")
    need("mmdebstrap", "skopeo", "umoci", "apt-get")
    cache = Path(os.environ.get("COOPER_E2E_CACHE", tempfile.gettempdir())) / "cooper-debian-base"
    layout = cache / "bases"
    cache.mkdir(parents=True, exist_ok=True)
    # Two tests may want it at once.
    with open(cache / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (layout / "index.json").exists():
            subprocess.run(["sh", script, "--debian", "--out", layout, "--cache", cache / "tar",
                            "--mirror", mirror()], check=True, timeout=1800)
    return layout


class DebianBase:
    """What both users do; each class that has it has a registry with the base in it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        base = debian_base()
        cls.registry = Registry()
        cls.addClassCleanup(cls.registry.stop)
        run("skopeo", "copy", "-q", "--dest-tls-verify=false", f"oci:{base}:debian",
            f"docker://{cls.registry.host}/debian:latest")

    def sources(self):
        dockerfile = DOCKERFILE.format(base=f"{self.registry.host}/debian:latest")
        return self.context({"Dockerfile": dockerfile}, busybox=False)

    def check(self, outcome, repository):
        """apt-get ran in the build, and the pushed image runs what it installed."""
        self.assertEqual(0, outcome.code, outcome.err)
        self.assertEqual(2, sum(step.kind == "run" for step in outcome.steps_run))
        layout = self.directory / "layout"
        run("skopeo", "copy", "-q", "--src-tls-verify=false",
            f"docker://{self.registry.host}/{repository}", f"oci:{layout}:1")
        self.assertEqual("made by 42 and read again\n", self.run_bundle(self.unpack(layout, "1")))


class Root(DebianBase, CooperTest):
    def test_python_is_installed_and_copied(self):
        name = f"{self.registry.host}/root:1"
        self.check(self.build(self.sources(), "--push", "-t", name, timeout=BUILD_TIMEOUT_SECONDS),
                   "root:1")


class OrdinaryUser(DebianBase, OrdinaryUserTest):
    def test_python_is_installed_and_copied(self):
        name = f"{self.registry.host}/user:1"
        self.check(self.as_user("build", "--push", "-t", name, self.give(self.sources()),
                                timeout=BUILD_TIMEOUT_SECONDS), "user:1")


if __name__ == "__main__":
    harness.main()
