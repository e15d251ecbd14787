from pathlib import Path

import pytest

from grainless.denoising.files.jobs import Job, image_paths, passed_over, plan_jobs
from grainless.errors import InputError


@pytest.fixture
def scans(tmp_path, monkeypatch):
    """A folder of files with images' names; nothing looks into them here."""
    monkeypatch.chdir(tmp_path)
    for name in ("scans/a.png", "scans/b.JPG", "scans/notes.txt", "scans/.hidden.png", "scans/in/c.tif"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return Path("scans")


def told(found):
    return {each.source.as_posix(): each.target.as_posix() for each in found}


def test_without_a_target_a_file_comes_out_beside_itself(scans):
    assert plan_jobs(["scans/a.png"]) == [Job(Path("scans/a.png"), Path("scans/a-denoised.png"))]


def test_without_a_target_a_folder_comes_out_beside_itself(scans):
    beside = Path.cwd() / "scans-denoised"
    found = {
        source.name: target for source, target in ((each.source, each.target) for each in plan_jobs([scans]))
    }
    assert found == {"a.png": beside / "a.png", "b.JPG": beside / "b.JPG"}


def test_the_folder_one_stands_in_comes_out_beside_itself_too(scans, monkeypatch):
    monkeypatch.chdir(scans)
    found = plan_jobs(["."])
    assert {each.target.parent for each in found} == {Path.cwd().parent / "scans-denoised"}


@pytest.mark.parametrize(
    ("out", "target"), [("x.png", "x.png"), ("clean", "clean/a.png"), ("scans/in", "scans/in/a.png")]
)
def test_a_file_goes_to_a_file_or_into_a_folder(scans, out, target):
    assert told(plan_jobs(["scans/a.png"], Path(out))) == {"scans/a.png": target}


def test_a_tree_is_mirrored(scans):
    assert told(plan_jobs([scans], Path("out"), recursive=True)) == {
        "scans/a.png": "out/a.png",
        "scans/b.JPG": "out/b.JPG",
        "scans/in/c.tif": "out/in/c.tif",
    }


def test_patterns_are_resolved_where_no_shell_did(scans):
    assert told(plan_jobs(["scans/*.png"], Path("out"))) == {"scans/a.png": "out/a.png"}
    assert told(plan_jobs(["scans/**/*.tif"], Path("out"))) == {"scans/in/c.tif": "out/c.tif"}
    (absolute,) = plan_jobs([f"{Path.cwd()}/sc*/a.png"], Path("out"))
    assert absolute.source == Path.cwd() / "scans" / "a.png"


def test_a_name_that_looks_like_a_pattern_is_a_name_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("scan[1].png").touch()
    assert told(plan_jobs(["scan[1].png"])) == {"scan[1].png": "scan[1]-denoised.png"}


def test_a_file_that_is_not_there_is_told_when_its_turn_comes(scans):
    assert told(plan_jobs(["scans/a.png", "scans/none.png"], Path("out"))) == {
        "scans/a.png": "out/a.png",
        "scans/none.png": "out/none.png",
    }


def test_what_an_earlier_call_wrote_is_no_source(scans):
    Path("scans/a-denoised.png").touch()
    assert list(told(plan_jobs(["scans/a.png", "scans/a-denoised.png"]))) == ["scans/a.png"]
    (scans / "out").mkdir()
    (scans / "out" / "a.png").touch()
    found = plan_jobs([scans], scans / "out", recursive=True)
    assert "scans/out/a.png" not in told(found)
    assert len(found) == 4


def test_a_folder_can_go_into_itself_when_told_so(scans):
    assert told(plan_jobs([scans], scans)) == {"scans/a.png": "scans/a.png", "scans/b.JPG": "scans/b.JPG"}


def test_what_cannot_be_written_in_its_own_format_becomes_png(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("scan.xyz").touch()
    assert told(plan_jobs(["scan.xyz"], Path("out"))) == {"scan.xyz": "out/scan.png"}
    Path("fax.pbm").touch()
    assert told(plan_jobs(["."], Path("out"))) == {"fax.pbm": "out/fax.pgm"}
    (job,) = plan_jobs(["."], Path("out"))
    assert job.places == (Path("out/fax.pgm"), Path("out/fax.pbm"))  # denoised, or left as it is
    (job,) = plan_jobs(["."], Path.cwd())
    assert (job.places, job.kept) == ((Path.cwd() / "fax.pgm",), Path("fax.pbm"))


@pytest.mark.parametrize(
    ("sources", "out", "words"),
    [
        (["scans/*.gif"], None, r"No file fits the pattern scans/\*\.gif"),
        (["scans/a.png", "scans/b.JPG"], "one.png", r"one\.png is the name of one file, and 2 go in: give"),
        (["scans"], "one.png", "is the name of one file"),
        (["scans"], "scans/notes.txt", "is the name of one file"),
        (["empty"], None, "There are no images in empty"),
    ],
)
def test_mistakes(scans, sources, out, words):
    Path("empty").mkdir()
    with pytest.raises(InputError, match=words):
        plan_jobs(sources, Path(out) if out else None)


def test_no_name_is_a_mistake_not_this_folder(scans):
    with pytest.raises(InputError, match='"" was given'):
        plan_jobs([""])


def test_images_that_nobody_reads_are_counted(scans):
    for name in ("a.heic", "b.HEIC", "c.dng", "in/d.jp2"):
        (scans / name).touch()
    (scans / "dir.heic").mkdir()
    (scans / ".c.cr2").touch()
    assert passed_over([scans, "scans/a.png"]) == {".dng": 1, ".heic": 2, ".txt": 1}
    assert passed_over([scans], recursive=True) == {".dng": 1, ".heic": 2, ".jp2": 1, ".txt": 1}


def test_two_targets_of_one_name_are_told_and_the_rest_goes_on(scans):
    found = plan_jobs(["scans/a.png", "scans/b.JPG", "other/a.png"], Path("out"))
    faults = {each.source.as_posix(): each.fault for each in found}
    assert faults["scans/b.JPG"] is None
    assert faults["scans/a.png"] == faults["other/a.png"]
    assert faults["scans/a.png"].startswith(
        "scans/a.png and other/a.png would both become out/a.png: give them to"
    )


def test_what_is_no_image_does_not_hinder_one_of_the_same_name(scans):
    for name, content in (("a.txt", b"words"), ("b.bin", b"P5 1 1 255 a"), ("b.png", b"")):
        (scans / name).write_bytes(content)
    found = plan_jobs(["scans/*"], Path("out"))
    faults = {each.source.name: each.fault for each in found}
    assert faults["a.png"] is faults["b.JPG"] is faults["notes.txt"] is None
    assert faults["a.txt"].startswith("a.txt is no image that Grainless reads")
    assert faults["b.bin"].startswith("scans/b.bin and scans/b.png would both become out/b.png")  # an image


def test_images_that_are_only_looked_at_have_no_targets(scans):
    for name in ("a.png", "a-denoised.png", "p.pbm", "p.pgm"):
        Path(name).touch()
    named = ["a.png", "a-denoised.png", "p.pbm", "p.pgm"]
    assert image_paths(named) == [Path(name) for name in named]
    assert image_paths(["scans/*.png", "a.png"]) == [Path("scans/a.png"), Path("a.png")]
    assert image_paths([scans], recursive=True) == [scans / "a.png", scans / "b.JPG", scans / "in/c.tif"]


@pytest.mark.parametrize(("source", "out"), [("-", None), ("a.png", Path("-"))])
def test_pipes_are_refused(source, out):
    with pytest.raises(
        InputError, match="- is no file: images come from files and go to files, never through a pipe"
    ):
        plan_jobs([source], out)
