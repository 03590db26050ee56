"""Stages that do not need one another run at the same time."""

import itertools
import json
import os

import harness

STAGES = ("one", "two", "three", "four")


def layer_digests(layout):
    index = json.loads((layout / "index.json").read_text())
    digest = index["manifests"][0]["digest"].removeprefix("sha256:")
    manifest = json.loads((layout / "blobs" / "sha256" / digest).read_text())
    return [layer["digest"] for layer in manifest["layers"]]


class Parallel(harness.CooperTest):
    def test_independent_stages_overlap(self):
        dockerfile = "FROM scratch AS tools\nCOPY busybox /bin/busybox\n"
        for stage in STAGES:
            dockerfile += (f"FROM tools AS {stage}\n"
                           f'RUN ["/bin/busybox", "sh", "-c", '
                           f'"/bin/busybox sleep 2; echo {stage} > /{stage}"]\n')
        dockerfile += "FROM scratch\n"
        for stage in STAGES:
            dockerfile += f"COPY --from={stage} /{stage} /\n"
        image = self.directory / "image.tar"
        built = self.build(self.context({"Dockerfile": dockerfile}), "--jobs", "4", "-t",
                           "parallel:latest", "--output", f"type=oci,dest={image}")
        runs = [step for step in built.steps_run if step.kind == "run"]
        self.assertEqual(len(STAGES), len(runs))
        for first, second in itertools.combinations(runs, 2):
            self.assertLess(max(first.start, second.start), min(first.end, second.end),
                            f"one waited for the other:\n{built.err}")
        rootfs = self.unpack_tar(image, "latest") / "rootfs"
        for stage in STAGES:
            self.assertEqual(f"{stage}\n", (rootfs / stage).read_text())

    def layers_both_ways(self, dockerfile, files):
        """Digests of the layers with detached copies and without; the steps of the former."""
        digests, steps = [], []
        context = self.context({"Dockerfile": dockerfile, **files})
        for number, flags in enumerate(((), ("--skip-pass", "detach-copy"))):
            layout = self.directory / f"layout-{number}"
            built = self.build(
                context, "-t", "detached:1", "--output", f"type=oci,dest={layout},tar=false",
                "--store", self.directory / f"store-{number}", *flags,
                env={"SOURCE_DATE_EPOCH": "1700000000"})
            steps.append(built.steps_run)
            digests.append(layer_digests(layout))
        return digests, steps[0]

    def test_copy_is_written_beside_the_command_below_it(self):
        dockerfile = ("FROM scratch\nCOPY busybox /bin/busybox\n"
                      'RUN ["/bin/busybox", "sleep", "3"]\nCOPY data /srv/data\n')
        digests, steps = self.layers_both_ways(dockerfile, {"data": "x" * 100000})
        self.assertEqual(digests[0][-1], digests[1][-1])
        run = next(step for step in steps if step.kind == "run")
        prepared = next(step for step in steps if step.kind == "prepare")
        self.assertLess(prepared.end, run.end)

    def test_copy_lands_where_the_command_below_it_says(self):
        shell = '"/bin/busybox", "sh", "-c"'
        dockerfile = ("FROM scratch\nCOPY busybox /bin/busybox\nWORKDIR /app\n"
                      f'RUN [{shell}, "cd /; /bin/busybox rmdir /app; /bin/busybox mkdir /other; '
                      '/bin/busybox touch -d @1577836800 /other; /bin/busybox ln -s /other /app"]\nCOPY data /app/\n')
        digests, _ = self.layers_both_ways(dockerfile, {"data": "here"})
        self.assertEqual(digests[0][-1], digests[1][-1])
        image = self.directory / "image.tar"
        self.build(self.context({"Dockerfile": dockerfile, "data": "here"}), "-t", "detached:1",
                   "--output", f"type=oci,dest={image}")
        rootfs = self.unpack_tar(image, "1") / "rootfs"
        self.assertEqual("here", (rootfs / "other/data").read_text())

    def test_layers_are_written_beside_the_one_step_at_a_time(self):
        shell = 'RUN ["/bin/busybox", "sh", "-c", "{}"]\n'
        dockerfile = ("FROM scratch\nCOPY busybox /bin/busybox\n"
                      + shell.format("/bin/busybox head -c 50000000 /dev/urandom > /noise")
                      + shell.format("/bin/busybox sleep 2") + shell.format("echo x > /x"))
        built = self.build(self.context({"Dockerfile": dockerfile}), "--jobs", "1",
                           "--output", "type=cacheonly")
        runs = [step for step in built.steps_run if step.kind == "run"]
        layers = [step for step in built.steps_run if step.kind == "layer"]
        self.assertEqual((3, 4), (len(runs), len(layers)), built.err)
        noise = sorted(layers, key=lambda layer: layer.start)[1]  # after the one of COPY
        self.assertLess(noise.start, runs[1].end, built.err)
        for one, next_one in zip(runs, runs[1:]):
            self.assertLessEqual(one.end, next_one.start, built.err)

    def test_builds_share_a_store(self):
        same = self.context({"Dockerfile": "FROM scratch\nCOPY busybox /bin/busybox\n"
                             'RUN ["/bin/busybox", "sh", "-c", "/bin/busybox sleep 1; echo x > /x"]\n'})
        contexts = [same, same, same]
        for number in range(2):
            contexts.append(self.context(
                {"Dockerfile": f"FROM scratch\nCOPY busybox /bin/busybox\nCOPY own /own-{number}\n",
                 "own": str(number)}, f"context-{number}"))
        tars = [self.directory / f"image-{number}.tar" for number in range(len(contexts))]
        builds = [self.start("build", "-t", "shared:1", "--output", f"type=oci,dest={tar}", context)
                  for context, tar in zip(contexts, tars)]
        for build in builds:
            _, err = build.communicate(timeout=harness.TIMEOUT_SECONDS)
            self.assertEqual(0, build.returncode, err)
        for number, tar in enumerate(tars):
            names = os.listdir(self.unpack_tar(tar, "1") / "rootfs")
            self.assertIn("x" if number < 3 else f"own-{number - 3}", names)
        self.assertStoreIsSound()


if __name__ == "__main__":
    harness.main()
