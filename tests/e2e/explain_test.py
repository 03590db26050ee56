#!/usr/bin/env python3
"""Why a step runs again: what `plan` says before a build, and `explain` after it."""

import json
import os

import harness

DOCKERFILE = """FROM scratch AS tools
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
FROM tools AS build
ARG VERSION=1
COPY src /src
RUN cat /src/a > /out
FROM tools
COPY --from=build /out /app
"""
CACHE_ONLY = ("--output", "type=cacheonly")


class Explain(harness.CooperTest):
    def setUp(self):
        super().setUp()
        self.top = self.context({"Dockerfile": DOCKERFILE, "src/a": "one\n", "src/b": "two\n"})

    def reasons(self, *arguments):
        """Why each step runs that does, by title; of the first step of each."""
        plan = json.loads(self.cooper("plan", "--format", "json", *arguments, self.top).out)
        reasons = {}
        for step in plan["steps"]:
            if step["state"] == "run":
                reasons.setdefault(step["name"], step["reason"])
        return reasons

    def test_first_build_and_what_a_change_changes(self):
        first = self.reasons()
        self.assertEqual("no record of this step", first["COPY busybox /bin/busybox"])
        self.build(self.top, *CACHE_ONLY)
        self.assertEqual({}, self.reasons())

        (self.top / "src" / "a").write_text("three\n")
        os.chmod(self.top / "src" / "b", 0o600)
        (self.top / "src" / "c").write_text("new\n")
        changed = self.reasons("--build-arg", "VERSION=2")
        copied = changed["COPY src /src"]
        self.assertIn("`src/a` changed (", copied)
        self.assertIn("`src/b`: file 0644 0:0 -> file 0600 0:0", copied)
        self.assertIn("`src/c` is new", copied)
        self.assertTrue(changed["RUN cat /src/a > /out"].startswith("variable `VERSION` changed; follows step "))
        self.assertTrue(changed["COPY --from=build /out /app"].startswith("follows step "))
        self.assertNotIn("COPY busybox /bin/busybox", changed)

    def test_a_command_that_changed(self):
        self.build(self.top, *CACHE_ONLY)
        file = self.top / "Dockerfile"
        file.write_text(file.read_text().replace("cat /src/a", "cat /src/b"))
        self.assertEqual("the command changed: `cat /src/a > /out` -> `cat /src/b > /out`",
                         self.reasons()["RUN cat /src/b > /out"])

    def test_a_result_that_is_gone(self):
        self.build(self.top, *CACHE_ONLY)
        self.cooper("store", "prune", "--all")
        self.assertEqual("its result is not in the store any more",
                         self.reasons()["COPY busybox /bin/busybox"])

    def test_what_a_build_did(self):
        self.build(self.top, *CACHE_ONLY)
        (self.top / "src" / "a").write_text("three\n")
        built = self.build(self.top, *CACHE_ONLY)

        overview = self.cooper("explain", "--context", self.top).out
        self.assertIn("7 steps: 3 done, 4 cached", overview)
        self.assertIn(f"image stage2 {built.digest}", overview)
        for line in overview.splitlines():
            self.assertLessEqual(len(line), 100, line)

        step = self.cooper("explain", "copy SRC", "--context", self.top).out
        self.assertIn("`src/a` changed (", step)
        self.assertIn("src/a file 0644 0:0 ", step)
        self.assertEqual(step, self.cooper("explain", ":6", cwd=self.top).out)
        report = json.loads(self.cooper("explain", "--format", "json", "--context", self.top).out)
        self.assertEqual(["cached", "cached", "done", "done", "cached", "cached", "done"],
                         [step["outcome"] for step in report["steps"]])

    def test_a_build_that_failed(self):
        file = self.top / "Dockerfile"
        file.write_text(file.read_text().replace("cat /src/a > /out", "echo some; exit 7"))
        self.build(self.top, *CACHE_ONLY, code=1)
        overview = self.cooper("explain", "--context", self.top).out
        self.assertIn("ended with status 7", overview)
        self.assertIn("1 failed", overview)
        # It was never built, so there is nothing to compare with.
        self.assertEqual("no record of this step", self.reasons()["RUN echo some; exit 7"])

    def test_values_of_arguments_are_not_shown(self):
        self.build(self.top, "--build-arg", "VERSION=hush-hush", *CACHE_ONLY)
        told = (str(self.reasons("--build-arg", "VERSION=other")) +
                self.cooper("explain", "run cat", "--context", self.top).out)
        self.assertIn("VERSION", told)
        self.assertNotIn("hush-hush", told)

    def test_what_there_is_not(self):
        nothing = self.cooper("explain", "--context", self.top, code=2)
        self.assertIn("knows no build of", nothing.err)
        self.assertFalse(self.store.exists())
        self.build(self.top, *CACHE_ONLY)
        self.assertIn("has no step `99`", self.cooper("explain", "99", "--context", self.top, code=2).err)


if __name__ == "__main__":
    harness.main()
