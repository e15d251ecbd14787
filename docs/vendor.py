"""Fetch the libraries of the page from npm, at these versions: python docs/vendor.py. It changes src/grainless/web."""

import hashlib
import io
import lzma
import subprocess
import tarfile
import tempfile
from pathlib import Path

WEB = Path(__file__).parent.parent / "src/grainless/web"
ORT, ORT_VERSION = "onnxruntime-web", "1.30.0"
FFLATE, FFLATE_VERSION = "fflate", "0.8.3"
ORT_FILES = (
    "ort.jspi.min.mjs",
    "ort.wasm.min.mjs",
    "ort-wasm-simd-threaded.jspi.mjs",
    "ort-wasm-simd-threaded.mjs",
    "ort-wasm-simd-threaded.jspi.wasm",
    "ort-wasm-simd-threaded.wasm",
)


def fetched(name: str, version: str, folder: Path) -> tarfile.TarFile:
    subprocess.run(["npm", "pack", f"{name}@{version}"], cwd=folder, check=True, capture_output=True)
    return tarfile.open(next(folder.glob(f"{name}-*.tgz")))


def read(package: tarfile.TarFile, path: str) -> bytes:
    member = package.extractfile(f"package/{path}")
    assert member is not None
    return member.read()


def packed(files: dict[str, bytes]) -> bytes:
    """A tar.xz that is the same bytes each time; both builds in one share what they have in common."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "dict_size": 64 << 20}]
    return lzma.compress(buffer.getvalue(), filters=filters)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        ort = fetched(ORT, ORT_VERSION, Path(folder))
        runtime = packed({name: read(ort, f"dist/{name}") for name in ORT_FILES})
        (WEB / "onnxruntime-web.tar.xz").write_bytes(runtime)
        fflate = fetched(FFLATE, FFLATE_VERSION, Path(folder))
        licence = read(fflate, "LICENSE").decode()
        code = read(fflate, "esm/browser.js")
        head = f"/*! fflate {FFLATE_VERSION}, unchanged, from npm.\n\n{licence}*/\n\n".encode()
        (WEB / "page/vendor").mkdir(exist_ok=True)
        (WEB / "page/vendor/fflate.js").write_bytes(head + code)
    print(f"{ORT} {ORT_VERSION}: {len(runtime):,} bytes, sha256 {hashlib.sha256(runtime).hexdigest()}")


if __name__ == "__main__":
    main()
