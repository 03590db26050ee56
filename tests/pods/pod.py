"""cooper in an environment equal to a pod's: a root file system with the program and the
libraries that it is linked with, and pod.sh of the shared folder to run it."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))
import harness  # noqa: E402

SHARED = Path(os.environ.get("COOPER_SHARED", harness.CHECKOUT.parent / "shared")).resolve()
POD = SHARED / "pods" / "pod.sh"
OWN_IMAGE_MARKER = ".cooper-image"


def libraries(program):
    """The shared objects that the loader opens for the program."""
    text = subprocess.run(["ldd", program], check=True, capture_output=True, text=True).stdout
    return [Path(path) for path in re.findall(r"(/\S+) \(0x", text)]


def put(root, source, place=None):
    target = root / str(place or source).lstrip("/")
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        shutil.copy(source, target)
    return target


def make_root(directory, own_image):
    """The root of a container: `own_image` says whether it is marked as cooper's own."""
    root = directory / ("own" if own_image else "foreign")
    harness.run(POD, "--make-rootfs", root)
    program = put(root, harness.program(), "/opt/cooper/bin/cooper")
    put(root, os.environ["COOPER_RUNNER"], "/opt/cooper/libexec/cooper/cooper-runner")
    for name, capability in (("newuidmap", "cap_setuid+ep"), ("newgidmap", "cap_setgid+ep")):
        helper = put(root, f"/usr/bin/{name}")
        helper.chmod(0o755)
        harness.run("setcap", capability, helper)
        for library in libraries(helper):
            put(root, library)
    for library in libraries(program):
        put(root, library)
    with open(root / "etc/passwd", "a") as users:
        users.write("builder:x:1000:1000::/home:/bin/sh\n")
    for name in ("subuid", "subgid"):
        (root / "etc" / name).write_text("builder:300000:65536\n")
    if own_image:
        (root / OWN_IMAGE_MARKER).touch()
    return root


class Pod:
    """One environment by its name in pods/README.md."""

    def __init__(self, environment, root, bases, network="none"):
        self.environment, self.root, self.bases, self.network = environment, root, bases, network

    def cooper(self, verb, context, out, *flags, volume=True, timeout=600):
        """Runs a build of `context`; what it writes to /out comes to `out`. With `volume` the
        store is on an emptyDir, else where it is by default, in the container's root."""
        command = [POD, "--timeout", timeout, "--net", self.network,
                   "-v", f"{context}:/context:ro", "-v", f"{self.bases}:/bases:ro",
                   "-v", f"{out}:/out"]
        if volume:
            command += ["--emptydir", "/state", "-e", "COOPER_STORE=/state/store"]
        command += [self.environment, self.root, "--", "/opt/cooper/bin/cooper", verb, *flags,
                    "/context"]
        return subprocess.run([str(word) for word in command], capture_output=True, text=True,
                              errors="replace", timeout=timeout + 60)
