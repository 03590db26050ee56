"""cooper as an ordinary user, who has a range of subordinate ids and nothing else.

The user is made up: the mount namespace of each run has an /etc/passwd that knows it.
"""

import os
import shutil
import signal
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

    def in_passwd(self, *command, ranges=f"{USER}:{FIRST_ID}:{IDS}\n"):
        """The command where the user exists; it starts in the user's home."""
        passwd = Path("/etc/passwd").read_text() + f"{USER}:x:{UID}:{UID}::{self.home}:/bin/sh\n"
        for name, text in (("passwd", passwd), ("subuid", ranges), ("subgid", ranges)):
            (self.ids / name).write_text(text)
            if not Path("/etc", name).exists():
                self.skipTest(f"needs the file /etc/{name}, to mount another one on it")
        script = ('cd "$1"; cd_home="$2"; shift 2; '
                  "for name in passwd subuid subgid; do mount --bind $name /etc/$name || exit 99; done; "
                  'cd "$cd_home"; exec "$@"')
        become = ["setpriv", f"--reuid={UID}", f"--regid={UID}", "--clear-groups"]
        return [str(word) for word in ("unshare", "--mount", "--propagation", "private", "sh", "-c",
                                       script, "sh", self.ids, self.home, *become, *command)]

    def start_as_user(self, *arguments, env=None, **options):
        """Starts cooper as the user, in a session of its own, without waiting."""
        command = self.in_passwd(self.home / "bin" / "cooper", *arguments, **options)
        return subprocess.Popen(command, text=True, errors="replace", stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                start_new_session=True, cwd=self.directory,
                                env=self.environment({"HOME": str(self.home), **(env or {})}))

    def as_user(self, *arguments, timeout=harness.TIMEOUT_SECONDS, **options):
        """Runs cooper as the user; the outcome with whatever code it ended."""
        process = self.start_as_user(*arguments, **options)
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        return harness.Outcome(process.returncode, out, err)
