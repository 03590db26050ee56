"""Stages that do not need one another run at the same time."""

import itertools

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


if __name__ == "__main__":
    harness.main()
