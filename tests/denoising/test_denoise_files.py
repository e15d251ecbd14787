"""From files to files; with the shipped models, on images made here."""

import threading
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import tifffile
import tiny
from scenes import noisy

from grainless.denoising.files.denoiser import FileDenoiser, denoise_files
from grainless.denoising.files.jobs import Job, plan_jobs
from grainless.denoising.files.result import JobResult
from grainless.denoising.policy import Policy
from grainless.denoising.process import Outcome
from grainless.errors import InputError, RunError
from grainless.image.files import MAX_PIXELS
from grainless.model.card import Card


def saved(path, pixels, **options):
    PIL.Image.fromarray(np.squeeze(pixels)).save(path, **options)
    return path


@pytest.fixture
def job(tmp_path):
    return Job(saved(tmp_path / "in.png", noisy(20)), tmp_path / "out.png")


def spread(path):
    """Of neighbouring pixels: noise."""
    return np.diff(np.asarray(PIL.Image.open(path), dtype=float), axis=1).std()


def test_noise_goes_and_what_was_done_is_told(job):
    result = FileDenoiser()(job)
    assert (result.state, result.model, result.error) == ("denoised", "grey", None)
    assert 255 * result.sigma == pytest.approx(20, rel=0.1)
    assert spread(job.target) < 0.3 * spread(job.source)
    assert result.plain()["remarks"][0].startswith("Noise of sigma")


def test_without_noise_the_result_is_the_source_byte_for_byte(tmp_path):
    job = Job(saved(tmp_path / "in.jpg", noisy(0), quality=90), tmp_path / "new" / "out.jpg")
    assert FileDenoiser()(job).state == "left"
    assert job.target.read_bytes() == job.source.read_bytes()


def test_strength_nothing_gives_the_source_byte_for_byte(job):
    result = FileDenoiser(Policy(strength=0))(job)
    assert (result.state, result.model) == ("left", None)
    assert job.target.read_bytes() == job.source.read_bytes()


def test_what_is_left_is_still_turned_into_the_format_asked_for(tmp_path):
    job = Job(saved(tmp_path / "in.png", noisy(0)), tmp_path / "out.tif")
    FileDenoiser()(job)
    np.testing.assert_array_equal(tifffile.imread(job.target), np.squeeze(noisy(0)))


def test_strength_is_between(job, tmp_path):
    FileDenoiser()(job)
    half = Job(job.source, tmp_path / "half.png")
    FileDenoiser(Policy(strength=0.5))(half)
    before, after, between = (
        np.asarray(PIL.Image.open(path), dtype=float) for path in (job.source, job.target, half.target)
    )
    np.testing.assert_allclose(between, (before + after) / 2, atol=1)


def test_compare_writes_a_picture_beside_the_result(job, tmp_path):
    FileDenoiser(compare=True)(job)
    with PIL.Image.open(tmp_path / "out-compare.png") as picture:
        assert picture.width > 3 * 160


def test_pages_are_looked_at_one_by_one(tmp_path):
    with tifffile.TiffWriter(tmp_path / "in.tif") as file:
        for sigma in (0, 20):
            file.write(np.squeeze(noisy(sigma)), photometric="minisblack")
    result = FileDenoiser()(Job(tmp_path / "in.tif", tmp_path / "out.tif"))
    first, second = (tifffile.imread(tmp_path / "out.tif", key=page) for page in (0, 1))
    np.testing.assert_array_equal(first, np.squeeze(noisy(0)))
    assert np.diff(second.astype(float)).std() < 0.3 * np.diff(np.squeeze(noisy(20)).astype(float)).std()
    assert result.state == "denoised"
    assert [each.partition(" in ")[0][:24] for each in result.remarks] == [
        "Page 1: No noise found: ", "Page 2: Noise of sigma 1",
    ]  # fmt: skip


def test_what_is_said_of_every_page_is_said_once_and_first():
    said = [("a", "b"), ("b",), ("a", "c", "b"), ("a", "b")]
    told = JobResult.of(Job(Path("a"), Path("b")), [Outcome(notes=each) for each in said], ["d"])
    assert told.remarks == ("Every page: b", "Pages 1, 3, 4: a", "Page 3: c", "d")


def test_detail_that_was_taken_is_told(tmp_path):
    blur = tiny.blur(tmp_path / "blur.onnx", Card("blur", channels=1, reach=1))
    chance = np.random.default_rng(0)
    texture = np.tile(np.linspace(60, 200, 160), (160, 1))
    texture[80:] += 25 * np.sign(np.sin(np.arange(80)[:, None] * 1.7) * np.sin(np.arange(160) * 1.1))
    source = saved(
        tmp_path / "in.png", (texture + 2 * chance.standard_normal(texture.shape)).astype(np.uint8)
    )
    remarks = FileDenoiser(Policy(blur))(Job(source, tmp_path / "out.png")).remarks
    assert any("Detail was taken with the noise" in remark for remark in remarks)


def test_a_large_tiff_is_streamed_to_the_same_result(tmp_path):
    pixels = np.squeeze(np.tile(noisy(20), (8, 2, 1)))
    tifffile.imwrite(tmp_path / "in.tif", pixels, photometric="minisblack", rowsperstrip=64)
    for name, memory in (("whole", None), ("streamed", 180_000_000)):
        result = FileDenoiser(memory=memory)(Job(tmp_path / "in.tif", tmp_path / f"{name}.tif"))
        assert (result.state, result.model) == ("denoised", "grey")
    one, other = (tifffile.imread(tmp_path / f"{name}.tif").astype(int) for name in ("whole", "streamed"))
    assert abs(one - other).max() <= 1


def test_what_does_not_fit_in_memory_and_cannot_be_streamed_is_refused(job):
    with pytest.raises(
        InputError, match=r"in\.png needs about .* and --memory allows 1 MB: allow more, or convert"
    ):
        FileDenoiser(memory=1_000_000)(job)


def test_the_source_is_never_overwritten_unless_told_so(job):
    own = Job(job.source, job.source)
    with pytest.raises(InputError, match=r"overwritten: choose another name, or allow it by --overwrite\.$"):
        FileDenoiser()(own)
    with pytest.raises(InputError, match="would be overwritten"):
        FileDenoiser(skip=True)(own)
    before = spread(job.source)
    FileDenoiser(overwrite=True)(own)
    assert spread(job.source) < 0.3 * before


def test_an_output_that_exists_is_a_mistake_or_done_before(job):
    job.target.write_bytes(b"here")
    with pytest.raises(InputError, match=r"out\.png exists: choose another name"):
        FileDenoiser()(job)
    assert FileDenoiser(skip=True)(job).state == "skipped"
    assert job.target.read_bytes() == b"here"
    assert FileDenoiser(skip=True, overwrite=True)(job).state == "denoised"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"strength": 1.5}, "strength is 1.5"),
        ({"model": "gray"}, 'No model is called "gray"'),
        ({"model": "none.onnx"}, "none.onnx"),
    ],
)
def test_mistakes_are_told_before_any_file_is_read(options, words):
    with pytest.raises(InputError, match=words):
        FileDenoiser(Policy(**options))


def test_max_pixels_is_kept(job):
    with pytest.raises(InputError, match="--max-pixels"):
        FileDenoiser(max_pixels=160 * 160 - 1)(job)
    assert FileDenoiser(max_pixels=160 * 160)(job).state == "denoised"
    assert MAX_PIXELS > 160 * 160


@pytest.mark.parametrize("jobs", [1, 3])
def test_one_bad_file_does_not_stop_the_rest(jobs):
    def denoiser(job):
        if job == "bad":
            raise InputError("broken")
        return JobResult(job, "denoised")

    results = list(denoise_files(["a", "bad", "b"], denoiser, jobs))
    assert {each.job: each.state for each in results} == {
        "a": "denoised",
        "bad": "failed",
        "b": "denoised",
    }
    assert next(str(each.error) for each in results if each.error) == "broken"


def test_jobs_run_at_once():
    both = threading.Barrier(2, timeout=20)

    def denoiser(job):
        both.wait()
        return JobResult(job, "denoised")

    assert len(list(denoise_files(["a", "b"], denoiser, 2))) == 2


def test_of_many_files_a_few_wait_and_the_others_are_not_asked_for():
    taken, waiting = 0, []

    def many():
        nonlocal taken
        for each in range(1, 301):
            taken = each
            yield each

    for done, _ in enumerate(denoise_files(many(), lambda job: JobResult(job, "left"), 3), start=1):
        waiting.append(taken - done)
    assert done == 300
    assert max(waiting) <= 6


def test_a_bug_is_no_failed_file():
    def denoiser(job):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(denoise_files(["a"], denoiser))


def test_memory_that_runs_out_is_one_line(job, monkeypatch):
    def greedy(image, policy, around=()):
        raise MemoryError

    monkeypatch.setattr("grainless.denoising.files.denoiser.process", greedy)
    with pytest.raises(RunError, match=r"in\.png needs more memory than there is"):
        FileDenoiser()(job)
    assert not job.target.exists()


def test_a_picture_to_compare_overwrites_nothing_unasked(job, tmp_path):
    mine = tmp_path / "out-compare.png"
    mine.write_text("mine")
    with pytest.raises(InputError, match=r"out-compare\.png exists"):
        FileDenoiser(compare=True)(job)
    assert mine.read_text() == "mine"
    assert not job.target.exists()


def test_what_had_to_be_converted_is_told_where_the_result_is_no_copy(tmp_path):
    PIL.Image.new("1", (40, 40)).save(tmp_path / "fax.pbm")
    result = FileDenoiser(Policy(strength=0))(Job(tmp_path / "fax.pbm", tmp_path / "fax.pgm"))
    assert result.state == "left"
    assert result.remarks


@pytest.fixture
def unwritten(monkeypatch):
    """Nothing may be encoded."""

    def refused(*_, **__):
        raise AssertionError("encoded")

    monkeypatch.setattr("grainless.denoising.files.denoiser.write_frames", refused)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("in.jpg", "out.jpeg"),
        ("in.tif", "out.tiff"),
        ("in.pgm", "out.pnm"),
        ("in.dat", "out.png"),
        ("in.PNG", "out.png"),
    ],
)
def test_what_is_only_copied_is_never_encoded(tmp_path, unwritten, source, target):
    forms = {"in.dat": "PNG"}
    PIL.Image.new("L", (64, 64), 90).save(tmp_path / source, forms.get(source))
    job = Job(tmp_path / source, tmp_path / target)
    assert FileDenoiser()(job).state == "left"
    assert job.target.read_bytes() == job.source.read_bytes()


def test_limits_of_the_format_refuse_no_copy(tmp_path, unwritten):
    """Pages of two depths are read, and cannot all be written again by every format."""
    with tifffile.TiffWriter(tmp_path / "in.tif") as file:
        for depth in (np.uint8, np.uint16):  # pages of two depths
            file.write(np.zeros((40, 40), depth), photometric="minisblack", contiguous=False)
    job = Job(tmp_path / "in.tif", tmp_path / "out.tif")
    FileDenoiser()(job)
    assert job.target.read_bytes() == job.source.read_bytes()


def test_formats_are_compared_by_content_not_by_endings(tmp_path):
    PIL.Image.fromarray(np.squeeze(noisy(0))).save(tmp_path / "in.png", "BMP")
    job = Job(tmp_path / "in.png", tmp_path / "out.png")
    assert FileDenoiser()(job).state == "left"
    with PIL.Image.open(job.target) as written:
        assert written.format == "PNG"


def test_pages_before_the_first_noisy_one_are_kept_as_they_are(tmp_path):
    pages = [np.squeeze(noisy(sigma)) for sigma in (0, 0, 20, 0, 20)]
    with tifffile.TiffWriter(tmp_path / "in.tif") as file:
        for page in pages:
            file.write(page, photometric="minisblack", contiguous=False)
    result = FileDenoiser(compare=True)(Job(tmp_path / "in.tif", tmp_path / "out.tif"))
    assert result.state == "denoised"
    for number, page in enumerate(pages):
        same = tifffile.imread(tmp_path / "out.tif", key=number) == page
        assert same.all() == (number not in {2, 4})


def test_a_job_with_a_fault_fails_and_the_rest_is_done(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        saved(tmp_path / folder / "same.png", noisy(20))
    saved(tmp_path / "a" / "other.png", noisy(20))
    sources = [tmp_path / "a" / "same.png", tmp_path / "a" / "other.png", tmp_path / "b" / "same.png"]
    results = {
        each.job.source: each for each in denoise_files(plan_jobs(sources, tmp_path / "out"), FileDenoiser())
    }
    assert [results[source].state for source in sources] == ["failed", "denoised", "failed"]
    assert str(results[sources[0]].error).startswith(f"{sources[0]} and {sources[2]} would both become ")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["other.png"]
