"""The example as an ordinary user."""

import os
import shutil

import harness
from ordinary_user import USER, OrdinaryUserTest


class Quickstart(OrdinaryUserTest):
    def setUp(self):
        super().setUp()
        example = self.context({})
        shutil.copytree(harness.CHECKOUT / "examples" / "quickstart", example, dirs_exist_ok=True)
        self.example = self.give(example)

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

    def test_isolation_by_name_that_is_not_to_be_had_is_refused(self):
        outcome = self.build("--isolation", "userns", ranges="someone:100000:65536\n")
        self.assertEqual(3, outcome.code, outcome.err)
        self.assertDiagnostic(outcome, "[sandbox]", "Dockerfile:4:1: error: ", "/etc/subuid", USER)
        self.assertEqual([], outcome.steps_run)
        self.assertFalse((self.home / "image.tar").exists())

    def test_user_without_ids_builds_with_one_and_is_told_why(self):
        outcome = self.build(ranges="someone:100000:65536\n")
        self.assertEqual(0, outcome.code, outcome.err)
        self.assertIn("isolation: userns1\n", outcome.err)
        self.assertRegex(outcome.err, f"not userns: .*{USER}.*/etc/subuid")


if __name__ == "__main__":
    harness.main()
