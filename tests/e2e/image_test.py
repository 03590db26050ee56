"""`cooper image`: an image's file system in a directory, its documents as JSON."""

import hashlib
import io
import json
import os
import signal
import stat
import tarfile
import time
from pathlib import Path

import harness


def blob(layout, data):
    digest = hashlib.sha256(data).hexdigest()
    (layout / "blobs/sha256" / digest).write_bytes(data)
    return {"digest": f"sha256:{digest}", "size": len(data)}


def tar(members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as file:
        for name, kind, value in members:
            info = tarfile.TarInfo(name)
            info.type = kind
            info.mode = 0o755 if kind == tarfile.DIRTYPE else 0o644
            if kind == tarfile.REGTYPE:
                info.size = len(value)
                file.addfile(info, io.BytesIO(value))
                continue
            if kind in (tarfile.CHRTYPE, tarfile.BLKTYPE):
                info.devmajor, info.devminor = value
            elif value:
                info.linkname = value
            file.addfile(info)
    return out.getvalue()


LOWER = [("etc", tarfile.DIRTYPE, ""), ("etc/a", tarfile.REGTYPE, b"one"), ("etc/gone", tarfile.REGTYPE, b"x"),
         ("dev", tarfile.DIRTYPE, ""), ("dev/null", tarfile.CHRTYPE, (1, 3)),
         ("bin", tarfile.SYMTYPE, "usr/bin"), ("usr/bin", tarfile.DIRTYPE, "")]
UPPER = [("etc/a", tarfile.REGTYPE, b"two"), ("etc/.wh.gone", tarfile.REGTYPE, b""),
         ("etc/b", tarfile.LNKTYPE, "etc/a"), ("bin/tool", tarfile.REGTYPE, b"t")]


class ImageTest(harness.CooperTest):
    def layout(self, layers, manifest_bytes=None, name="layout"):
        layout = self.directory / name
        (layout / "blobs/sha256").mkdir(parents=True)
        (layout / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
        config = {"architecture": "amd64", "os": "linux", "config": {"Labels": {"x": "\u202eevil"}},
                  "rootfs": {"type": "layers",
                             "diff_ids": ["sha256:" + hashlib.sha256(layer).hexdigest() for layer in layers]}}
        kind = "application/vnd.oci.image."
        manifest = {"schemaVersion": 2, "mediaType": kind + "manifest.v1+json",
                    "config": {"mediaType": kind + "config.v1+json",
                               **blob(layout, json.dumps(config, ensure_ascii=False).encode())},
                    "layers": [{"mediaType": kind + "layer.v1.tar", **blob(layout, layer)} for layer in layers]}
        data = json.dumps(manifest).encode() if manifest_bytes is None else manifest_bytes
        entry = {"mediaType": manifest["mediaType"], **blob(layout, data),
                 "annotations": {"org.opencontainers.image.ref.name": "v1"}}
        (layout / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [entry]}))
        self.digest = entry["digest"]
        return layout

    def assertIsTheTree(self, root):
        self.assertEqual(["bin", "dev", "etc", "usr"], sorted(os.listdir(root)))
        self.assertEqual(["a", "b"], sorted(os.listdir(root / "etc")))
        self.assertEqual("two", (root / "etc/b").read_text())
        self.assertEqual((root / "etc/a").stat().st_ino, (root / "etc/b").stat().st_ino)
        self.assertEqual("t", (root / "usr/bin/tool").read_text())
        self.assertEqual("usr/bin", os.readlink(root / "bin"))

    def test_the_file_system_is_as_the_layers_say(self):
        layout = self.layout([tar(LOWER), tar(UPPER)])
        root = self.directory / "new/root"
        outcome = self.cooper("image", "unpack", f"oci-layout://{layout}:v1", root)
        self.assertIsTheTree(root)
        self.assertEqual(self.digest, outcome.digest)
        # Not a device, unless it is asked for.
        self.assertTrue(stat.S_ISREG((root / "dev/null").lstat().st_mode))
        self.assertIn("1 device nodes became empty files", outcome.err)
        self.assertEqual(["root"], os.listdir(root.parent))

    def test_devices_are_made_on_request(self):
        if not harness.is_root():
            self.skipTest("needs root: devices")
        layout = self.layout([tar(LOWER)])
        root = self.directory / "root"
        self.cooper("image", "unpack", "--devices", f"oci-layout://{layout}", root)
        self.assertEqual(os.makedev(1, 3), (root / "dev/null").lstat().st_rdev)

    def test_a_digest_names_an_image(self):
        layout = self.layout([tar(LOWER), tar(UPPER)])
        (self.directory / "root").mkdir()
        self.cooper("image", "unpack", f"oci-layout://{layout}@{self.digest}", "root")
        self.assertIsTheTree(self.directory / "root")

    def test_archives(self):
        layout = self.layout([tar(LOWER), tar(UPPER)])
        harness.run("tar", "-C", layout, "-cf", self.directory / "oci.tar", ".")
        self.cooper("image", "unpack", "oci-archive:oci.tar:v1", "a")
        self.assertIsTheTree(self.directory / "a")
        context = self.context({"Dockerfile": "FROM base\nLABEL made=here\n"}, busybox=False)
        self.build(context, "--build-context", f"base=oci-layout://{layout}:v1", "-t", "web:1",
                   "--output", f"type=docker,dest={self.directory}/docker.tar")
        self.cooper("image", "unpack", "docker-archive:docker.tar:1", "b")
        self.assertIsTheTree(self.directory / "b")

    def test_judges_see_the_same_files(self):
        layout = self.layout([tar(LOWER), tar(UPPER)])
        self.cooper("image", "unpack", f"oci-layout://{layout}:v1", "root", "--devices")
        theirs = self.unpack(layout, "v1") / "rootfs"
        difference = harness.run("diff", "-r", "--no-dereference", theirs / "etc", self.directory / "root/etc")
        self.assertEqual("", difference.stdout)

    def test_inspect_shows_documents_safely(self):
        layout = self.layout([tar(LOWER)])
        out = self.cooper("image", "inspect", f"oci-layout://{layout}:v1").out
        self.assertTrue(out.isascii())
        shown = json.loads(out)
        self.assertEqual(self.digest, shown["digest"])
        self.assertEqual("\u202eevil", shown["config"]["config"]["Labels"]["x"])
        self.assertEqual(1, len(shown["manifest"]["layers"]))
        self.assertFalse(self.store.exists())  # nothing was kept

    def test_what_is_damaged_leaves_nothing(self):
        wrong = self.layout([tar(LOWER), b"no tar" * 200])
        outcome = self.cooper("image", "unpack", f"oci-layout://{wrong}:v1", "root/deep", code=1)
        self.assertDiagnostic(outcome, "[layer-invalid]", "layer 2 of 2")
        self.assertFalse((self.directory / "root").exists())
        changed = self.layout([tar(UPPER)], name="changed")
        for file in (changed / "blobs/sha256").iterdir():
            if file.stat().st_size > 2000:
                file.write_bytes(file.read_bytes()[:-1] + b"x")
        outcome = self.cooper("image", "unpack", f"oci-layout://{changed}:v1", "root", code=1)
        self.assertDiagnostic(outcome, "[image-invalid]")
        self.assertFalse((self.directory / "root").exists())

    def test_an_empty_manifest_is_refused(self):
        layout = self.layout([tar(LOWER)], manifest_bytes=b"")
        outcome = self.cooper("image", "unpack", f"oci-layout://{layout}:v1", "root", code=1)
        self.assertDiagnostic(outcome, "[image-invalid]")

    def test_what_is_there_stays(self):
        layout = self.layout([tar(LOWER)])
        (self.directory / "full").mkdir()
        (self.directory / "full/mine").write_text("x")
        outcome = self.cooper("image", "unpack", f"oci-layout://{layout}:v1", "full", code=3)
        self.assertDiagnostic(outcome, "[output]", "is no empty directory")
        self.assertEqual(["mine"], os.listdir(self.directory / "full"))

    def test_a_signal_ends_it_and_leaves_nothing(self):
        # Enough to be in the middle of: 400 MB of zeros.
        big = self.directory / "big"
        with open(big, "wb") as file:
            file.truncate(400 << 20)
        harness.run("tar", "-C", self.directory, "-cf", self.directory / "big.tar", "big")
        layout = self.layout([(self.directory / "big.tar").read_bytes()])
        process = self.start("image", "unpack", f"oci-layout://{layout}:v1", "root")
        end = time.monotonic() + 60
        while not list(self.directory.glob(".root.cooper-*/tree/big")) and time.monotonic() < end:
            time.sleep(0.005)
        child = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
        self.assertLess(time.monotonic() - start, 5)
        self.assertEqual(130, process.returncode)
        self.assertFalse(list(self.directory.glob(".root.cooper-*")))
        self.assertFalse((self.directory / "root").exists())
        self.assertEqual([], [pid for pid in child if Path("/proc", pid).exists()])


if __name__ == "__main__":
    harness.main()
