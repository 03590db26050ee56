"""Every way out of a build, and back in, as other tools see it."""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import harness

DOCKERFILE = """FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "sh", "-c", "echo made by RUN > /made.txt"]
LABEL subject=outputs
CMD ["/bin/busybox", "cat", "/made.txt"]
"""


class Outputs(harness.CooperTest):
    def setUp(self):
        super().setUp()
        self.source = self.context({"Dockerfile": DOCKERFILE})

    def assertIsTheImage(self, bundle):
        self.assertEqual("made by RUN\n", self.run_bundle(bundle))

    def test_oci_tar(self):
        tar = self.directory / "image.tar"
        built = self.build(self.source, "-t", "app:1", "--output", f"type=oci,dest={tar}")
        inspected = json.loads(harness.run("skopeo", "inspect", f"oci-archive:{tar}").stdout)
        self.assertEqual(built.digest, inspected["Digest"])
        self.assertEqual("outputs", inspected["Labels"]["subject"])
        self.assertIsTheImage(self.unpack_tar(tar, "1"))

    def test_export_that_is_killed_leaves_nothing(self):
        (self.source / "big").write_bytes(os.urandom(128 << 20))
        (self.source / "Dockerfile").write_text("FROM scratch\nCOPY big /big\n")
        output = self.directory / "output"
        output.mkdir()
        with tempfile.TemporaryFile(dir=output, prefix="probe") as probe:
            if os.fstat(probe.fileno()).st_nlink != 0:
                self.skipTest("needs a file system with O_TMPFILE")
        for kind in ("oci", "docker", "layout"):
            with self.subTest(kind=kind):
                arguments = ["-t", "app:1", "--output", f"type={kind},dest={output / 'image'}"]
                process = self.start("build", *arguments, self.source)
                self.wait_until_it_writes(process, output)
                process.kill()
                process.communicate()
                # What a directory was filled as stays until the next export to its place.
                if kind != "layout":
                    self.assertNothingWritten(output)
                self.build(self.source, *arguments)
                self.assertNothingWritten(output, ["image"])
                shutil.rmtree(output / "image", ignore_errors=True)
                (output / "image").unlink(missing_ok=True)

    def wait_until_it_writes(self, process, output):
        """Until the process has a file below `output` open in which there is something."""
        descriptors = Path("/proc", str(process.pid), "fd")
        while process.poll() is None:
            for descriptor in descriptors.iterdir():
                try:
                    target = os.readlink(descriptor)
                    if target.startswith(f"{output}/") and os.stat(descriptor).st_size > 0:
                        return
                except OSError:  # closed meanwhile
                    pass
        self.fail("the export was over before it was seen")

    def test_oci_tar_to_standard_output(self):
        tar = self.directory / "image.tar"
        with open(tar, "wb") as out:
            process = subprocess.run([harness.program(), "build", "--output", "type=oci,dest=-",
                                      "-t", "app:1", self.source], stdout=out,
                                     stderr=subprocess.PIPE, env=self.environment(), check=False)
        self.assertEqual(0, process.returncode, process.stderr)
        self.assertIsTheImage(self.unpack_tar(tar, "1"))

    def test_docker_tar(self):
        tar = self.directory / "image.tar"
        self.build(self.source, "-t", "app:1", "--output", f"type=docker,dest={tar}")
        layout = self.directory / "copied"
        harness.need("skopeo")
        harness.run("skopeo", "copy", f"docker-archive:{tar}", f"oci:{layout}:copied")
        self.assertIsTheImage(self.unpack(layout, "copied"))

    def test_docker_tar_loads_under_its_name(self):
        harness.need("podman")
        tar = self.directory / "image.tar"
        self.build(self.source, "-t", "example.com/team/app:1", "--output", f"type=docker,dest={tar}")
        podman = ["podman", "--root", self.directory / "podman", "--runroot",
                  self.directory / "podman-run", "--storage-driver", "vfs"]
        harness.run(*podman, "load", "--input", tar)
        names = harness.run(*podman, "images", "--format", "{{.Repository}}:{{.Tag}}").stdout
        self.assertEqual("example.com/team/app:1\n", names)
        harness.run(*podman, "image", "rm", "example.com/team/app:1")

    def test_layout_keeps_images_that_are_there(self):
        layout = self.directory / "layout"
        output = f"type=layout,dest={layout}"
        self.build(self.source, "-t", "app:first", "--output", output)
        (self.source / "Dockerfile").write_text(DOCKERFILE.replace("made by RUN", "made later"))
        self.build(self.source, "-t", "app:second", "--output", output)
        self.assertIsTheImage(self.unpack(layout, "first"))
        self.assertEqual("made later\n", self.run_bundle(self.unpack(layout, "second")))
        tags = harness.run("umoci", "ls", "--layout", layout).stdout.split()
        self.assertEqual(["first", "second"], sorted(tags))

    def test_layout_becomes_a_named_context(self):
        layout = self.directory / "layout"
        self.build(self.source, "-t", "app:1", "--output", f"type=layout,dest={layout}")
        child = self.context({"Dockerfile": "FROM parent\n"
                              'RUN ["/bin/busybox", "sh", "-c", "/bin/busybox cat /made.txt >> /more.txt"]\n'
                              'CMD ["/bin/busybox", "cat", "/more.txt"]\n'}, "child", busybox=False)
        output = self.directory / "child.tar"
        self.build(child, "--build-context", f"parent=oci-layout://{layout}:1", "-t", "child:1",
                   "--output", f"type=oci,dest={output}")
        self.assertIsTheImage(self.unpack_tar(output, "1"))


class PlainRegistry(harness.CooperTest):
    user = None

    @classmethod
    def setUpClass(cls):
        harness.need("skopeo", "umoci")
        cls.registry = harness.Registry(cls.user, "right" if cls.user else None)
        cls.addClassCleanup(cls.registry.stop)

    def setUp(self):
        super().setUp()
        self.source = self.context({"Dockerfile": DOCKERFILE})
        self.login = {}
        self.credentials = []
        if self.user:
            config = self.docker_config(self.registry.host, self.user, "right")
            self.login = {"DOCKER_CONFIG": str(config)}
            self.credentials = ["--creds", f"{self.user}:right"]

    def inspect(self, name):
        return json.loads(harness.run("skopeo", "inspect", "--tls-verify=false", *self.credentials,
                                      f"docker://{name}").stdout)

    def pull(self, name):
        """The image as skopeo fetches it, unpacked."""
        layout = self.directory / "pulled"
        credentials = [f"--src-{word[2:]}" if word.startswith("--") else word
                       for word in self.credentials]
        harness.run("skopeo", "copy", "--src-tls-verify=false", *credentials, f"docker://{name}",
                    f"oci:{layout}:pulled")
        return self.unpack(layout, "pulled")

    def test_push(self):
        name = f"{self.registry.host}/team/pushed:1"
        built = self.build(self.source, "--push", "-t", name, env=self.login)
        self.assertEqual(built.digest, self.inspect(name)["Digest"])
        self.assertEqual("made by RUN\n", self.run_bundle(self.pull(name)))

    def test_pull_of_what_was_pushed(self):
        parent = f"{self.registry.host}/team/parent:1"
        self.build(self.source, "--push", "-t", parent, env=self.login)
        child = self.context({"Dockerfile": f"FROM {parent}\nCOPY busybox /copied/\n"
                              'RUN ["/bin/busybox", "touch", "/touched"]\n'}, "child")
        name = f"{self.registry.host}/team/child:1"
        # A store that has never seen the parent.
        self.store = self.directory / "other-store"
        self.build(child, "--push", "-t", name, env=self.login)
        bundle = self.pull(name)
        self.assertEqual("made by RUN\n", self.run_bundle(bundle))
        self.assertTrue((bundle / "rootfs" / "copied" / "busybox").exists())
        self.assertTrue((bundle / "rootfs" / "touched").exists())
        self.assertEqual(self.inspect(parent)["Layers"], self.inspect(name)["Layers"][:2])

    def test_gitlab_job_of_kaniko(self):
        # The two calls of a job that keeps a tar between build and push.
        name = f"{self.registry.host}/team/job:1"
        tar = self.directory / "image.tar"
        flags = ["--context", self.source, "--dockerfile", self.source / "Dockerfile",
                 "--destination", name]
        self.cooper(*flags, "--no-push", "--tar-path", tar, executable=self.executor(), env=self.login)
        layout = self.directory / "from-tar"
        harness.run("skopeo", "copy", f"docker-archive:{tar}", f"oci:{layout}:t")
        self.assertEqual("made by RUN\n", self.run_bundle(self.unpack(layout, "t")))
        tags = harness.run("skopeo", "list-tags", "--tls-verify=false", *self.credentials,
                           f"docker://{self.registry.host}/team/job", code=None)
        self.assertNotEqual(0, tags.returncode, "--no-push pushed")

        digest = self.directory / "digest"
        self.cooper(*flags, "--digest-file", digest, executable=self.executor(), env=self.login)
        self.assertEqual(digest.read_text(), self.inspect(name)["Digest"])
        self.assertEqual("made by RUN\n", self.run_bundle(self.pull(name)))


class PasswordRegistry(PlainRegistry):
    user = "builder"


if __name__ == "__main__":
    harness.main()
