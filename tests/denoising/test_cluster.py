"""A cluster's driver, with a Ray that is pretended; benchmarks/reliability/cluster.py tries a real one."""

import logging
import pickle
import sys
import types
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from grainless.denoising.batch.cluster import WAVE, Cluster, Tries, Worker, cluster, room
from grainless.denoising.batch.engines import ENGINES
from grainless.denoising.batch.rows import job_of, line_of_job, line_of_result, result_of
from grainless.denoising.files.denoiser import FileDenoiser
from grainless.denoising.files.jobs import Job
from grainless.denoising.files.result import JobResult, Source
from grainless.errors import InputError, RunError


class Died(BaseException):
    """A worker that ends within a job; Ray Data does it again, for ever."""


class Gone(BaseException):
    """What Ray Data gives up, and says nothing."""


class Data(types.ModuleType):
    """What of Ray Data is asked for: a set whose rows are done one after the other."""

    def __init__(self, fails=None):
        super().__init__("ray.data")
        self.context, self.fails, self.told = types.SimpleNamespace(), fails, []
        self.ActorPoolStrategy = dict
        self.DataContext = types.SimpleNamespace(get_current=lambda: self.context)

    def from_items(self, rows, **options):
        self.told.append(options)
        return Rows(self, rows)


class Rows:
    """A data set."""

    def __init__(self, data, rows):
        self.data, self.rows = data, rows

    def map(self, kind, *, fn_constructor_args, **options):
        self.data.told.append(options)
        denoiser, begun = fn_constructor_args
        self.worker = kind(pickle.loads(pickle.dumps(denoiser)), begun)
        return self

    def iter_rows(self):
        for row in reversed(self.rows):
            if self.data.fails:
                raise ConnectionError(self.data.fails)
            while True:
                try:
                    yield self.worker(row)
                except Died:
                    continue
                except Gone:
                    pass
                break


class Ray(types.ModuleType):
    """What of Ray is asked for."""

    def __init__(self, fails=None):
        super().__init__("ray")
        self.fails, self.told, self.data = fails, [], Data()

    def init(self, **options):
        if self.fails:
            raise ConnectionError(self.fails)
        self.told.append(options)

    def nodes(self):
        return [
            {"Alive": alive, "Resources": {"CPU": cores}} for alive, cores in ((True, 7.0), (False, 64.0))
        ]

    def remote(self, kind):
        def made():
            begun = kind().begun
            call = types.SimpleNamespace(remote=begun)
            return types.SimpleNamespace(begun=call)

        return types.SimpleNamespace(options=lambda **_: types.SimpleNamespace(remote=made))

    def get(self, answer):
        return answer

    def shutdown(self):
        self.told.append("shutdown")


def left(job):
    return JobResult(job, "left")


def told(job):
    """Says the paths it was given."""
    return JobResult(job, "left", remarks=(str(job.source), str(job.target), str(job.kept)))


TRIED = []


def troubled(job):
    """Files that fail, each in its way."""
    name = job.source.name
    if name == "broken":
        raise InputError("broken cannot be read.")
    if name == "bug":
        raise ZeroDivisionError("division by zero")
    TRIED.append(name)
    if name == "poison":
        raise Died
    if name == "lost":
        raise Gone
    return JobResult(job, "left")


def workers(denoiser, data=None):
    return Cluster(data or Data(), lambda: Tries().begun, denoiser, (2, 2), 1)


def test_paths_travel_absolute_and_come_back_as_they_were_given(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    job = Job(Path("a.gif"), Path("out/a.png"), kept=Path("out/a.gif"))
    (result,) = workers(told)([job])
    assert result.remarks == tuple(str(tmp_path / path) for path in ("a.gif", "out/a.png", "out/a.gif"))
    assert result.job == job


def stayed(job):
    return JobResult(Job(job.source, job.kept, kept=job.kept), "skipped")


def test_where_a_source_was_kept_is_told_as_it_was_given(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (result,) = workers(stayed)([Job(Path("a.gif"), Path("out/a.png"), kept=Path("out/a.gif"))])
    assert result.target == Path("out/a.gif")


def test_each_file_is_told_of_also_where_its_worker_died():
    TRIED.clear()
    jobs = [Job(Path(name), Path("out") / name) for name in ("broken", "bug", "poison", "lost", "good")]
    results = {each.source.name: each for each in workers(troubled)(jobs)}
    assert {name: (each.state, each.fault) for name, each in results.items()} == {
        "broken": ("failed", "input"),
        "bug": ("failed", "world"),
        "poison": ("failed", "world"),
        "lost": ("failed", "world"),
        "good": ("left", None),
    }
    assert str(results["poison"].error).endswith("poison: the workers that did it died")
    assert str(results["lost"].error) == "lost: the workers that did it died"
    assert TRIED.count("poison") == 1 + 3
    assert str(results["bug"].error).endswith("bug: ZeroDivisionError: division by zero")


def test_what_is_wrong_with_a_file_is_told_as_on_one_machine(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", ray := Ray())
    monkeypatch.setitem(sys.modules, "ray.data", ray.data)
    with ENGINES["ray"](troubled, 1, 1, 0) as stream:
        (result,) = stream([Job(Path("broken"), Path("out"))])
    with pytest.raises(InputError, match=r"^broken cannot be read\.$"):
        raise result.error
    assert result.seconds > 0


def test_a_cluster_that_goes_away_fails_what_is_left_and_ends():
    gone = workers(left, Data("The actor died.\n\x1b[36mImportError: no grainless\x1b[39m\n"))
    results = gone([Job(Path("a"), Path("b"))] * 2)
    assert [str(each.error) for each in results] == ["a: the cluster failed: ImportError: no grainless"] * 2


def test_many_files_come_out_as_on_one_machine(tmp_path):
    for number in range(6):
        PIL.Image.fromarray(np.full((9, 9), number, np.uint8)).save(tmp_path / f"{number}.png")
    jobs = [Job(tmp_path / f"{number}.png", tmp_path / "out" / f"{number}.png") for number in range(6)]
    assert {each.state for each in workers(FileDenoiser())(jobs)} == {"left"}
    assert all(each.target.read_bytes() == each.source.read_bytes() for each in jobs)


def test_files_go_out_in_waves_each_a_block(monkeypatch):
    monkeypatch.setattr("grainless.denoising.batch.cluster.WAVE", 3)
    data = Data()
    jobs = [Job(Path(f"{number}"), Path("out")) for number in range(205)]
    assert len(list(workers(left, data)(iter(jobs)))) == 205
    assert [each["override_num_blocks"] for each in data.told[::2]] == [100, 100, 5]  # fifty a worker
    assert WAVE > 1000


def test_there_are_as_many_workers_as_cores_and_none_waits_on_another(monkeypatch):
    ray = Ray()
    monkeypatch.setitem(sys.modules, "ray", ray)
    monkeypatch.setitem(sys.modules, "ray.data", ray.data)
    monkeypatch.setenv("RAY_ADDRESS", "head:6379")
    jobs = [Job(Path(f"{number}.png"), Path("b.png")) for number in range(9)]
    for asked, pool in ((1, (3, 3)), (2, (2, 2)), (5, (3, 5))):
        with ENGINES["ray"](left, asked, 2, 0) as stream:
            assert len(list(stream(jobs))) == 9
        options = ray.data.told.pop()
        assert (options["compute"]["min_size"], options["compute"]["max_size"]) == pool
        assert options["compute"]["max_tasks_in_flight_per_actor"] == 1  # so none waits on one that dies
        assert options["num_cpus"] == 2
    assert ray.told[0]["address"] == "head:6379"
    assert ray.told[0]["logging_level"] == logging.CRITICAL
    assert ray.told[-1] == "shutdown"
    assert ray.data.context.max_errored_blocks == -1


def test_a_worker_that_fits_on_no_computer_is_refused():
    with pytest.raises(
        InputError,
        match=r"^--threads 8: no computer of the Ray cluster has so many cores; the largest has 7\.$",
    ):
        room(Ray().nodes(), 8)


def test_a_cluster_that_is_not_there_is_one_line(monkeypatch):
    for module, words in (
        (Ray("No head at head:6379\nmore"), r"^The Ray cluster cannot be reached: No head at head:6379$"),
        (None, r"^--engine ray needs the package ray, with Ray Data: pip install 'grainless\[ray\]'$"),
    ):
        monkeypatch.setitem(sys.modules, "ray", module)
        monkeypatch.setitem(sys.modules, "ray.data", module and module.data)
        with pytest.raises(RunError, match=words), cluster(FileDenoiser()):
            pytest.fail("there is none")


def test_another_engine_is_told(call, tmp_path):
    status, _, told = call("denoise", tmp_path, "--engine", "rai")
    assert status == 2
    assert told.startswith("grainless: ")


def test_a_worker_gives_back_what_it_was_given():
    assert (
        Worker(left, Tries().begun)({"number": 7, "job": line_of_job(Job(Path("a"), Path("b")))})["number"]
        == 7
    )


NAMED = Job(Path("/in/\udcff ü.gif"), Path("/out/a.png"), "a fault", kept=Path("/out/a.gif"), crowded=True)


@pytest.mark.parametrize("job", [NAMED, Job(Path("/a"), Path("/b"))], ids=["all", "least"])
def test_jobs_and_results_come_back_from_their_lines(job):
    line = line_of_job(job)
    assert line.isascii()
    assert job_of(line) == job
    least = JobResult(job, "left")
    full = JobResult(
        job,
        "denoised",
        "grey",
        0.1,
        ("one", "two"),
        chosen=True,
        picture=Path("/out/p.png"),
        read=Source(3, 4),
        seconds=0.5,
        adapt=True,
    )
    for result in (least, full):
        assert result_of(line_of_result(result)) == result
    for error in (InputError("It is wrong."), RunError("The disk is full.")):
        back = result_of(line_of_result(JobResult(job, "failed", error=error)))
        assert (type(back.error), str(back.error)) == (type(error), str(error))
