#!/usr/bin/env python3
"""What cooper says when it may not open as many files as it needs."""

import harness

WORLD = 3


class Descriptors(harness.CooperTest):
    def test_too_few_are_not_the_inputs_fault(self):
        harness.need("prlimit")
        context = self.context({"Dockerfile": "FROM scratch\nCOPY file /\n", "file": "text"}, busybox=False)
        told = ""
        # With fewer the program cannot be loaded; how many are enough differs a little.
        for count in range(4, 65):
            for command in (["check"], ["build", "--store", self.store, "--no-cache", "--output", "type=cacheonly"]):
                process = self.start(*command, context, prefix=("prlimit", f"--nofile={count}:{count}"))
                _, err = process.communicate(timeout=harness.TIMEOUT_SECONDS)
                self.assertIn(process.returncode, (0, WORLD), f"{count}: {err}")
                if process.returncode != 0:
                    self.assertIn("too many open files; raise the limit of open files", err)
                told += err
        self.assertEqual(0, process.returncode, err)
        self.assertIn("[environment]", told)
        self.assertStoreIsSound()


if __name__ == "__main__":
    harness.main()
