"""A broad Dockerfile, checked in the unpacked result and in the image's configuration."""

import io
import json
import os
import stat
import tarfile

import harness

PARENT = """FROM base
ENV FROM_PARENT=yes
ONBUILD COPY onbuild.txt /onbuild/
ONBUILD RUN cat /onbuild/onbuild.txt > /onbuild/ran && echo "$FROM_PARENT" >> /onbuild/ran
"""

DOCKERFILE = r"""# syntax=docker/dockerfile:1
ARG GREETING=hello
FROM base AS tools
ARG GREETING
RUN mkdir /out && echo "$GREETING tools" > /out/tool && chmod 4755 /out/tool && ln -s tool /out/link
RUN echo secret > /out/unused

FROM parent
ARG GREETING
ARG VERSION=1.0
ENV APP_HOME=/srv/app \
    VERSION=$VERSION \
    MESSAGE="$GREETING ${UNSET:-fallback}"
LABEL org.example.version=$VERSION org.example.title="two words"

WORKDIR $APP_HOME
WORKDIR data
COPY . /all/
COPY src/*.txt texts/
COPY src ./source
COPY --chown=www-data:users --chmod=640 src/a.txt owned/a.txt
COPY --chown=1234:5678 src /numbers
COPY --from=tools /out/tool /out/link /tools/
ADD archive.tar /unpacked/
COPY archive.tar /kept/
COPY <<"EOT" <<second.txt /heredoc/
not $expanded
EOT
for $GREETING
second.txt

RUN pwd > /tmp/pwd; id -u > /tmp/root-id
RUN rm /all/removed.txt && mkdir -p /srv/app/desk && chown www-data /srv/app/desk
USER www-data:users
RUN id -u > work.txt 2>/dev/null || id -u > /tmp/user-id; id -g > /tmp/user-gid; echo "$HOME" > /tmp/user-home
WORKDIR /srv/app/desk
RUN <<EOT
echo one > lines
echo "$MESSAGE" >> lines
EOT
SHELL ["/bin/sh", "-ec"]
RUN false || true; echo shell > /tmp/shell

EXPOSE 8080 53/udp 9000-9002
VOLUME /var/data /var/more
STOPSIGNAL SIGQUIT
HEALTHCHECK --interval=30s --timeout=3s --retries=2 CMD wget -q http://localhost:8080 || exit 1
ENTRYPOINT ["cat"]
CMD ["lines"]
"""

IGNORE = """# a comment
**/*.log
secret
!secret/public.txt
Dockerfile
.dockerignore
"""


def archive():
    """A tar with a directory, an owned file, a symlink and a hard link."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as tar:
        directory = tarfile.TarInfo("dir")
        directory.type, directory.mode = tarfile.DIRTYPE, 0o750
        tar.addfile(directory)
        file = tarfile.TarInfo("dir/file")
        file.size, file.uid, file.gid, file.mode = 4, 7, 8, 0o604
        file.mtime = 1_600_000_000
        tar.addfile(file, io.BytesIO(b"tar\n"))
        for name, kind in (("dir/symlink", tarfile.SYMTYPE), ("dir/hardlink", tarfile.LNKTYPE)):
            link = tarfile.TarInfo(name)
            link.type, link.linkname = kind, "file" if kind == tarfile.SYMTYPE else "dir/file"
            tar.addfile(link)
    return data.getvalue()


class Dockerfile(harness.CooperTest):
    """One build; each test looks at one part of its result."""

    @classmethod
    def setUpClass(cls):
        harness.need("umoci", "skopeo")
        if not harness.is_root():
            raise harness.unittest.SkipTest("needs root, to unpack files with their owners")
        base = harness.busybox_base()
        one = cls("build_once")
        one.setUp()
        cls.addClassCleanup(one.doCleanups)
        one.build_once(base)
        cls.rootfs, cls.config, cls.built = one.rootfs, one.config, one.built

    def build_once(self, base):
        files = {"Dockerfile": DOCKERFILE, ".dockerignore": IGNORE, "archive.tar": archive(),
                 "onbuild.txt": "onbuild\n", "src/a.txt": "a\n", "src/b.txt": "b\n",
                 "src/c.md": "c\n", "src/deep/d.txt": "d\n", "src/noise.log": "noise\n",
                 "removed.txt": "removed\n", "secret/key": "key\n", "secret/public.txt": "public\n"}
        context = self.context(files, busybox=False)
        (context / "src" / "a.txt").chmod(0o755)
        os.symlink("a.txt", context / "src" / "to-a")
        parent = self.context({"Dockerfile": PARENT}, "parent", busybox=False)
        layout = self.directory / "layout"
        named = ["--build-context", f"base=oci-layout://{base}:busybox"]
        self.build(parent, *named, "-t", "parent:1", "--output", f"type=layout,dest={layout}")
        self.built = self.build(context, *named, "--build-context", f"parent=oci-layout://{layout}:1",
                                "--build-arg", "GREETING=good day", "-t", "result:1",
                                "--output", f"type=layout,dest={layout}-result")
        self.rootfs = self.unpack(f"{layout}-result", "1") / "rootfs"
        # Raw: OCI has no fields for HEALTHCHECK and SHELL, and skopeo would leave them out.
        self.config = json.loads(harness.run("skopeo", "inspect", "--raw", "--config",
                                             f"oci:{layout}-result:1").stdout)

    def text(self, path):
        return (self.rootfs / path).read_text()

    def assertOwner(self, path, uid, gid, mode=None):
        status = os.lstat(self.rootfs / path)
        self.assertEqual((uid, gid), (status.st_uid, status.st_gid), path)
        if mode is not None:
            self.assertEqual(oct(mode), oct(stat.S_IMODE(status.st_mode)), path)

    def names(self, path):
        return sorted(os.listdir(self.rootfs / path))

    def test_ignore_file_holds_for_whole_directories_and_keeps_exceptions(self):
        self.assertEqual(["archive.tar", "onbuild.txt", "secret", "src"], self.names("all"))
        self.assertEqual(["public.txt"], self.names("all/secret"))
        self.assertEqual(["a.txt", "b.txt", "c.md", "deep", "to-a"], self.names("all/src"))

    def test_copy_of_wildcard_takes_files_without_their_directory(self):
        self.assertEqual(["a.txt", "b.txt"], self.names("srv/app/data/texts"))

    def test_copy_of_directory_takes_its_content(self):
        self.assertEqual(["a.txt", "b.txt", "c.md", "deep", "to-a"],
                         self.names("srv/app/data/source"))
        self.assertEqual("a.txt", os.readlink(self.rootfs / "srv/app/data/source/to-a"))
        self.assertOwner("srv/app/data/source/a.txt", 0, 0, 0o755)
        self.assertOwner("srv/app/data/source/b.txt", 0, 0, 0o644)

    def test_copy_sets_owner_and_mode(self):
        self.assertOwner("srv/app/data/owned/a.txt", 33, 100, 0o640)
        self.assertOwner("numbers/deep/d.txt", 1234, 5678)

    def test_copy_from_stage_takes_what_is_named(self):
        self.assertEqual(["link", "tool"], self.names("tools"))
        self.assertEqual("good day tools\n", self.text("tools/tool"))
        self.assertOwner("tools/tool", 0, 0, 0o4755)

    def test_add_unpacks_archives_and_copy_does_not(self):
        self.assertOwner("unpacked/dir", 0, 0, 0o750)
        self.assertOwner("unpacked/dir/file", 7, 8, 0o604)
        self.assertEqual("file", os.readlink(self.rootfs / "unpacked/dir/symlink"))
        self.assertTrue(os.path.samefile(self.rootfs / "unpacked/dir/file",
                                         self.rootfs / "unpacked/dir/hardlink"))
        self.assertEqual(1_600_000_000, os.stat(self.rootfs / "unpacked/dir/file").st_mtime)
        self.assertEqual(archive(), (self.rootfs / "kept/archive.tar").read_bytes())

    def test_heredocs_become_files(self):
        self.assertEqual("not $expanded\n", self.text("heredoc/EOT"))
        self.assertEqual("for good day\n", self.text("heredoc/second.txt"))

    def test_onbuild_of_the_parent_ran(self):
        self.assertEqual("onbuild\nyes\n", self.text("onbuild/ran"))
        self.assertNotIn("OnBuild", self.config["config"])

    def test_run_is_in_the_working_directory_as_the_user(self):
        self.assertEqual("/srv/app/data\n", self.text("tmp/pwd"))
        self.assertEqual("0\n", self.text("tmp/root-id"))
        # The working directory belongs to root, so the user could not write there.
        self.assertEqual("33\n", self.text("tmp/user-id"))
        self.assertEqual("100\n", self.text("tmp/user-gid"))
        self.assertEqual("/var/www\n", self.text("tmp/user-home"))
        self.assertEqual("one\ngood day fallback\n", self.text("srv/app/desk/lines"))
        self.assertOwner("srv/app/desk/lines", 33, 100)

    def test_removed_file_is_gone(self):
        self.assertFalse((self.rootfs / "all/removed.txt").exists())

    def test_configuration(self):
        config = self.config["config"]
        self.assertEqual("www-data:users", config["User"])
        self.assertEqual("/srv/app/desk", config["WorkingDir"])
        self.assertEqual({"VERSION=1.0", "APP_HOME=/srv/app", "MESSAGE=good day fallback",
                          "FROM_PARENT=yes"},
                         {line for line in config["Env"] if not line.startswith("PATH=")})
        self.assertEqual({"org.example.version": "1.0", "org.example.title": "two words"},
                         config["Labels"])
        self.assertEqual({"8080/tcp", "53/udp", "9000/tcp", "9001/tcp", "9002/tcp"},
                         set(config["ExposedPorts"]))
        self.assertEqual("SIGQUIT", config["StopSignal"])
        self.assertEqual({"/var/data", "/var/more"}, set(config["Volumes"]))
        self.assertEqual(["/bin/sh", "-ec"], config["Shell"])
        self.assertEqual({"Test": ["CMD-SHELL", "wget -q http://localhost:8080 || exit 1"],
                          "Interval": 30 * 10**9, "Timeout": 3 * 10**9, "Retries": 2},
                         config["Healthcheck"])
        self.assertEqual((["cat"], ["lines"]), (config["Entrypoint"], config["Cmd"]))

    def test_history_matches_the_layers(self):
        layers = [entry for entry in self.config["history"] if not entry.get("empty_layer")]
        self.assertEqual(len(self.config["rootfs"]["diff_ids"]), len(layers))
        self.assertTrue(any("HEALTHCHECK" in entry["created_by"] for entry in self.config["history"]))


ROOT_DOCKERFILE = """FROM base AS closed
RUN chmod 2711 / && chown 5:6 /
RUN stat -c %a:%u:%g / > /seen-by-run
COPY Dockerfile /copied
RUN stat -c %a:%u:%g / > /seen-after-copy

FROM base
RUN touch /untouched-root
"""


class RootDirectory(harness.CooperTest):
    """What a RUN does to `/` itself."""

    def build_layout(self, *arguments):
        harness.need("umoci", "skopeo")
        if not harness.is_root():
            self.skipTest("needs root, to unpack files with their owners")
        context = self.context({"Dockerfile": ROOT_DOCKERFILE}, busybox=False)
        layout = self.directory / "layout"
        self.build(context, "--build-context", f"base=oci-layout://{harness.busybox_base()}:busybox",
                   "-t", "result:1", "--output", f"type=layout,dest={layout}", *arguments)
        return layout

    def entries(self, layout):
        """The entries of each layer, as Python's tarfile reads them."""
        manifest = json.loads(harness.run("skopeo", "inspect", "--raw", f"oci:{layout}:1").stdout)
        for layer in manifest["layers"]:
            with tarfile.open(layout / "blobs" / "sha256" / layer["digest"][7:]) as tar:
                yield {os.path.normpath(member.name): member for member in tar}

    def test_its_mode_and_owner_are_kept(self):
        layout = self.build_layout("--target", "closed")
        bundle = self.unpack(layout, "1")
        status = os.lstat(bundle / "rootfs")
        self.assertEqual((0o2711, 5, 6), (stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid))
        for file in ("seen-by-run", "seen-after-copy"):
            self.assertEqual("2711:5:6\n", (bundle / "rootfs" / file).read_text())
        changed, run, copied, again = list(self.entries(layout))[-4:]
        self.assertEqual(["."], list(changed))
        self.assertEqual((0o2711, 5, 6), (changed["."].mode, changed["."].uid, changed["."].gid))
        for layer in (run, copied, again):
            self.assertNotIn(".", layer)
        # Another store, which has the layers as blobs alone.
        self.store = self.directory / "other-store"
        child = self.context({"Dockerfile": "FROM parent\nRUN stat -c %a:%u:%g / > /seen-by-child\n"},
                             "child", busybox=False)
        self.build(child, "--build-context", f"parent=oci-layout://{layout}:1", "-t", "child:1",
                   "--output", f"type=layout,dest={layout}-child")
        rootfs = self.unpack(f"{layout}-child", "1") / "rootfs"
        self.assertEqual("2711:5:6\n", (rootfs / "seen-by-child").read_text())
        harness.run("skopeo", "copy", f"oci:{layout}:1", f"docker-archive:{self.directory}/copy.tar:x:1")

    def test_it_is_in_no_layer_that_leaves_it_alone(self):
        *_, last = self.entries(self.build_layout())
        self.assertEqual(["untouched-root"], list(last))


if __name__ == "__main__":
    harness.main()
