"""A cluster's driver, with a Ray that is pretended; benchmarks/reliability/cluster.py tries a real one."""

import sys
import types
from pathlib import Path
from queue import Queue

import numpy as np
import PIL.Image
import pytest

from grainless.denoising.batch.cluster import Cluster, Worker, cluster
from grainless.denoising.batch.engines import ENGINES
from grainless.denoising.files.denoiser import FileDenoiser, denoise_files
from grainless.denoising.files.jobs import Job
from grainless.denoising.files.result import JobResult
from grainless.errors import InputError, RunError


class Died(Exception):
    """As Ray tells of it."""


class Handle:
    """An actor's: calls are made when they are waited for."""

    def __init__(self, worker):
        self.do = types.SimpleNamespace(remote=lambda job: lambda: worker.do(job))


def pretended(*denoisers):
    free = Queue()
    for denoiser in denoisers:
        free.put(Handle(Worker(denoiser)))
    return Cluster(free, lambda call: call(), len(denoisers))


def test_paths_travel_absolute_and_come_back_as_they_were_given(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    seen = []

    def denoiser(job):
        seen.append(job)
        return JobResult(job, "left")

    job = Job(Path("a.png"), Path("out/a.png"))
    assert pretended(denoiser)(job) == JobResult(job, "left")
    assert seen == [Job(tmp_path / "a.png", tmp_path / "out" / "a.png")]


def test_what_fails_there_fails_here_and_the_worker_goes_on():
    def broken(job):
        raise InputError("a.png is broken.")

    def died(job):
        raise Died("The actor died.\nIts node is gone.")

    job = Job(Path("a.png"), Path("b.png"))
    for denoiser, kind, words in ((broken, InputError, r"^a\.png is broken\.$"), (died, RunError, None)):
        workers = pretended(denoiser)
        for _ in range(2):
            with pytest.raises(
                kind, match=words or r"^a\.png: the workers that did it died: The actor died\.$"
            ):
                workers(job)


def test_many_files_go_to_free_workers_and_come_out_as_on_one_machine(tmp_path):
    for number in range(6):
        PIL.Image.fromarray(np.full((9, 9), number, np.uint8)).save(tmp_path / f"{number}.png")
    jobs = [Job(tmp_path / f"{number}.png", tmp_path / "out" / f"{number}.png") for number in range(6)]
    results = list(denoise_files(jobs, pretended(FileDenoiser(), FileDenoiser()), 2))
    assert {each.state for each in results} == {"left"}
    assert all(each.target.read_bytes() == each.source.read_bytes() for each in jobs)


class Ray(types.ModuleType):
    """What of Ray is asked for."""

    def __init__(self, fails=None):
        super().__init__("ray")
        self.fails, self.told = fails, []

    def init(self, **options):
        if self.fails:
            raise ConnectionError(self.fails)
        self.told.append(options)

    def cluster_resources(self):
        return {"CPU": 7.0}

    def remote(self, kind):
        def options(**keywords):
            self.told.append(keywords)
            return types.SimpleNamespace(remote=lambda sent: Handle(kind(sent)))

        return types.SimpleNamespace(options=options)

    def put(self, thing):
        return thing

    def get(self, call):
        return call()

    def shutdown(self):
        self.told.append("shutdown")


def test_there_are_as_many_workers_as_cores_and_a_dead_one_is_begun_anew(monkeypatch):
    ray = Ray()
    monkeypatch.setitem(sys.modules, "ray", ray)
    monkeypatch.setenv("RAY_ADDRESS", "head:6379")
    job = Job(Path("a.png"), Path("b.png"))
    with ENGINES["ray"](lambda job: JobResult(job, "left"), 1, 2) as (work, at_once):
        assert at_once == 3
        assert work(job).state == "left"
    init, actors, end = ray.told
    assert init["address"] == "head:6379"
    assert actors == {"num_cpus": 2, "max_restarts": -1, "max_task_retries": 3}
    assert end == "shutdown"


def test_a_cluster_that_is_not_there_is_one_line(monkeypatch):
    for module, words in (
        (Ray("No head at head:6379\nmore"), r"^The Ray cluster cannot be reached: No head at head:6379$"),
        (None, r"^--engine ray needs the package ray: pip install 'grainless\[ray\]'$"),
    ):
        monkeypatch.setitem(sys.modules, "ray", module)
        with pytest.raises(RunError, match=words), cluster(FileDenoiser()):
            pytest.fail("there is none")


def test_another_engine_is_told(call, tmp_path):
    status, _, told = call("denoise", tmp_path, "--engine", "rai")
    assert status == 2
    assert told.startswith("grainless: ")
