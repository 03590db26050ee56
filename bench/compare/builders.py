"""The builders that are compared: how each is called, and where it keeps its state."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from measure import measure


def output_of(*command):
    done = subprocess.run([str(word) for word in command], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    return done.stdout.strip()


class Builder:
    """One builder with a state of its own below `work`; `log` gets what it prints."""

    def __init__(self, work, log):
        self.state = work / f"{self.name}-state"
        self.image = work / f"{self.name}.tar"
        self.log = log
        self.environment = dict(os.environ, TMPDIR=str(work), LC_ALL="C.UTF-8")
        self.clear()

    def run(self, context, dockerfile="Dockerfile", cache=True, base=None):
        """Builds to an OCI archive with gzip layers; its cost."""
        self.image.unlink(missing_ok=True)
        return measure(self.command(context, dockerfile, cache, base), self.environment, self.log)

    def output_mb(self):
        return self.image.stat().st_size / 1e6


class Cooper(Builder):
    name = "cooper"

    def __init__(self, work, log, binaries):
        self.program = Path(binaries).resolve() / "cooper"
        super().__init__(work, log)

    def version(self):
        return output_of(self.program, "--version")

    def clear(self):
        shutil.rmtree(self.state, ignore_errors=True)

    def command(self, context, dockerfile, cache, base):
        more = [] if cache else ["--no-cache"]
        if base:
            name, layout = base
            more += ["--build-context", f"{name}=oci-layout://{layout}:1"]
        return [self.program, "build", *more, "--store", self.state, "-f", context / dockerfile,
                "-t", "bench:1", "--output", f"type=oci,dest={self.image}", context]

    def prepare_base(self, name, layout):
        pass  # is given to each build


class Buildah(Builder):
    name = "buildah"

    def __init__(self, work, log):
        # crun refuses the hybrid form of cgroups; a chroot costs buildah less than a container.
        hybrid = Path("/sys/fs/cgroup/unified").exists()
        self.isolation = ["--isolation", "chroot"] if hybrid else []
        super().__init__(work, log)

    def storage(self):
        return ["--root", self.state / "root", "--runroot", self.state / "run",
                "--storage-driver", "overlay"]

    def version(self):
        version = re.sub(r" \(.*", "", output_of("buildah", "--version"))
        return " ".join([version.replace("buildah version", "buildah"), *self.isolation])

    def clear(self):
        if self.state.exists():
            output_of("buildah", *self.storage(), "rmi", "--all", "--force")
        output_of("umount", self.state / "root" / "overlay")
        shutil.rmtree(self.state, ignore_errors=True)

    def command(self, context, dockerfile, cache, base):
        more = [] if cache else ["--no-cache"]
        if base:
            more += ["--pull-never"]
        return ["buildah", *self.storage(), "build", "--layers", "--disable-compression=false",
                *self.isolation, *more, "-f", context / dockerfile, "-t", f"oci-archive:{self.image}:bench", context]

    def prepare_base(self, name, layout):
        pulled = output_of("buildah", *self.storage(), "pull", "-q", f"oci:{layout}:1")
        output_of("buildah", *self.storage(), "tag", pulled.splitlines()[-1], name)


class BarePipeline:
    """Not a builder: what a layer of the same files costs at least."""

    name = "bare"

    def __init__(self, work, log, binaries):
        self.program = Path(binaries).resolve() / "bare_pipeline"
        self.image = work / "bare.tgz"
        self.log = log

    def run(self, tree):
        return measure([self.program, tree, self.image, "2"], dict(os.environ), self.log)

    def output_mb(self):
        return self.image.stat().st_size / 1e6
