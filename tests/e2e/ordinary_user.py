"""cooper as an ordinary user, who has a range of subordinate ids and nothing else.

The user is made up: the mount namespace of each run has an /etc/passwd that knows it.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import harness

USER, UID = "cooper-e2e", 54321
FIRST_ID, IDS = 700000, 65536


class OrdinaryUserTest(harness.CooperTest):
    def setUp(self):
        super().setUp()
        if not harness.is_root():
            self.skipTest("needs root, to become an ordinary user that it made up")
        harness.need("newuidmap", "newgidmap", "setpriv", "unshare", "mount", "umoci")
        # The user's program may not enter the build directory, and must not need to.
        self.home = Path(tempfile.mkdtemp(prefix="cooper-e2e-user-"))
        self.addCleanup(shutil.rmtree, self.home, ignore_errors=True)
        programs = self.home / "bin"
        programs.mkdir()
        for name in ("cooper", "cooper-runner"):
            shutil.copy(Path(harness.program()).parent / name, programs / name)
        self.store = self.home / "store"
        os.chown(self.home, UID, UID)
        self.ids = self.directory / "ids"
        self.ids.mkdir()

    def give(self, path):
        """A copy of the directory `path`, owned by the user."""
        given = self.home / Path(path).name
        shutil.copytree(path, given)
        for one in (given, *given.rglob("*")):
            os.chown(one, UID, UID)
        return given

    def as_user(self, *arguments, ranges=f"{USER}:{FIRST_ID}:{IDS}\n",
                timeout=harness.TIMEOUT_SECONDS):
        """Runs cooper as the user; the outcome with whatever code it ended."""
        passwd = Path("/etc/passwd").read_text() + f"{USER}:x:{UID}:{UID}::{self.home}:/bin/sh\n"
        for name, text in (("passwd", passwd), ("subuid", ranges), ("subgid", ranges)):
            (self.ids / name).write_text(text)
            if not Path("/etc", name).exists():
                self.skipTest(f"needs the file /etc/{name}, to mount another one on it")
        script = ('cd "$1"; shift; '
                  "for name in passwd subuid subgid; do mount --bind $name /etc/$name || exit 99; done; "
                  'cd "$HOME"; exec "$@"')
        become = ["setpriv", f"--reuid={UID}", f"--regid={UID}", "--clear-groups"]
        command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh",
                   self.ids, *become, self.home / "bin" / "cooper", *arguments]
        done = subprocess.run([str(word) for word in command], text=True, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                              cwd=self.directory, timeout=timeout,
                              env=self.environment({"HOME": str(self.home)}))
        return harness.Outcome(done.returncode, done.stdout, done.stderr)
