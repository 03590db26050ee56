"""cooper takes the best isolation that a pod allows, and builds the same images in each.

COOPER_PODS names environments, separated by commas, to try those alone.
"""

import io
import os
import re
import shutil
import sys
import tarfile
import tempfile
import unittest
import warnings
from pathlib import Path

import pod
from pod import SHARED, Pod, harness

from debian_test import debian_base  # noqa: E402 (found through pod)

# The environment, in a container of cooper's own image or not, and the rung.
EXPECTED = {
    ("privileged", False): "ns",
    ("sysadmin", False): "ns",
    ("hostusers-false-sysadmin", False): "ns",
    ("k8s-default", False): "userns",
    ("crio-default", False): "userns",
    ("hostusers-false", False): "userns",
    ("hostusers-false-unmasked", False): "userns",
    ("nonroot-unconfined", False): "userns",
    ("nonroot-unconfined-nnp", False): "userns1",
    ("pss-restricted-unconfined", False): "userns1",
    ("docker-default", False): "chroot",
    ("docker-default", True): "inplace",
    ("crio-runtimedefault", True): "inplace",
    ("crio-setfcap-chroot", True): "inplace",
    ("hostusers-false-runtimedefault", True): "inplace",
}
# Where no RUN is possible, and what the message says to change.
IMPOSSIBLE = {
    ("pss-restricted", True): "set seccompProfile to Unconfined",
    ("pss-restricted-rw", True): "set seccompProfile to Unconfined",
    ("openshift-restricted-v2", True): "set seccompProfile to Unconfined",
    ("nonroot-runtimedefault", True): "set seccompProfile to Unconfined",
    ("root-dropall", True): "run as another user",
    ("root-dropall-unconfined", True): "run as another user",
    ("crio-runtimedefault", False): "set seccompProfile to Unconfined",
    ("hostusers-false-runtimedefault", False): "set seccompProfile to Unconfined",
}
WITHOUT_RUN = "FROM base\nCOPY file /\n"
OWNERS = """\
FROM base
RUN mkdir /data && touch /data/plain /data/other && chown 1000:2000 /data/plain && chown -R 33:44 /data \\
 && chown 7 /data/other && rm /etc/shadow && touch /etc/made
RUN touch /data/program && chgrp 42 /data/program && chmod 2755 /data/program && chmod 1777 /data
RUN mknod /data/device c 1 3 && chmod 666 /data/device && mkfifo -m 640 /data/fifo && ln /data/plain /data/linked
USER 1000:1000
WORKDIR /home/app
RUN touch /tmp/made-by-user && id -u > /tmp/id
"""
MOUNTS = """\
FROM base AS tool
RUN mkdir /tool && echo from the stage > /tool/text
FROM base
RUN --mount=type=cache,target=/cache echo once > /cache/file
RUN --mount=type=cache,target=/cache cat /cache/file > /kept
RUN --mount=type=secret,id=word,target=/run/secrets/word wc -c < /run/secrets/word > /length
RUN --mount=type=bind,from=tool,source=/tool,target=/mnt/tool cp /mnt/tool/text /copied
RUN --mount=type=bind,target=/mnt/context,rw cp /mnt/context/file /from-context && echo lost > /mnt/context/new
RUN --mount=type=tmpfs,target=/scratch echo gone > /scratch/file
"""
# The packages are in the base already, so that no pod needs a network. What is removed tells the time.
PACKAGES = """\
FROM base
RUN apt-get update && apt-get install -y --no-install-recommends --download-only openssh-client
"""
DEBIAN = """\
FROM base
RUN apt-get install -y --no-install-recommends --no-download openssh-client \\
 && rm -rf /var/log/* /var/cache/* /var/lib/apt/lists /var/lib/dpkg/*-old
RUN ssh -V 2> /version
"""
SECRET = "a-word-that-nobody-else-has"


def merged(image):
    sys.path.insert(0, str(SHARED / "conformance"))
    import facts
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # of its open files
        entries = facts.facts(str(image))["merged"]
    for entry in entries.values():
        entry.pop("mtime", None)
    return entries


def text_of(image, path):
    """The file as the topmost layer that has it has it."""
    import facts
    opened = facts.Image(str(image))
    for layer in reversed(opened.manifest()["layers"]):
        with tarfile.open(fileobj=io.BytesIO(facts.decompress(opened.blob(layer["digest"])))) as files:
            for file in files:
                if file.name.lstrip("./") == path:
                    return files.extractfile(file).read().decode()
    raise FileNotFoundError(path)


class PodsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not pod.POD.exists():
            raise unittest.SkipTest(f"needs pod environments: there is no {pod.POD}; set COOPER_SHARED")
        if not harness.is_root():
            raise unittest.SkipTest("needs root, for crun")
        harness.need("crun", "setcap", "busybox")
        cls.directory = Path(tempfile.mkdtemp(prefix="cooper-pods-", dir="/var/tmp"))
        cls.addClassCleanup(shutil.rmtree, cls.directory)
        cls.directory.chmod(0o755)
        cls.roots = {own: pod.make_root(cls.directory, own) for own in (False, True)}
        cls.bases = harness.busybox_base()
        cls.context = cls.directory / "context"
        cls.context.mkdir()
        (cls.context / "file").write_text("of the context\n")
        (cls.context / "word").write_text(SECRET)

    def each(self, table, check):
        wanted = os.environ.get("COOPER_PODS", "")
        for (environment, own), expected in table.items():
            if wanted and environment not in wanted.split(","):
                continue
            with self.subTest(environment=environment, own_image=own):
                check(environment, own, expected)

    def build(self, environment, own, dockerfile, *flags, **options):
        """The outcome and the image that was written."""
        (self.context / "Dockerfile").write_text(dockerfile)
        out = Path(tempfile.mkdtemp(dir=self.directory))
        out.chmod(0o777)
        bases = options.pop("bases", self.bases)
        tag = options.pop("tag", "busybox")
        name = options.pop("name", "base")
        outcome = Pod(environment, self.roots[own], bases, options.pop("network", "none")).cooper(
            "build", self.context, out, "--build-context", f"{name}=oci-layout:///bases:{tag}",
            "--output", "type=oci,dest=/out/image.tar", *flags, **options)
        return outcome, out / "image.tar"

    def good(self, environment, own, *args, **options):
        outcome, image = self.build(environment, own, *args, **options)
        self.assertEqual(0, outcome.returncode, outcome.stderr)
        self.image = image
        return outcome, merged(image)

    def compare(self, table, dockerfile, *flags, **options):
        """Builds in each environment on the expected rung, to one result, which it returns."""
        seen = []

        def check(environment, own, rung):
            outcome, entries = self.good(environment, own, dockerfile, *flags, **options)
            taken = re.search(r"^isolation: (\w+)$", outcome.stderr, re.M)
            self.assertEqual(rung, taken and taken[1], outcome.stderr)
            self.assertNotIn(SECRET, outcome.stderr)
            seen.append(entries)
            self.assertEqual(seen[0], entries)

        self.each(table, check)
        return seen[0] if seen else {}

    def test_owners_modes_and_devices(self):
        entries = self.compare(EXPECTED, OWNERS)
        if entries:
            self.assertEqual((33, 44), (entries["data/plain"]["uid"], entries["data/plain"]["gid"]))
            self.assertEqual("char", entries["data/device"]["type"])
            self.assertEqual((0, 42), (entries["data/program"]["uid"], entries["data/program"]["gid"]))
            self.assertEqual(1000, entries["tmp/made-by-user"]["uid"])

    def test_mounts(self):
        entries = self.compare(EXPECTED, MOUNTS, "--secret", "id=word,src=/context/word")
        if entries:
            for name in ("cache", "run/secrets", "mnt", "scratch"):
                self.assertNotIn(name, entries)

    def debian_with_packages(self):
        """Layouts with the tag `debian`."""
        layout = self.directory / "debian"
        context = Path(tempfile.mkdtemp(dir=self.directory))
        (context / "Dockerfile").write_text(PACKAGES)
        harness.run(harness.program(), "build", "--store", self.directory / "debian-store",
                    "--build-context", f"base=oci-layout://{debian_base()}:debian", "-t", "debian:debian",
                    "--output", f"type=layout,dest={layout}", context)
        return layout

    def test_packages_of_debian(self):
        entries = self.compare(EXPECTED, DEBIAN, bases=self.debian_with_packages(), tag="debian")
        if entries:
            agent = entries["usr/bin/ssh-agent"]
            group = next(line.split(":")[2] for line in text_of(self.image, "etc/group").splitlines()
                         if line.startswith("_ssh:"))
            self.assertEqual((0, int(group), "2755"), (agent["uid"], agent["gid"], agent["mode"]))

    def test_store_in_the_containers_own_root(self):
        table = {key: rung for key, rung in EXPECTED.items() if key[0] != "pss-restricted-unconfined"
                 and not key[0].startswith("nonroot")}
        self.compare(table, OWNERS, "--store", "/var/tmp/store", volume=False)

    def test_says_in_one_sentence_why_nothing_runs(self):
        def check(environment, own, advice):
            outcome, image = self.build(environment, own, OWNERS)
            self.assertNotEqual(0, outcome.returncode)
            self.assertFalse(image.exists())
            message = [line for line in outcome.stderr.splitlines() if "RUN cannot be" in line]
            self.assertEqual(1, len(message), outcome.stderr)
            self.assertIn(advice, message[0])

        self.each(IMPOSSIBLE, check)

    def test_builds_without_run_where_nothing_runs(self):
        seen = []

        def check(environment, own, _):
            seen.append(self.good(environment, own, WITHOUT_RUN)[1])
            self.assertEqual(seen[0], seen[-1])

        self.each(IMPOSSIBLE, check)


if __name__ == "__main__":
    harness.main()
