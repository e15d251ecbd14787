"""Jobs and results as lines of JSON: what travels between the caller and the workers of a cluster."""

import json
from dataclasses import asdict, fields
from pathlib import Path

from grainless.denoising.files.jobs import Job
from grainless.denoising.files.result import JobResult, Source
from grainless.errors import InputError, RunError

ERRORS = {kind.fault: kind for kind in (InputError, RunError)}


def line_of_job(job: Job) -> str:
    """A job, its paths as a worker that stands elsewhere must know them."""
    paths = {"source": job.source, "target": job.target, "kept": job.kept}
    return json.dumps(asdict(job) | {name: path and str(path.absolute()) for name, path in paths.items()})


def job_of(line: str) -> Job:
    """What `line_of_job` wrote."""
    told = json.loads(line)
    source, target = Path(told["source"]), Path(told["target"])
    return Job(**told | {"source": source, "target": target, "kept": _path(told["kept"])})


def line_of_result(result: JobResult) -> str:
    """A result; of an error its sentence and whose fault it is."""
    told = {each.name: getattr(result, each.name) for each in fields(result)}
    picture, error = result.picture and str(result.picture), result.error and result.error.plain()
    return json.dumps(told | {"job": line_of_job(result.job), "picture": picture, "error": error})


def result_of(line: str) -> JobResult:
    """What `line_of_result` wrote."""
    told = json.loads(line)
    error, read = told["error"], told["read"]
    return JobResult(
        **told
        | {
            "job": job_of(told["job"]),
            "remarks": tuple(told["remarks"]),
            "error": error and ERRORS[error["fault"]](error["error"]),
            "picture": _path(told["picture"]),
            "read": read and Source(*read),
        }
    )


def _path(text: str | None) -> Path | None:
    return Path(text) if text is not None else None
