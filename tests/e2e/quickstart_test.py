"""The example of the README, as its user meets it."""

import json
import shutil

import harness


class Quickstart(harness.CooperTest):
    def setUp(self):
        super().setUp()
        self.example = self.context({})
        shutil.copytree(harness.CHECKOUT / "examples" / "quickstart", self.example, dirs_exist_ok=True)
        self.image = self.directory / "image.tar"

    def build_example(self):
        return self.build(self.example, "--build-arg", "NAME=Debian", "-t", "quickstart:latest",
                          "--output", f"type=oci,dest={self.image}")

    def test_second_build_runs_no_step(self):
        first = self.build_example()
        self.assertEqual([], first.steps_cached)
        self.assertEqual(3, sum(step.kind == "run" for step in first.steps_run))
        second = self.build_example()
        self.assertEqual([], second.steps_run)
        self.assertEqual(len(first.steps_run), len(second.steps_cached))

    def test_changed_argument_reruns_only_what_reads_it(self):
        self.build_example()
        other = self.build(self.example, "--build-arg", "NAME=you", "--output", "type=cacheonly")
        # A layer's place on others is part of its identity, so the last COPY is made again too.
        self.assertEqual(["COPY --from=checksum /checksum.txt /srv/",
                          "COPY --from=page /page.txt /srv/",
                          'RUN sed "s/@NAME@/$NAME/" greeting.txt > /page.txt'],
                         sorted(step.title for step in other.steps_run))

    def test_build_without_cache_makes_new_results_that_later_builds_use(self):
        (self.example / "Dockerfile").write_text(
            "FROM scratch\nCOPY busybox /bin/busybox\n"
            'RUN ["/bin/busybox", "sh", "-c", "while read -r id; do echo $id; done '
            '< /proc/sys/kernel/random/uuid > /id"]\n')

        def identity(*arguments):
            self.build(self.example, *arguments, "-t", "id:1", "--output", f"type=oci,dest={self.image}")
            return (self.unpack_tar(self.image, "1") / "rootfs" / "id").read_text()

        first = identity()
        self.assertEqual(first, identity())
        second = identity("--no-cache")
        self.assertNotEqual(first, second)
        self.assertEqual(second, identity())
        self.assertStoreIsSound()

    def test_plan_says_the_same_before(self):
        before = self.cooper("plan", "--build-arg", "NAME=Debian", self.example)
        self.assertIn("10 steps: 10 to run", before.out)
        self.build_example()
        after = self.cooper("plan", "--build-arg", "NAME=Debian", self.example)
        self.assertIn("10 steps: 10 cached", after.out)

    def stored(self):
        """Each path of the store with what any change of it would change."""
        found = {}
        for path in [self.store, *self.store.rglob("*")]:
            status = path.lstat()
            found[path] = (status.st_mode, status.st_size, status.st_ctime_ns)
        return found

    def test_plan_leaves_the_store_alone(self):
        dockerfile = self.example / "Dockerfile"
        # With a base image, whose manifest and configuration a build keeps.
        base = ["--build-context", f"base=oci-layout://{harness.busybox_base()}:busybox"]
        dockerfile.write_text("FROM base\nRUN touch /made\n")
        arguments = ["plan", *base, self.example]
        self.assertIn("3 to run", self.cooper(*arguments).out)
        self.assertFalse(self.store.exists())

        self.build(self.example, *base, "-t", "app:1", "--output", f"type=oci,dest={self.image}")
        before = self.stored()
        cached = self.cooper(*arguments).out
        self.assertNotIn("to run", cached)
        self.assertEqual(before, self.stored())

        if not harness.is_root():
            self.skipTest("needs root, to mount the store read-only")
        harness.need("unshare", "mount")
        script = 'mount --bind -o ro "$0" "$0" && ! touch "$0/x" 2>/dev/null && exec "$@"'
        read_only = ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, self.store]
        self.assertEqual(cached, self.cooper(*arguments, prefix=read_only).out)

    def test_other_tools_agree_on_the_result(self):
        harness.need("skopeo", "umoci")
        built = self.build_example()
        inspected = json.loads(harness.run("skopeo", "inspect", f"oci-archive:{self.image}").stdout)
        self.assertEqual(built.digest, inspected["Digest"])
        self.assertEqual(3, len(inspected["Layers"]))
        bundle = self.unpack_tar(self.image, "latest")
        page = (bundle / "rootfs" / "srv" / "page.txt").read_text()
        self.assertEqual("Hello, Debian! This image was made without a daemon.\n", page)
        self.assertEqual(page, self.run_bundle(bundle))
        checksum = (bundle / "rootfs" / "srv" / "checksum.txt").read_text().split()[0]
        expected = harness.run("sha256sum", self.example / "greeting.txt").stdout.split()[0]
        self.assertEqual(expected, checksum)


if __name__ == "__main__":
    harness.main()
