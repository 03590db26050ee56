"""Stages that do not need one another run at the same time."""

import itertools
import os

import harness

STAGES = ("one", "two", "three", "four")


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
