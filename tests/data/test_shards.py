"""Shards: packed once, the same bytes each time; streamed in an order that is known; what is broken is skipped."""

import io
import json
import os
import signal
import tarfile
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import fsspec
import numpy as np
import PIL.Image
import pytest
import small_data

from grainless.data.find import DataRoots
from grainless.data.sets.folders import Folder
from grainless.data.sets.pairs import Pairs
from grainless.data.sets.photos import Photos
from grainless.data.shards import tar
from grainless.data.shards.index import Index
from grainless.data.shards.pack import pack
from grainless.data.shards.shards import Shards
from grainless.data.shards.stream import OPEN, Stream
from grainless.data.summary import describe
from grainless.errors import InputError, RunError

COUNT, SMALL = 30, 4_000  # bytes of a shard: a few images


@pytest.fixture
def folder(tmp_path):
    """Photographs of several sizes."""
    for number in range(COUNT):
        small_data.images(tmp_path / "photos", f"{number}.png", size=(8 + number % 3, 9), seed=number)
    return tmp_path / "photos"


@pytest.fixture
def packed(folder, tmp_path):
    pack(Folder(path=folder, validation=4, test=3), tmp_path / "packed", size=SMALL)
    return tmp_path / "packed"


def pictures(samples):
    return [sample[0].tobytes() for sample in samples]


def every(stream):
    """All that the shards hold, as they are stored."""
    return pictures(stream.first(len(stream)))


def streamed(path, **options):
    return Shards(path=str(path), **options).read(DataRoots()).train.stream


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_files_come_out_as_they_went_in_each_in_one_part(folder, packed):
    source = Folder(path=folder, validation=4, test=3).files(DataRoots())
    for part, files in source.items():
        found = []
        for path in sorted(packed.glob(f"{part}-*.tar")):
            with tarfile.open(path) as opened:
                found += [opened.extractfile(member).read() for member in opened]
        assert sorted(found) == sorted(file.read_bytes() for (file,) in files)
    sizes = [path.stat().st_size for path in packed.glob("train-*.tar")]
    assert len(sizes) > 2
    index = Index.of_json((packed / "index.json").read_text(), "")
    assert sorted(each.filesize for each in index.part("train")) == sorted(sizes)
    assert sum(each.nsamples for each in index.part("train")) == COUNT - 7


def test_packing_again_gives_the_same_bytes_and_goes_on_where_it_was_killed(folder, packed, tmp_path):
    source, before = Folder(path=folder, validation=4, test=3), contents(packed)
    assert pack(source, packed, size=SMALL).written == 0
    index = Index.of_json((packed / "index.json").read_text(), "")
    (packed / "index.json").write_text(replace(index, complete=False).to_json())
    (packed / "train-000001.tar").unlink()
    (packed / "train-000002.tar").write_bytes(b"half")
    with pytest.raises(
        InputError, match=r"packed was not packed to its end: the same call of grainless pack goes on"
    ):
        Shards(path=str(packed)).read(DataRoots())
    assert pack(source, packed, size=SMALL).written == 2
    assert contents(packed) == before


def test_another_folder_is_left_alone(folder, packed, tmp_path):
    with pytest.raises(
        InputError, match=r"packed holds something else, or shards of other images: give another"
    ):
        pack(Folder(path=folder, validation=5, test=3), packed, size=SMALL)
    with pytest.raises(InputError, match="photos holds something else"):
        pack(Folder(path=folder), folder)
    with pytest.raises(InputError, match="Only images that are files are packed: folder:path=DIR, or pairs"):
        pack(Photos(), tmp_path / "new")


def test_what_cannot_be_looked_at_is_not_packed_and_told(folder, tmp_path):
    (folder / "broken.png").write_bytes(b"no image")
    done = pack(Folder(path=folder, validation=4, test=3), tmp_path / "packed")
    assert len(done.skipped) == 1
    assert "broken.png is no image that Grainless reads" in done.skipped[0]
    assert sum(each.nsamples for each in done.index.shards) == COUNT


def test_each_image_comes_once_a_pass_in_an_order_of_the_seed(packed):
    stream = streamed(packed)
    count, reader = len(stream), stream.reader(7)
    passes = [pictures(reader.span(turn * count, count)) for turn in range(2)]
    assert sorted(passes[0]) == sorted(passes[1]) == sorted(every(stream))
    assert passes[0] != passes[1]
    assert pictures(stream.reader(7).span(count + 5, 3)) == passes[1][5:8]  # from any place on
    assert pictures(stream.reader(8).span(0, count)) != passes[0]
    assert pictures(reader.span(count - 2, 4)) == passes[0][-2:] + passes[1][:2]
    reader.close()


@pytest.mark.parametrize("images", [1, 3, 12])
def test_memory_holds_no_more_than_it_may(packed, images):
    bytes_a_sample = 9 * 9 * 3
    stream = streamed(packed, memory=1.05 * images * bytes_a_sample / 1e6)
    assert stream.window + stream.ahead == max(2, images)
    reader = stream.reader(0)
    for at in range(30):
        reader.span(at, stream.window)
        assert len(reader._coming) == max(2, images)
    reader.close()


def broken(path, number, *, keep=0):
    """Overwrite a member's bytes, all but the first."""
    offset, size = tar.samples(path, paired=False)[number][0]
    with path.open("r+b") as file:
        file.seek(offset + keep)
        file.write(bytes(int(size) - keep))


def test_a_broken_member_is_skipped_counted_and_told(packed):
    whole = every(streamed(packed))
    broken(packed / "train-000000.tar", 1, keep=20)
    stream = streamed(packed)
    found = every(stream)
    assert found == [whole[0], whole[2], *whole[2:]]  # the next one takes its place
    assert len(stream.faults) == 1
    assert stream.faults[0].startswith("Skipped: the image at byte")
    assert "of train-000000.tar" in stream.faults[0]


def test_a_shard_that_ends_too_early_gives_what_it_has(packed):
    path = packed / "train-000001.tar"
    members = tar.samples(path, paired=False)
    path.write_bytes(path.read_bytes()[: int(members[2][0][0]) + 5])
    stream = streamed(packed)
    first = len(tar.samples(packed / "train-000000.tar", paired=False))
    assert len(set(every(stream))) == len(stream) - (len(members) - 2)
    assert stream.faults == [
        f"train-000001.tar is damaged: 2 of {len(members)} images can be found, the others are skipped."
    ]
    assert first > 2
    path.unlink()
    stream = streamed(packed)
    every(stream)
    assert stream.faults[0].startswith(
        f"train-000001.tar cannot be read, its {len(members)} images are skipped: "
    )
    for each in packed.glob("train-*.tar"):
        each.write_bytes(b"")
    with pytest.raises(RunError, match=r"No image in .*packed can be read: train-00000"):
        every(stream)


def test_pairs_stay_together_and_keep_their_sixteen_bits(tmp_path):
    for number in range(12):
        for side, add in (("low", 1), ("high", 2)):
            (tmp_path / "scenes" / side).mkdir(parents=True, exist_ok=True)
            deep = np.full((8, 8), 40_000 + 1000 * number + add, np.uint16)
            PIL.Image.fromarray(deep).save(tmp_path / "scenes" / side / f"{number}.png")
    pack(Pairs(path=tmp_path / "scenes", validation=2, test=2), tmp_path / "packed", size=SMALL)
    data = Shards(path=str(tmp_path / "packed"), grey=True).read(DataRoots())
    for clean, noisy in data.train.stream.reader(0).span(0, 8):
        assert clean.dtype == np.uint16
        assert (clean - noisy == 1).all()
    assert data.test.noisy is not None
    assert data.test.white == 65535
    assert (data.test[0] - data.test.noisy[0] == 1).all()


def test_shards_are_those_of_webdataset(packed):
    from webdataset.tariterators import group_by_keys, tar_file_iterator

    read = []
    for path in sorted(packed.glob("train-*.tar")):
        with path.open("rb") as file:
            read += group_by_keys(each | {"__url__": path.name} for each in tar_file_iterator(file))
    assert len(read) == COUNT - 7
    shown = [np.asarray(PIL.Image.open(io.BytesIO(each["png"]))) for each in read]
    assert [each.transpose(2, 0, 1).tobytes() for each in shown] == every(streamed(packed))


def test_shards_that_are_far_away_are_copied_a_few_at_a_time(packed, tmp_path, monkeypatch):
    monkeypatch.setenv("GRAINLESS_CACHE", str(tmp_path / "cache"))
    far = fsspec.filesystem("memory")
    for path in packed.iterdir():
        far.pipe(f"/far/{path.name}", path.read_bytes())
    stream = Shards(path="memory://far").read(DataRoots()).train.stream
    reader = stream.reader(3)
    near = streamed(packed).reader(3)
    for at in range(0, 2 * len(stream), 3):
        assert pictures(reader.span(at, 2)) == pictures(near.span(at, 2))
    copies = [each.name for each in stream.place.copies.glob("[!.]*")]
    assert 0 < len(copies) <= OPEN + 1 < len(stream.shards)
    assert [
        name for name in copies if not name.startswith("train-")
    ] == []  # those of the held-out parts are gone
    reader.close()
    near.close()
    assert not list(stream.place.copies.iterdir())


def test_an_address_that_gives_nothing_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setenv("GRAINLESS_CACHE", str(tmp_path / "cache"))
    with pytest.raises(
        InputError, match=r"^memory://nowhere holds no index\.json: copy there what grainless pack"
    ):
        Shards(path="memory://nowhere").read(DataRoots())
    monkeypatch.setattr("fsspec.open", lambda *_: (_ for _ in ()).throw(PermissionError("No key.\nLog in.")))
    with pytest.raises(RunError, match=r"^s3://far/index\.json could not be read: No key\. Log in\.$"):
        Shards(path="s3://far").read(DataRoots())
    monkeypatch.undo()
    with pytest.raises(
        RunError, match=r"index\.json needs one more package: pip install 'grainless\[remote\]'"
    ):
        Shards(path="oci://nowhere").read(DataRoots())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{}", r"DIR holds no index\.json of grainless pack: pack the images anew"),
        ("no json", r"DIR holds no index\.json"),
        (
            json.dumps({"grainless": {"format": 0}}),
            r"by another version of Grainless \(format 0; this one reads 1\)",
        ),
    ],
)
def test_an_index_of_something_else_is_told(text, words):
    with pytest.raises(InputError, match=words):
        Index.of_json(text, "DIR")


def test_a_folder_without_an_index_is_told(folder):
    with pytest.raises(
        InputError, match=r"photos holds no index\.json: pack images into it by grainless pack"
    ):
        Shards(path=str(folder)).read(DataRoots())


def test_the_command_packs_and_shows(folder, tmp_path, call):
    out = tmp_path / "packed"
    status, told, _ = call("pack", f"folder:path={folder},validation=4,test=3", out, "--size", "12kB")
    assert (status, told.split(": ")[0]) == (0, str(out))
    assert "images: 23 train, 4 validation, 3 test" in told
    status, told, _ = call("pack", folder, tmp_path / "all", "--json")
    assert (status, json.loads(told)["train"]) == (0, 24)
    status, _, told = call("pack", "nix", out)
    assert (status, told.startswith('grainless: There is no folder nix. No data set is called "nix"')) == (
        2,
        True,
    )
    status, _, told = call("pack", folder, out, "--size", "many")
    assert (status, told.startswith('grainless: --size is "many": write a number and a unit')) == (2, True)
    data = Shards(path=str(out)).read(DataRoots())
    assert describe(data)["streamed"] == {"images": 23, "shards": len(list(out.glob("train-*")))}
    assert isinstance(data.train.stream, Stream)
    assert data.trained_on == 23


def test_packing_that_is_stopped_says_that_the_same_call_goes_on(folder, tmp_path, call, monkeypatch):
    monkeypatch.setattr(
        "grainless.data.shards.pack.tar.write", lambda *_, **__: os.kill(os.getpid(), signal.SIGINT)
    )
    assert call("pack", folder, tmp_path / "packed") == (
        130, "", "grainless: Stopped. The same call goes on with the rest.\n",
    )  # fmt: skip
    monkeypatch.undo()


class Quiet(SimpleHTTPRequestHandler):
    """Says nothing of what it is asked."""

    def log_message(self, *_):
        pass


def test_shards_come_over_http(packed, tmp_path, monkeypatch):
    monkeypatch.setenv("GRAINLESS_CACHE", str(tmp_path / "cache"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(packed)))
    serving = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    serving.start()
    try:
        address = f"http://127.0.0.1:{server.server_port}"
        stream = Shards(path=address).read(DataRoots()).train.stream
        assert every(stream) == every(streamed(packed))
        assert stream.faults == []
    finally:
        server.shutdown()
        serving.join()
        server.server_close()
