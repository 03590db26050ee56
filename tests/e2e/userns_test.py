"""The example as an ordinary user, who has a range of subordinate ids and nothing else."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import harness

USER, UID = "cooper-e2e", 54321
FIRST_ID, IDS = 700000, 65536


class OrdinaryUser(harness.CooperTest):
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
        self.example = self.home / "context"
        shutil.copytree(harness.CHECKOUT / "examples" / "quickstart", self.example)
        if not harness.BUSYBOX.exists():
            self.skipTest("needs /bin/busybox (package busybox-static)")
        shutil.copy(harness.BUSYBOX, self.example / "busybox")
        for path in (self.home, self.example, *self.example.iterdir()):
            os.chown(path, UID, UID)
        self.ids = self.directory / "ids"
        self.ids.mkdir()

    def as_user(self, *arguments, ranges=f"{USER}:{FIRST_ID}:{IDS}\n"):
        """Runs cooper as the user, who exists in a mount namespace only."""
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
                              cwd=self.directory, timeout=harness.TIMEOUT_SECONDS,
                              env=self.environment({"HOME": str(self.home)}))
        return harness.Outcome(done.returncode, done.stdout, done.stderr)

    def build(self, *arguments, **options):
        return self.as_user("build", "--build-arg", "NAME=Debian", "-t", "quickstart:latest",
                            "--output", f"type=oci,dest={self.home}/image.tar", *arguments,
                            self.example, **options)

    def test_example_builds_and_is_cached(self):
        first = self.build()
        self.assertEqual(0, first.code, first.err)
        self.assertEqual(3, sum(step.kind == "run" for step in first.steps_run))
        bundle = self.unpack_tar(self.home / "image.tar", "latest")
        self.assertEqual("Hello, Debian! This image was made without a daemon.\n",
                         self.run_bundle(bundle))
        second = self.build()
        self.assertEqual((0, []), (second.code, second.steps_run), second.err)

    def test_image_is_the_one_that_root_makes(self):
        theirs = self.build()
        self.assertEqual(0, theirs.code, theirs.err)
        self.store = self.directory / "store"
        tar = self.directory / "image.tar"
        ours = self.cooper("build", "--build-arg", "NAME=Debian", "-t", "quickstart:latest",
                           "--output", f"type=oci,dest={tar}", self.example)
        self.assertEqual(len(ours.steps_run), len(theirs.steps_run))
        self.assertEqual(self.files_of(tar), self.files_of(self.home / "image.tar"))

    def files_of(self, image):
        """Everything of each file but its time, which RUN sets."""
        rootfs = self.unpack_tar(image, "latest") / "rootfs"
        files = {}
        for path in sorted(rootfs.rglob("*")):
            status = path.lstat()
            files[str(path.relative_to(rootfs))] = (
                oct(status.st_mode), status.st_uid, status.st_gid,
                path.read_bytes() if path.is_file() and not path.is_symlink() else None)
        return files

    def test_files_of_other_users_can_be_made(self):
        (self.example / "Dockerfile").write_text(
            "FROM scratch\nCOPY --chown=33:44 busybox /bin/busybox\n"
            'RUN ["/bin/busybox", "sh", "-c", "echo x > /x; /bin/busybox chown 1000:1001 /x"]\n')
        built = self.build()
        self.assertEqual(0, built.code, built.err)
        rootfs = self.unpack_tar(self.home / "image.tar", "latest") / "rootfs"
        for path, owner in (("bin/busybox", (33, 44)), ("x", (1000, 1001))):
            status = os.stat(rootfs / path)
            self.assertEqual(owner, (status.st_uid, status.st_gid), path)

    def test_user_without_ids_is_told_what_to_do(self):
        outcome = self.build(ranges="someone:100000:65536\n")
        self.assertEqual(3, outcome.code, outcome.err)
        self.assertDiagnostic(outcome, "[sandbox]", "Dockerfile:4:1: error: ", "/etc/subuid", USER)
        self.assertEqual([], outcome.steps_run)
        self.assertFalse((self.home / "image.tar").exists())


if __name__ == "__main__":
    harness.main()
