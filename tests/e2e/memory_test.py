"""Copying much takes little memory: the peak of the build, printed."""

import os
import re

import harness

MEGABYTE = 1 << 20
COPIED = 500 * MEGABYTE
LIMIT_BYTES = 100 * MEGABYTE


def write_blocks(path, size):
    """Noise, so that the compressor and the layer have something to do."""
    with open(path, "wb") as file:
        for _ in range(size // MEGABYTE):
            file.write(os.urandom(MEGABYTE))


class Memory(harness.CooperTest):
    def peak(self, context, *arguments):
        """The largest resident set of one process of the build, in bytes."""
        report = self.directory / "peak"
        self.build(context, *arguments, prefix=("time", "--format", "%M", "--output", report),
                   timeout=600)
        return int(re.findall(r"\d+", report.read_text())[-1]) * 1024

    def test_copying_500_megabytes(self):
        harness.need("time")
        context = self.context({"Dockerfile": "FROM scratch\nCOPY data /data\n"}, busybox=False)
        (context / "data").mkdir()
        write_blocks(context / "data" / "large", COPIED // 2)
        for number in range(50):
            write_blocks(context / "data" / f"file-{number}", COPIED // 100)
        image = self.directory / "image.tar"
        peak = self.peak(context, "-t", "large:1", "--output", f"type=oci,dest={image}")
        self.assertGreater(image.stat().st_size, COPIED)
        print(f"copying {COPIED // MEGABYTE} MB peaks at {peak // MEGABYTE} MB of memory")
        self.assertLess(peak, LIMIT_BYTES)


if __name__ == "__main__":
    harness.main()
