#!/usr/bin/env python3
"""RUN where the store's file system takes no overlay: steps run in copied roots instead.

The store is on an overlay mount, as it is on a container's own root. What comes out must
be what comes out anywhere else.
"""

import ctypes
import os
import shutil
import sys

import harness
import mounts_test

EPOCH = {"SOURCE_DATE_EPOCH": "1700000000"}
# Of the step: whether its root is a directory of the store.
IN_COPIED_ROOT = "grep -q ' /temporary/[^ ]* / ' /proc/self/mountinfo"


def enter_mount_namespace():
    """So that the mounts of this file are nobody else's and end with it."""
    libc = ctypes.CDLL(None, use_errno=True)
    new_mounts = 0x20000
    if libc.unshare(new_mounts) != 0:
        return False
    harness.run("mount", "--make-rprivate", "/")
    return True


class OverlayStore:
    """Puts the store of a test on an overlay mount."""

    def setUp(self):
        super().setUp()
        if not NAMESPACE:
            self.skipTest("needs root with CAP_SYS_ADMIN")
        self.mount_store()

    def mount_store(self):
        parts = [self.directory / f"store-{name}" for name in ("lower", "upper", "work")]
        for path in (self.store, *parts):
            path.mkdir()
        lower, upper, work = parts
        harness.run("mount", "-t", "overlay", "overlay", "-o",
                    f"lowerdir={lower},upperdir={upper},workdir={work}", self.store)
        self.addCleanup(harness.run, "umount", "-l", self.store)


class MountsInCopiedRoots(OverlayStore, mounts_test.AsRoot):
    """Every test of mounts_test.py once more."""

    def test_plan_shows_mounts_and_makes_nothing(self):
        self.skipTest("the store is there already, as a mount")

    def test_root_is_a_copy(self):
        self.run_build(self.dockerfile(IN_COPIED_ROOT))


class MountsInChroot(mounts_test.AsRoot):
    """The same where nothing can be mounted: mounts are put into the root and taken out."""

    # What needs a mount or a namespace: nothing is read-only for root, a tmpfs has no
    # limit, and a cache is in the root of the one step that has it.
    test_bind_shows_trees_and_drops_what_is_written = None
    test_caches_with_other_ids_or_owners_are_others = None
    test_host_network_and_insecure_need_consent = None
    test_killed_build_leaves_the_cache_usable = None
    test_locked_cache_is_for_one_build_at_a_time = None
    test_network_none_has_only_a_loopback = None
    test_private_cache_waits_for_nobody_and_is_alone = None
    test_secret_is_where_it_belongs_and_nowhere_else = None
    test_shared_cache_is_for_all_at_once = None
    test_tmpfs_has_the_size_it_was_given = None

    def run_build(self, text, *arguments, verb="build", **options):
        isolation = ["--isolation", "chroot"] if verb == "build" else []
        return super().run_build(text, *isolation, *arguments, verb=verb, **options)

    def test_what_is_written_to_read_only_mounts_is_lost(self):
        text = self.dockerfile(
            "--mount=target=/ctx,rw cat /ctx/note && echo new > /ctx/note",
            "--mount=target=/ctx test \"$(cat /ctx/note)\" = kept; touch /ctx/x",
            "--mount=target=/ctx test ! -e /ctx/x",
            "--mount=type=cache,target=/c echo 1 > /c/f",
            "--mount=type=cache,target=/c,ro echo 2 > /c/f",
            "--mount=type=cache,target=/c test \"$(cat /c/f)\" = 1",
            "--mount=type=tmpfs,target=/bin/sub touch /bin/sub/x")
        self.run_build(text, files={"note": "kept"})
        self.assertEqual("kept", (self.context_directory / "note").read_text())
        self.assertLeavesNothing("ctx", "c", "bin/sub")

    def test_secret_is_in_the_root_while_the_step_runs(self):
        secret = self.give_file("token", mounts_test.SECRET)
        outcome = self.run_build(
            self.dockerfile(
                "--mount=type=secret,id=token,uid=3,gid=4,mode=0440 "
                "test \"$(stat -c '%a %u %g' /run/secrets/token)\" = '440 3 4'"
                " && grep -q ^hunter2- /run/secrets/token",
                "--mount=type=secret,id=token,target=/d/t ln /d/t /kept && mv /d /e",
                "test ! -e /run && test ! -e /d/t && test ! -e /e/t && test ! -s /kept"),
            "--secret", f"id=token,src={secret}")
        secret.unlink()
        self.assertNotIn(mounts_test.SECRET, outcome.err + outcome.out)
        self.assertEqual([], mounts_test.holds(self.store, mounts_test.SECRET))
        self.assertLeavesNothing("run", "d", "e/t")

    def test_failed_step_gives_its_cache_back(self):
        mount = "--mount=type=cache,target=/c"
        self.run_build(self.dockerfile(f"{mount} echo half > /c/file; false"), code=1)
        self.run_build(self.dockerfile(f"{mount} grep half /c/file"))

    def test_interrupted_step_gives_its_cache_back(self):
        mount = "--mount=type=cache,target=/c"
        context = self.prepare(
            self.dockerfile(f"{mount} echo half > /c/file; echo started; sleep 600"), None, "context")
        build = self.start("build", "--isolation", "chroot", "--output", "type=cacheonly", context)
        self.addCleanup(self.end, build)
        for line in build.stderr:
            if line.endswith("| started\n"):
                break
        build.terminate()
        build.communicate(timeout=harness.TIMEOUT_SECONDS)
        self.run_build(self.dockerfile(f"{mount} grep half /c/file"))

    def test_machine_names_are_known_and_left_out(self):
        self.run_build(self.dockerfile("grep -q localhost /etc/hosts && test -e /etc/resolv.conf",
                                       "test -c /dev/null && test ! -e /etc/hosts.equiv"))
        self.assertLeavesNothing("etc", "dev")


class SameImage(OverlayStore, harness.CooperTest):
    """Each Dockerfile gives one image, layer by layer, in both forms of a root."""

    BASE = ("FROM scratch\nCOPY busybox /bin/busybox\n"
            'RUN ["/bin/busybox", "--install", "-s", "/bin"]\n')

    def build_both(self, text, files=None, arguments=()):
        context = self.context({"Dockerfile": text, **(files or {})})
        images = []
        for store, name in ((self.store, "copied"), (self.directory / "other-store", "overlay")):
            tar = self.directory / f"{name}.tar"
            outcome = self.build(context, "--store", store, "--output",
                                 f"type=oci,dest={tar},rewrite-timestamp=true", *arguments,
                                 env=EPOCH)
            images.append((outcome.digest, tar))
        (copied, copied_tar), (overlay, overlay_tar) = images
        if copied != overlay:
            names = [mounts_test.layer_names(tar) for tar in (copied_tar, overlay_tar)]
            self.assertEqual(names[0], names[1])
        self.assertEqual(copied, overlay)
        return copied_tar

    def test_owners_modes_links_and_special_files(self):
        self.build_both(
            self.BASE +
            "RUN mkdir -p /a/b && echo 1 > /a/b/f && chown 5:6 /a/b/f && chmod 4755 /a/b/f\n"
            "RUN chown -R 7:8 /a && chmod 1777 /a/b\n"
            "RUN ln /a/b/f /a/g && mkfifo -m 0640 /pipe && mknod /null c 1 3 && ln -s /a /l\n"
            "RUN mv /a/g /a/h && rm /pipe && chmod 600 /null\n"
            # Overlayfs makes a file of its own of the name that is written to.
            "RUN echo more >> /a/h && ln /a/h /a/i\n")

    def test_removed_and_replaced(self):
        self.build_both(
            self.BASE +
            "COPY tree /tree\n"
            "RUN rm /tree/one && rm -r /tree/dir && mkdir /tree/dir && echo new > /tree/dir/new\n"
            "RUN rm -r /tree/dir && echo file > /tree/dir && mkdir /tree/one\n"
            "RUN rm /bin/vi && rm -r /tree/other && ln -s dir /tree/other\n"
            "RUN touch /tree/tmp && rm /tree/tmp\n"
            "RUN echo more >> /tree/dir\n"
            "RUN chmod 711 /\n",
            {"tree/one": "1", "tree/dir/two": "2", "tree/dir/sub/three": "3",
             "tree/other/four": "4"})

    def test_mounts_of_every_type(self):
        tar = self.build_both(
            self.BASE +
            "COPY tree /tree\n"
            "RUN --mount=type=cache,target=/deep/cache --mount=type=tmpfs,target=/tree/dir "
            "--mount=type=secret,id=s,target=/tree/one --mount=target=/ctx "
            "echo x > /deep/cache/f && echo y > /tree/dir/g && cp /ctx/tree/one /copied "
            "&& grep -q hidden /tree/one\n"
            "RUN --mount=type=cache,target=/deep/cache cat /deep/cache/f && test -e /tree/dir/two\n",
            {"tree/one": "1", "tree/dir/two": "2", "s": "hidden"},
            arguments=("--secret", f"id=s,src={self.directory}/context/s"))
        self.assertNotIn("deep", set().union(*mounts_test.layer_names(tar)))

    def test_stages_branches_and_copies(self):
        self.build_both(
            self.BASE.replace("FROM scratch", "FROM scratch AS base") +
            "FROM base AS left\nRUN mkdir /out && echo l > /out/l && rm /bin/vi\n"
            "FROM base AS right\nRUN mkdir /out && echo r > /out/r && rm /bin/vi && echo x > /bin/vi\n"
            "FROM base\nCOPY --from=left /out /out\nRUN test -e /out/l && echo m > /out/m\n"
            "COPY --from=right /out /out\nRUN rm /out/l && cat /out/m /out/r\n"
            "COPY --from=left /bin /other-bin\n",
            arguments=("--jobs", "4"))

    def test_base_image_with_layers(self):
        layout = harness.busybox_base()
        self.build_both(
            "FROM base\nRUN echo 'x:x:7:8::/:/bin/sh' >> /etc/passwd && rm /bin/vi\n"
            "USER x\nRUN id -u > /tmp/id 2>/dev/null || id -u\n"
            "USER 0\nRUN chown -R 7:8 /bin && chown 7:8 /etc /etc/passwd\n",
            arguments=("--build-context", f"base=oci-layout://{layout}:busybox"))

    def test_failed_step_leaves_nothing_for_the_next_build(self):
        context = self.context({"Dockerfile": self.BASE + "RUN echo half > /half && false\n"})
        self.build(context, "--output", "type=cacheonly", code=1)
        self.context({"Dockerfile": self.BASE + "RUN test ! -e /half\n"})
        self.build(context, "--output", "type=cacheonly")
        self.assertStoreIsSound()


NAMESPACE = False

if __name__ == "__main__":
    if harness.is_root() and shutil.which("mount") and shutil.which("umount"):
        NAMESPACE = enter_mount_namespace()
    sys.exit(harness.main())
