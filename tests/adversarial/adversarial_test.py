#!/usr/bin/env python3
"""Hostile images and contexts of ../shared/adversarial, judged by its oracle: see README.md."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

import harness  # noqa: E402
from ordinary_user import OrdinaryUserTest  # noqa: E402

SHARED = Path(os.environ.get("COOPER_SHARED", HERE.parents[2].parent / "shared"))
SUITE = SHARED / "adversarial"
SECONDS = 1200
# Everything that a hostile image can do at a build: its user, owners and triggers are looked up.
# The generator leaves this image as it was, so there is nothing to refuse; see
# test_a_manifest_of_no_bytes.
NOT_HOSTILE = "^json-empty$"
# `kill -9 $$` as process 1 of its namespace, which is what a command of RUN is (conformance case
# run-004): the signal is ignored, and the shell goes on. See test_a_command_that_a_signal_ends.
NO_SIGNAL = "^exit-signal$"
HOSTILE_BASE = """FROM base
COPY --from=tools --chown=nobody:nobody busybox /tmp/tools/busybox
RUN --mount=from=tools,target=/run/tools ["/run/tools/busybox", "true"]
"""


def setUpModule():
    if not SUITE.is_dir():
        raise unittest.SkipTest(f"there is no {SUITE}; COOPER_SHARED names the directory that has it")


class Oracle(OrdinaryUserTest):
    """All as an ordinary user with subordinate ids, in a pid namespace of its own."""

    def setUp(self):
        super().setUp()
        # Paths in it are deeper than Python can remove.
        self.addCleanup(subprocess.run, ["rm", "-rf", self.home])
        # On one disk, because some of the contexts have hard links to the canary.
        self.disk = self.home / "disk"
        self.canary = self.disk / "canary"
        self.owner = self.home.stat().st_uid
        self.disk.mkdir()

    def generate(self, generator, *arguments):
        corpus = self.home / "corpus"
        harness.run(sys.executable, "-B", SUITE / generator, "--out", corpus, "--canary", self.canary, *arguments)
        harness.run("chown", "-R", "-h", f"{self.owner}:{self.owner}", corpus)
        return corpus

    def judge(self, what, corpus, command, *arguments, as_root=False):
        """Runs the oracle and fails with its verdicts on what is bad."""
        # The user may not enter the home of whoever runs the tests, where a Python may be.
        python = sys.executable if as_root else "/usr/bin/python3"
        oracle = [python, "-B", SUITE / "oracle.py", what, "--dir", corpus, "--work", self.disk / "work", "--cmd", command,
                  *arguments]
        if not as_root:
            oracle = self.in_passwd("prlimit", "--nproc=6000", *oracle)
        # What a step starts cannot outlive this, nor see other processes, nor fill the disk.
        confined = ["unshare", "--fork", "--pid", "--mount", "--mount-proc", "--kill-child", "--propagation",
                    "private", "sh", "-c",
                    'mount -t tmpfs -o size=1800m,mode=1777 disk "$1" && shift && exec "$@"', "sh", self.disk, *oracle]
        done = subprocess.run([str(word) for word in confined], text=True, errors="replace", stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=SECONDS,
                              env={**os.environ, "HOME": str(self.home), "PYTHONDONTWRITEBYTECODE": "1"})
        lines = done.stdout.splitlines()
        summary = lines[-1] if lines else ""
        print(f"{what}: {summary}", file=sys.stderr)
        bad = [line for line in lines if not line.startswith("ok")]
        self.assertEqual([summary], bad, done.stderr[-2000:])
        self.assertEqual(0, done.returncode, done.stderr[-2000:])
        return summary

    def build_command(self, *flags):
        program = self.home / "bin" / "cooper"
        return (f"{program} build --store {{out}}/../store -f {{dockerfile}} --output type=oci,dest={{out}}/image.tar "
                f"{' '.join(flags)} {{args}} {{bases}} {{ctx}}")

    def test_layers_are_unpacked(self):
        corpus = self.generate("gen_layers.py")
        command = (f"{self.home}/bin/cooper image unpack --store {{out}}.store "
                   "{kind}:{layout}:latest {out}")
        for as_root in (False, True):
            with self.subTest(as_root=as_root):
                self.judge("layers", corpus, command, "--root", "", "--op", "unpack", "--skip", NOT_HOSTILE,
                           as_root=as_root)

    def test_a_manifest_of_no_bytes(self):
        layout = self.home / "layout"
        blobs = layout / "blobs" / "sha256"
        blobs.mkdir(parents=True)
        digest = hashlib.sha256(b"").hexdigest()
        (blobs / digest).write_bytes(b"")
        (layout / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
        (layout / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [
            {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": f"sha256:{digest}", "size": 0}]}))
        refused = self.cooper("image", "unpack", f"oci:{layout}", self.directory / "tree", code=1)
        self.assertDiagnostic(refused, "[image-invalid]", "JSON")
        self.assertFalse((self.directory / "tree").exists())

    def test_layers_are_built_on(self):
        corpus = self.generate("gen_layers.py", "--only", "passwd|cfg|run|user|proc|dev|sys|etc|tmp|bin")
        context = self.home / "context"
        tools = self.home / "tools"
        for directory in (context, tools):
            directory.mkdir()
        (context / "Dockerfile").write_text(HOSTILE_BASE)
        shutil.copy("/bin/busybox", tools / "busybox")
        command = (f"{self.home}/bin/cooper build --isolation userns --store {{out}}.store "
                   "--output type=oci,dest={out}.tar "
                   f"--build-context base=oci-layout://{{layout}}:latest --build-context tools={tools} {context}")
        self.judge("layers", corpus, command, "--op", "build,run")

    def test_contexts_are_built(self):
        corpus = self.generate("gen_contexts.py")
        tar = f"{self.home}/bin/cooper build --store {{out}}/../store --output type=oci,dest={{out}}/image.tar - < {{ctxtar}}"
        self.judge("contexts", corpus, self.build_command(), "--op", "parse,graph,copy", "--tar-cmd", tar)
        self.judge("contexts", corpus, self.build_command("--isolation", "userns"), "--op", "run", "--skip", NO_SIGNAL)

    def test_a_command_that_a_signal_ends(self):
        context = self.context({"Dockerfile": """FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "sh", "-c", "/bin/busybox sh -c 'kill -9 $$'; exit $?"]
"""})
        ended = self.build(context, "--output", "type=cacheonly", code=1)
        self.assertDiagnostic(ended, "[run-failed]", "ended with status 137", "SIGKILL")


if __name__ == "__main__":
    harness.main()
