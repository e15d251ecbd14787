"""denoise and inspect as a stranger meets them: what is said of each file, and the exit status of many."""

import json

import pytest
from PIL import Image
from scenes import noisy


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def save(path, sigma=20, channels=1):
    Image.fromarray(noisy(sigma, channels).squeeze()).save(path)
    return path


BROKEN = b"\x89PNG\r\n\x1a\nbroken"


@pytest.mark.parametrize("command", [("denoise", "-o", "out"), ("inspect",)], ids=["denoise", "inspect"])
def test_files_that_fail_are_a_line_each_with_one_name(call, folder, command):
    save("a.png")
    for name in ("b.png", "c.png"):
        (folder / name).write_bytes(BROKEN)
    name, *options = command
    status, _, err = call(name, "a.png", "b.png", folder / "c.png", *options)
    assert status == 2  # all that failed is wrong itself
    failures = [line for line in err.splitlines() if line.startswith("grainless: ")]
    assert len(failures) == 2
    assert failures[0].startswith("grainless: b.png is a broken PNG file")
    assert failures[1].startswith(f"grainless: {folder / 'c.png'} is a broken PNG file")


def test_the_status_is_1_where_the_world_failed_too(call, folder, monkeypatch):
    from grainless.denoising.files import denoiser

    def short_of_memory(image, policy, around=()):
        raise MemoryError

    save("a.png")
    (folder / "b.png").write_bytes(BROKEN)
    monkeypatch.setattr(denoiser, "process", short_of_memory)
    assert call("denoise", "a.png", "b.png", "-o", "out")[0] == 1
    assert call("denoise", "b.png", "none.png", "-o", "out")[0] == 2


def test_inspects_failures_stand_in_json_too(call, folder):
    save("a.png")
    (folder / "b.png").write_bytes(BROKEN)
    status, out, _ = call("inspect", "a.png", "b.png", "--json")
    told = json.loads(out)
    assert status == 2
    assert [each["source"] for each in told["images"]] == ["a.png", "b.png"]
    assert told["images"][0]["report"]["name"] == "a.png"
    assert told["images"][1]["error"].startswith("b.png is a broken PNG file")
    assert told["images"][1]["fault"] == "input"


@pytest.mark.parametrize("command", [("denoise", "-o", "out"), ("inspect",)], ids=["denoise", "inspect"])
def test_a_broken_file_of_a_folder_stops_no_other_and_is_told_with_its_path(call, folder, command):
    (folder / "in").mkdir()
    (folder / "in/a.png").write_bytes(BROKEN)
    save("in/b.png")
    name, *options = command
    status, out, err = call(name, "in", *options, "--json")
    broken, whole = json.loads(out)["images"]
    assert (status, whole["error"]) == (2, None)
    assert broken["error"].startswith("in/a.png is a broken PNG file")
    assert f"grainless: {broken['error']}\n" in err


@pytest.mark.parametrize(
    ("typed", "status", "fault"),
    [
        (("inspect", "no-*.png"), 2, "input"),
        (("denoise", "a.png", "--model", "colour"), 2, "input"),
        (("inspect", "a.png", "--sigma"), 2, "input"),
    ],
)
def test_a_command_that_fails_says_so_in_json_too(call, folder, typed, status, fault):
    save("a.png")
    ended, out, err = call(*typed, "--json")
    told = json.loads(out)
    assert (ended, told["fault"]) == (status, fault)
    assert err == f"grainless: {told['error']}\n"
    assert call(*typed)[:2] == (status, "")


@pytest.mark.parametrize("command", ["denoise", "inspect"])
def test_one_file_that_fails_stands_in_json_too(call, folder, command):
    (folder / "b.png").write_bytes(BROKEN)
    status, out, err = call(command, "b.png", "--json")
    (told,) = json.loads(out)["images"]
    assert status == 2
    assert told["error"].startswith("b.png is a broken PNG file")
    assert err == f"grainless: {told['error']}\n"


def test_an_image_that_is_the_result_of_another_is_passed_over_and_that_is_said(call, folder):
    save("a.png")
    save("a-denoised.png")
    status, out, err = call("denoise", "a.png", "a-denoised.png", "--overwrite")
    assert (status, out) == (0, "a-denoised.png\n")
    assert "a-denoised.png is passed over: it is the result of a.png." in err.splitlines()
    status, _, err = call("denoise", "a.png", "--overwrite")
    assert "passed over" not in err


def test_what_was_left_alone_is_counted_with_the_way_to_denoise_it(call, folder):
    save("noisy.png")
    Image.new("L", (64, 64), 128).save("clean.png")
    hint = "No model was run on 1 of 2 images; one that --model names is run all the same."
    assert hint in call("denoise", "noisy.png", "clean.png", "-o", "out")[2].splitlines()
    _, _, err = call("denoise", "clean.png", "-o", "one.png")
    assert "No model was run on the image; one that --model names" in err
    for options in (("--strength", 0), ("--model", "grey")):
        _, _, err = call("denoise", "clean.png", "-o", "other.png", "--overwrite", *options)
        assert "No model was run" not in err


def test_after_adapt_no_model_is_advised_that_would_be_left_as_well(call, folder):
    for name in ("a.png", "b.png"):
        Image.new("L", (64, 64), 128).save(name)
    _, _, err = call("denoise", "a.png", "b.png", "-o", "out", "--adapt")
    assert "No model was run on 2 of 2 images." in err.splitlines()
    assert "--model" not in err


@pytest.mark.parametrize("strength", [0, 1])
def test_chroma_on_a_grey_image_does_nothing_and_that_is_said(call, folder, strength):
    save("grey.png")
    save("colour.png", channels=3)
    options = ("--strength", strength, "--chroma", 0.5)
    said = "chroma is 0.5, and the image is grey: only strength counts."
    assert said in call("denoise", "grey.png", *options)[2]
    assert said not in call("denoise", "colour.png", *options)[2]
    assert "chroma" not in call("denoise", "grey.png", "-o", "2.png")[2]


def test_the_picture_to_compare_is_named_after_the_result(call, folder):
    save("photo.png")
    status, out, _ = call("denoise", "photo.png", "--compare", "--json")
    (told,) = json.loads(out)["images"]
    assert (status, told["picture"]) == (0, "photo-denoised-compare.png")
    assert (folder / "photo-denoised-compare.png").is_file()
    assert json.loads(call("denoise", "photo.png", "--json")[1])["images"][0]["picture"] is None


def test_neighbours_that_differ_only_in_ending_have_pictures_of_their_own(call, folder):
    for name in ("a.png", "a.jpg"):
        save(name)
    status, out, _ = call("denoise", "a.png", "a.jpg", "-o", "out", "--compare")
    assert (status, len(out.split())) == (0, 2)
    assert sorted(path.name for path in (folder / "out").iterdir()) == [
        "a.jpg",
        "a.jpg-compare.png",
        "a.png",
        "a.png-compare.png",
    ]


def test_pictures_to_compare_of_an_earlier_call_are_no_sources(call, folder):
    save("a.png")
    call("denoise", "a.png", "--compare")
    status, out, _ = call("denoise", "*.png", "--compare")
    assert (status, out) == (0, "")
    assert sorted(path.name for path in folder.iterdir()) == [
        "a-denoised-compare.png",
        "a-denoised.png",
        "a.png",
    ]


def test_what_was_done_before_is_counted_also_alone(call, folder):
    save("a.png")
    save("a-denoised.png")
    _, _, err = call("denoise", "a.png", "a-denoised.png")
    assert "1 done before (--overwrite does it anew)" in err


def test_one_is_told_as_one_and_several_as_several(call, folder):
    for name in ("a.png", "b.png", "c.png"):
        Image.new("L", (64, 64)).save(name)
    (folder / "in").mkdir()
    for name in ("d.heic", "x.tga", "y.pdf", "z.pdf", ".hidden"):
        (folder / "in" / name).write_bytes(b"")
    save("in/e.png")
    assert "2 left as they were" in call("denoise", "a.png", "b.png", "-o", "out")[2]
    told = call("denoise", "a.png", "b.png", "c.png", "-o", "out")[2]
    assert "1 left as it was, 2 done before (--overwrite does them anew)" in told
    assert "1 .heic file is passed over: convert it to PNG or TIFF first." in call("denoise", "in")[2]
    assert "3 files are passed over: .pdf, .tga.\n" in call("denoise", "in")[2]


@pytest.mark.parametrize(
    ("option", "path", "told"),
    [
        ("-o", "a.png/x.png", "a.png is no folder"),
        ("-o", "/dev/null", "/dev/null is no folder"),
        ("--manifest", "/", "/ is a folder: give the name of a file"),
        ("--manifest", "a.png/m.jsonl", "a.png is no folder"),
        ("--manifest", "/dev/null", "/dev/null is no plain file"),
    ],
)
def test_a_path_where_nothing_can_ever_stand_is_wrong_itself(call, folder, option, path, told):
    save("a.png")
    status, out, err = call("denoise", "a.png", "--model", "grey", option, path)
    assert (status, out) == (2, "")
    assert told in err


@pytest.mark.parametrize("command", ["denoise", "inspect"])
def test_files_of_a_folder_that_nobody_reads_are_told_also_to_programs(call, folder, command):
    (folder / "in").mkdir()
    for name in ("b.heic", "notes.txt"):
        (folder / "in" / name).touch()
    save("in/a.png")
    status, out, err = call(command, "in", "--json")
    assert (status, json.loads(out)["passed_over"]) == (0, {".heic": 1, ".txt": 1})
    assert "1 .heic file is passed over: convert it to PNG or TIFF first." in err


@pytest.mark.parametrize("options", [(), ("--manifest", "m.jsonl")], ids=["plain", "manifest"])
def test_a_drawing_of_one_bit_that_is_left_is_its_bytes_under_its_own_ending(call, folder, options):
    fax = b"P4\n32 32\n" + bytes(128)
    (folder / "fax.pbm").write_bytes(fax)
    status, out, err = call("denoise", "fax.pbm", "--strength", 0, *options)
    assert (status, out) == (0, "fax-denoised.pbm\n")
    assert (folder / "fax-denoised.pbm").read_bytes() == fax
    assert "8-bit" not in err
    status, out, err = call("denoise", "fax.pbm", "fax-denoised.pbm", "--strength", 0, *options)
    assert (status, out) == (0, "")
    assert "done before" in err
    assert sorted(path.suffix for path in folder.glob("fax*")) == [".pbm", ".pbm"]


def test_inspect_says_how_many_pages_a_file_has_and_that_the_first_is_looked_at(call, folder):
    first, *others = [Image.fromarray(noisy(20 + more).squeeze()) for more in range(3)]
    for name in ("a.tif", "a.gif"):
        first.save(name, save_all=True, append_images=others)
    first.save("one.png")
    status, out, _ = call("inspect", "a.tif", "a.gif", "one.png", "--json")
    assert (status, [each["pages"] for each in json.loads(out)["images"]]) == (0, [3, 3, 1])
    told = call("inspect", "a.tif")[1]
    assert "3; the first is looked at" in told
    assert "width x height" in told


def test_many_remarks_on_one_file_are_cut_short(call, folder):
    pages = [Image.fromarray(noisy(10 + number, size=(40, 40)).squeeze()) for number in range(14)]
    pages[0].save("a.tif", save_all=True, append_images=pages[1:])
    status, _, err = call("denoise", "a.tif")
    lines = err.splitlines()
    assert (status, len(lines), lines[12]) == (0, 13, "a.tif: and 2 remarks more; --json has them all.")
    assert lines[0].startswith("a.tif: Page 1: Noise of sigma")


def test_inspect_looks_into_folders_in_folders(call, folder):
    (folder / "in/deep").mkdir(parents=True)
    save("in/a.png")
    save("in/deep/b.png")
    found = [
        [each["source"] for each in json.loads(call("inspect", "in", *way, "--json")[1])["images"]]
        for way in ((), ("-r",))
    ]
    assert found == [["in/a.png"], ["in/a.png", "in/deep/b.png"]]
