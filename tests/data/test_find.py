"""Where data files are looked for, and how they are fetched."""

import hashlib
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from grainless.data.find import DataRoots, Remote
from grainless.errors import InputError, RunError


@pytest.fixture
def places(tmp_path, monkeypatch):
    """The three folders that are looked into, the first one first."""
    folders = {name: tmp_path / name for name in ("given", "named", "cache")}
    for folder in folders.values():
        folder.mkdir()
    monkeypatch.setenv("GRAINLESS_DATA", str(folders["named"]))
    monkeypatch.setenv("GRAINLESS_CACHE", str(folders["cache"]))
    return folders


def put(root, path, text="x"):
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)
    return root / path


def test_the_given_folder_goes_before_the_named_one_before_the_cache(places):
    roots = DataRoots(places["given"])
    for name in ("cache", "named", "given"):
        assert roots.find("mnist/a.gz") != places[name] / "mnist/a.gz"
        put(places[name], "mnist/a.gz")
        assert roots.find("mnist/a.gz") == places[name] / "mnist/a.gz"


@pytest.mark.parametrize("name", ["a-idx3-ubyte", "a.idx3-ubyte", "a.idx3-ubyte.gz"])
def test_unpacked_and_dotted_names_are_found(places, name):
    put(places["named"], f"mnist/{name}")
    assert DataRoots().find("mnist/a-idx3-ubyte.gz") == places["named"] / "mnist" / name


def test_packed_is_found_where_plain_was_asked(places):
    put(places["named"], "rows.csv.gz")
    assert DataRoots().locate(Path("rows.csv")) == places["named"] / "rows.csv.gz"


def test_a_path_that_stands_goes_before_the_roots(places, tmp_path, monkeypatch):
    put(places["named"], "rows.csv")
    monkeypatch.chdir(tmp_path)
    put(tmp_path, "rows.csv")
    assert DataRoots().locate(Path("rows.csv")) == Path("rows.csv")


def test_folders_that_are_none(places, monkeypatch):
    with pytest.raises(InputError, match=r"--data-dir is .*absent, and there is no such folder"):
        DataRoots(places["given"] / "absent").find("x")
    monkeypatch.setenv("GRAINLESS_DATA", "absent")
    with pytest.raises(InputError, match=r"\$GRAINLESS_DATA is absent, and there is no such folder"):
        DataRoots().find("x")


@pytest.mark.usefixtures("places")
def test_nowhere():
    with pytest.raises(
        InputError, match=r"There is no x\.csv, neither here \(.*\) nor below .*named, .*cache\."
    ):
        DataRoots().locate(Path("x.csv"))


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def mirror(tmp_path, monkeypatch):
    """A folder, and the address under which this machine serves it."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    folder = tmp_path / "mirror"
    folder.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        yield folder, f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def remote(name, text, *mirrors):
    return Remote(f"set/{name}", hashlib.sha256(text.encode()).hexdigest(), mirrors)


def test_what_lies_nowhere_is_fetched_once_into_the_cache(places, mirror):
    folder, address = mirror
    served = put(folder, "a.gz", "hello")
    wanted = [remote("a.gz", "hello", address + "absent/", address)]
    assert DataRoots(places["given"]).files(wanted) == [places["cache"] / "set" / "a.gz"]
    served.unlink()
    assert DataRoots(places["given"]).files(wanted)[0].read_text() == "hello"


def test_what_is_found_is_not_compared(places):
    put(places["named"], "set/a.gz", "my own")
    assert DataRoots().files([remote("a.gz", "hello")]) == [places["named"] / "set" / "a.gz"]


def test_another_file_than_the_known_one(places, mirror):
    folder, address = mirror
    put(folder, "a.gz", "hullo")
    told = rf"a\.gz could not be fetched \({address} gave another file \(its sha256 is not the known one\)\)"
    with pytest.raises(RunError, match=told):
        DataRoots().files([remote("a.gz", "hello", address)])
    assert list((places["cache"] / "set").iterdir()) == []


def test_without_a_network_it_says_what_to_put_where(places, mirror):
    _, address = mirror
    put(places["named"], "set/b.gz")
    wanted = [remote(name, "hello", "http://127.0.0.1:1/", address) for name in ("a.gz", "b.gz", "c.gz")]
    told = (
        rf"a\.gz could not be fetched \(http://127\.0\.0\.1:1/: ConnectionError; {address}: HTTP 404\)\. "
        rf"Put a\.gz and c\.gz into {places['given']}/set, and no network is needed\."
    )
    with pytest.raises(RunError, match=told):
        DataRoots(places["given"]).files(wanted)
    with pytest.raises(RunError, match=rf"into {places['cache']}/set,"):
        DataRoots().files(wanted)


def test_the_cache_is_the_systems(monkeypatch):
    monkeypatch.delenv("GRAINLESS_CACHE", raising=False)
    assert DataRoots().cache.name == "grainless"
