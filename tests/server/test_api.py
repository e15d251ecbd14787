"""The HTTP API: what goes in, what comes out, and who is refused."""

import contextlib
import io
import json
import re
import socket
import threading
import time
import uuid
from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import unquote

import httpx
import numpy as np
import PIL.Image
import pytest
import tiny
from pages import noisy
from served import served

import grainless
from grainless.denoising.files.denoiser import FileDenoiser
from grainless.denoising.files.inspecting import FileInspection
from grainless.denoising.files.jobs import Job
from grainless.denoising.policy import Policy
from grainless.errors import InputError, RunError
from grainless.image.files import decode
from grainless.model.card import Card
from grainless.plain import plain
from grainless.server.api import pictures as application
from grainless.server.api.denoise import denoise_file
from grainless.server.app import create_app
from grainless.server.gate.limits import Limits
from grainless.server.gate.queue import Stopped
from grainless.server.serve import serve


@pytest.fixture(scope="module")
def server():
    with served() as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client


def file(pixels, form="PNG", **options):
    written = io.BytesIO()
    PIL.Image.fromarray(pixels).save(written, form, **options)
    return written.getvalue()


def opened(content):
    return np.asarray(PIL.Image.open(io.BytesIO(content)))


def sentence(answer, status):
    """The sentence of an answer that is a fault."""
    assert answer.status_code == status
    told = answer.json()["error"]
    assert answer.json()["fault"] == ("world" if status >= 500 or status in {408, 409, 429} else "input")
    assert re.fullmatch(r"\S.*[.]", told)
    return told


# what comes out


@pytest.mark.parametrize("options", [{}, {"strength": 0.5, "chroma": 1.0}, {"strength": 0.3}])
def test_a_file_is_denoised_as_python_does_it(server, options):
    given = file(noisy(40, 56))
    answer = server.post("/api/denoise", content=given, params={"model": "color", **options})
    wanted, _ = grainless.process(next(decode(given)), grainless.Policy("color", **options))
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["grainless-model"] == "color"
    off = opened(answer.content) / 255 - np.moveaxis(wanted.pixels, 0, -1).clip(0, 1)
    assert np.abs(off).max() <= 0.501 / 255


def test_a_curve_is_fitted_where_it_is_asked_for(server):
    given = file(noisy(96, 96)[..., 0])
    image = next(decode(given))
    for asked in (False, True):
        answer = server.post("/api/denoise", content=given, params={"model": "grey", "adapt": asked})
        wanted, outcome = grainless.process(image, grainless.Policy("grey", adapt=asked))
        assert answer.headers["grainless-adapt"] == str(outcome.adapt).lower()
        off = opened(answer.content) / 255 - wanted.pixels[0].clip(0, 1)
        assert np.abs(off).max() <= 0.501 / 255


@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF", "WebP", "BMP", "PPM", "GIF"])
def test_a_file_comes_back_in_its_format(server, form):
    given = file(noisy(24, 32), form)
    answer = server.post("/api/denoise", content=given, params={"model": "color"})
    assert answer.status_code == 200
    assert PIL.Image.open(io.BytesIO(answer.content)).format == form.upper()
    assert answer.content != given


def test_what_has_no_noise_comes_back_byte_for_byte(server):
    given = file(np.full((64, 64, 3), 90, np.uint8), dpi=(300, 300))
    answer = server.post("/api/denoise", content=given)
    assert answer.content == given
    assert answer.headers["grainless-model"] == "none"
    assert "No%20noise" in answer.headers["grainless-remarks"]


def parts(answer):
    """A form's parts: name -> (kind, content)."""
    head = f"Content-Type: {answer.headers['content-type']}\r\n\r\n".encode()
    form = BytesParser(policy=HTTP).parsebytes(head + answer.content)
    return {
        part.get_param("name", header="content-disposition"): (
            part.get_content_type(),
            part.get_payload(decode=True),
        )
        for part in form.iter_parts()
    }


def test_a_drawing_of_one_bit_that_is_left_comes_back_and_nothing_is_said_of_eight():
    fax = b"P4\n32 32\n" + bytes(128)
    done = denoise_file(fax, Policy(strength=0), Limits(), lambda *_: None)
    assert done.content == fax
    assert not any("8-bit" in each for each in done.told().remarks)


def test_a_tiff_comes_with_pictures_that_a_browser_shows(server):
    pixels = noisy(24, 32)
    answer = server.post(
        "/api/denoise", content=file(pixels, "TIFF"), params={"model": "color", "parts": True}
    )
    found = parts(answer)
    assert {name: kind for name, (kind, _) in found.items()} == {
        "outcome": "application/json",
        "image": "image/tiff",
        "before": "image/png",
        "after": "image/png",
    }
    assert (opened(found["before"][1]) == pixels).all()
    assert (opened(found["after"][1]) == opened(found["image"][1])).all()


def test_it_tells_what_noise_it_finds(server):
    told = server.post("/api/inspect", content=file(noisy(128, 128))).json()
    assert told["advice"]["model"] in {"color", "photo"}
    assert abs(told["report"]["sigma"] * 255 - 25) < 3
    assert told["advice"]["why"].startswith("Noise")


def test_it_tells_what_the_command_line_tells(server, tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(file(noisy(128, 128)))
    theirs = FileInspection.of(path).plain()
    ours = server.post("/api/inspect", content=path.read_bytes()).json()
    ours["report"]["name"] = theirs["report"]["name"]
    assert ours == {name: theirs[name] for name in ("report", "advice")}


def test_what_was_done_has_the_names_of_the_command_lines_json(server, tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(file(noisy(128, 128)))
    theirs = FileDenoiser()(Job(path, tmp_path / "b.png")).plain()
    ours = json.loads(
        parts(server.post("/api/denoise", content=path.read_bytes(), params={"parts": True}))["outcome"][1]
    )
    for name in ("state", "model", "sigma", "remarks"):
        assert ours[name] == plain(theirs[name])


def test_a_denoised_files_noise_is_told_in_words_too(server):
    answer = server.post("/api/denoise", content=file(noisy(128, 128)))
    words = unquote(answer.headers["grainless-remarks"])
    assert re.match(r"(Fine|Soft|Coarse) grain, strong; colour noise, strong\. Noise of sigma", words)


def test_models_and_health_are_told(server):
    assert {"grey", "color"} <= {model["name"] for model in server.get("/api/models").json()["models"]}
    assert server.get("/api/health").json() == {
        "status": "ok",
        "version": grainless.__version__,
        "run": None,
    }


def test_prometheus_reads_the_counters(server):
    from prometheus_client.parser import text_string_to_metric_families

    server.post("/api/denoise", content=b"nothing")
    for path in ("/", "/app.js", "/style.css"):
        server.get(path)
    families = {each.name: each for each in text_string_to_metric_families(server.get("/metrics").text)}
    refused = {"path": "/api/denoise", "status": "415"}
    samples = families["grainless_answers"].samples
    assert any(sample.labels == refused for sample in samples)
    assert max(each.value for each in samples if each.labels == {"path": "page", "status": "200"}) >= 3
    assert not any(sample.labels["path"].endswith((".js", ".html")) for sample in samples)
    assert {sample.labels["stage"] for sample in families["grainless_jobs"].samples} == {"waiting", "working"}


def test_the_page_says_where_it_may_load_from_and_nothing_outside_it_is_served(server):
    page = server.get("/")
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert page.headers["cross-origin-opener-policy"] == "same-origin"
    assert page.headers["cross-origin-embedder-policy"] == "require-corp"
    assert "engine-server" in server.get("/engine.js").text
    for path in ("/../pyproject.toml", "/%2e%2e/app.py", "/browser/worker.js", "/nothing"):
        assert "/api/docs lists all" in sentence(server.get(path), 404)


def test_heads_are_told_as_answers_without_their_content(server):
    for path in ("/", "/api/health", "/api/models", "/api/docs", "/metrics"):
        asked, told = server.head(path), server.get(path)
        assert (asked.status_code, asked.content) == (200, b"")
        assert asked.headers["content-type"] == told.headers["content-type"]
    assert server.head("/api/denoise").status_code == 405
    assert server.head("/nothing").status_code == 404


def test_the_page_can_be_installed_and_retires_the_worker_of_a_static_site(server):
    manifest = server.get("/manifest.webmanifest")
    assert manifest.headers["content-type"] == "application/manifest+json"
    for icon in manifest.json()["icons"]:
        assert server.get(f"/{icon['src']}").status_code == 200
    assert server.get("/favicon.ico").headers["content-type"] == "image/png"
    assert "unregister" in server.get("/sw.js").text


def test_the_docs_page_shows_every_address_and_loads_nothing_from_elsewhere(server):
    text = server.get("/api/docs").text
    assert all(path in text for path in server.get("/api/openapi.json").json()["paths"])
    assert "//" not in re.sub(r"http://localhost", "", re.sub(r"<pre>.*?</pre>", "", text, flags=re.DOTALL))


def test_the_examples_of_the_docs_page_run(server, tmp_path, monkeypatch):
    import shlex
    import subprocess

    from grainless.server.api.docs import EXAMPLES

    monkeypatch.chdir(tmp_path)
    (tmp_path / "photo.jpg").write_bytes(file(noisy(32, 32), "JPEG"))
    shell, _, code = EXAMPLES.replace("http://localhost:8000", str(server.base_url).rstrip("/")).partition(
        "\n\n"
    )
    for line in shell.splitlines():
        subprocess.run(shlex.split(line), check=True, capture_output=True)
        (tmp_path / "clean.jpg").unlink(missing_ok=True)
    exec(code, {})
    assert (tmp_path / "clean.jpg").read_bytes()[:2] == b"\xff\xd8"


# what is refused


BROKEN = {
    "nothing": (b"", 422),
    "words": (b"these are words", 415),
    "a cut PNG": (file(noisy(20, 20))[:200], 422),
    "a cut JPEG": (file(noisy(20, 20), "JPEG")[:150], 422),
    "HEIC": (b"\0\0\0\x18ftypheic" + bytes(40), 415),
    "a bomb": (file(np.zeros((2, 2), np.uint8)).replace(b"\0\0\0\x02\0\0\0\x02", b"\0\1\0\0\0\1\0\0"), 413),
    "zeros": (bytes(1000), 415),
}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("path", ["/api/denoise", "/api/inspect"])
def test_what_is_no_image_is_a_sentence_with_its_status(server, path, name):
    content, status = BROKEN[name]
    assert sentence(server.post(path, content=content), status)[0].isupper()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"model": "colour"}, 'did you mean "color"'),
        ({"model": "../../etc/passwd"}, "No model is called"),
        ({"model": "/home/photo.onnx"}, "No model is called"),
        ({"model": "m" * 201}, 'model is "mmm'),
        ({"model": "m" * 201}, 'm...": a name of at most 200 letters is wanted.'),
        ({"strength": 2}, 'strength is "2": it is at most 1.'),
        ({"strength": -0.5}, 'strength is "-0.5": it is at least 0.'),
        ({"strength": ""}, 'strength is "": a number is wanted.'),
        ({"strength": "nan"}, 'strength is "nan": a number is wanted.'),
        ({"chroma": "nan"}, 'chroma is "nan": a number is wanted.'),
        (
            {"chroma": 2, "strength": "much"},
            'strength is "much": a number is wanted; chroma is "2": it is at most 1.',
        ),
        ({"parts": "maybe"}, 'parts is "maybe": true or false is wanted.'),
        (
            {"job": "7"},
            'job is "7": a random UUID is wanted, as 3fa85f64-5717-4562-b3fc-2c963f66afa6.',
        ),
        (
            {"strenght": 50},
            'No option is called "strenght" (did you mean "strength"?). There are: adapt, chroma, job',
        ),
        ({"strength": [0.2, 0.5]}, '"strength" is given twice'),
    ],
)
def test_wrong_options_are_told(server, options, words):
    assert words in sentence(server.post("/api/denoise", content=file(noisy(8, 8)), params=options), 422)


ADDRESSES = [
    (method.upper(), path.replace("{number}", str(uuid.UUID(int=7))))
    for path, methods in create_app().openapi()["paths"].items()
    for method in methods
]


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
def test_no_address_passes_over_an_option_that_it_does_not_have(server, method, path):
    answer = server.request(method, path, params={"colour": "blue"}, content=file(noisy(8, 8)))
    assert 'No option is called "colour"' in sentence(answer, 422)


def test_the_page_itself_takes_what_links_bring_along(server):
    assert server.get("/?from=elsewhere").status_code == 200


def test_a_form_is_told_how_files_are_sent(server):
    answer = server.post("/api/denoise", files={"file": file(noisy(8, 8))}, data={"strength": "0.5"})
    assert "the file itself is the body" in sentence(answer, 415)


def test_files_larger_than_allowed_are_refused():
    small = Limits(size=5000, pixels=1000, frames=2)
    pages = [PIL.Image.new("L", (10, 10), shade) for shade in range(4)]
    written = io.BytesIO()
    pages[0].save(written, "TIFF", save_all=True, append_images=pages[1:])
    with served(small) as address:
        assert "5,000 bytes" in sentence(httpx.post(f"{address}/api/denoise", content=bytes(6000)), 413)
        assert "5,000 bytes" in sentence(
            httpx.post(f"{address}/api/denoise", content=iter([bytes(6000)])), 413
        )
        assert "40 x 30 pixels" in sentence(
            httpx.post(f"{address}/api/denoise", content=file(np.zeros((30, 40), np.uint8))), 413
        )
        assert "2 frames" in sentence(httpx.post(f"{address}/api/denoise", content=written.getvalue()), 413)


def test_other_sites_and_other_names_are_refused(server):
    own = str(server.base_url).rstrip("/")
    assert server.get("/api/models", headers={"Origin": own}).status_code == 200
    for headers in (
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": own.replace("127.0.0.1", "localhost")},
        {"Sec-Fetch-Site": "cross-site"},
        {"Host": "evil.example"},
        {"Host": "[broken"},
    ):
        assert sentence(server.get("/api/models", headers=headers), 403)


def test_a_token_is_asked_for_by_all_but_the_page_and_health():
    with served(token="secret") as address, httpx.Client(base_url=address) as client:
        right = {"Authorization": "Bearer secret"}
        assert "token" in sentence(client.get("/api/models"), 401)
        assert "token" in sentence(client.get("/metrics", headers={"Authorization": "Bearer wrong"}), 401)
        assert client.get("/api/models", headers=right).status_code == 200
        assert [client.get(path).status_code for path in ("/", "/api/health")] == [200, 200]


def test_a_bug_is_a_sentence_and_the_next_file_works(server, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("a secret of the source")

    with monkeypatch.context() as patch:
        patch.setattr(application, "denoise_file", broken)
        told = sentence(server.post("/api/denoise", content=file(noisy(8, 8))), 500)
    assert "secret" not in told
    assert server.post("/api/denoise", content=file(noisy(8, 8))).status_code == 200


def test_a_lack_of_memory_is_told(server, monkeypatch):
    def lacking(*_):
        raise RunError("color ran out of memory on 9 x 9.") from MemoryError()

    monkeypatch.setattr(application, "denoise_file", lacking)
    assert "out of memory" in sentence(server.post("/api/denoise", content=b"x"), 507)


def test_a_model_that_fails_is_told_and_the_next_file_works(server, tmp_path, monkeypatch):
    (tmp_path / "runs/broken").mkdir(parents=True)
    tiny.times(tmp_path / "runs/broken/model.onnx", Card("broken", 1, reach=0), np.nan)
    monkeypatch.chdir(tmp_path)
    given = file(np.full((16, 16), 90, np.uint8))
    answer = server.post("/api/denoise", content=given, params={"model": "broken"})
    assert "gave pixels that are no numbers; the model is broken" in sentence(answer, 500)
    assert server.post("/api/denoise", content=given, params={"model": "grey"}).status_code == 200


# at once


class Slow:
    """In the place of the work: waits tile by tile, and tells what became of it."""

    def __init__(self):
        self.started, self.stopped, self.go = threading.Event(), threading.Event(), threading.Event()

    def __call__(self, data, policy, limits, progress):
        self.started.set()
        try:
            for tile in range(600):
                progress(tile, 600)
                if self.go.wait(0.05):
                    break
        except Stopped:
            self.stopped.set()
            raise
        raise InputError(f"{data.decode()} was here.")


@pytest.fixture
def slow(monkeypatch):
    slow = Slow()
    monkeypatch.setattr(application, "denoise_file", slow)
    yield slow
    slow.go.set()


def send(address, content, answers, **params):
    def work():
        answers[content] = httpx.post(f"{address}/api/denoise", content=content, params=params, timeout=60)

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_a_client_that_leaves_stops_the_work_at_the_next_tile(slow):
    with served() as address:
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(f"{address}/api/denoise", content=b"mine", timeout=1)
        assert slow.started.is_set()
        assert slow.stopped.wait(10)
        slow.go.set()
        assert "next was here" in sentence(httpx.post(f"{address}/api/denoise", content=b"next"), 422)


def test_work_that_takes_too_long_is_stopped(slow):
    with served(Limits(seconds=0.5)) as address:
        assert "longer than 0.5 seconds" in sentence(httpx.post(f"{address}/api/denoise", content=b"x"), 503)
        assert slow.stopped.wait(10)


def test_progress_is_told_by_number_and_two_people_get_their_own(slow):
    mine, answers = uuid.uuid4(), {}
    with served(Limits(at_once=2)) as address:
        threads = [send(address, b"one", answers, job=mine), send(address, b"two", answers)]
        wait_for(lambda: httpx.get(f"{address}/api/jobs/{mine}").json()["done"] > 0)
        assert httpx.get(f"{address}/api/jobs/{mine}").json()["total"] == 600
        assert httpx.get(f"{address}/api/jobs/{uuid.uuid4()}").json()["stage"] == "none"
        assert sentence(httpx.post(f"{address}/api/denoise", content=b"x", params={"job": mine}), 409)
        slow.go.set()
        for thread in threads:
            thread.join()
    assert [answers[name].json()["error"] for name in (b"one", b"two")] == ["one was here.", "two was here."]


@pytest.mark.parametrize(
    ("limits", "status"), [(Limits(waiting=1), 503), (Limits(each=2), 429)], ids=["full", "one client's"]
)
def test_more_than_the_queue_holds_is_refused_and_told_when_to_come_back(slow, limits, status):
    answers = {}
    with served(limits) as address:
        threads = [send(address, name, answers) for name in (b"one", b"two")]
        wait_for(lambda: 'stage="waiting"} 1.0' in httpx.get(f"{address}/metrics").text)
        refused = httpx.post(f"{address}/api/denoise", content=b"three")
        assert sentence(refused, status)
        assert int(refused.headers["retry-after"]) > 0
        assert httpx.get(f"{address}/api/health").status_code == 200
        slow.go.set()
        for thread in threads:
            thread.join()
    assert {answer.status_code for answer in answers.values()} == {422}


def wait_for(holds, seconds=20):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_client_that_falls_silent_is_sent_away():
    with served(Limits(patience=0.3)) as address:
        host, port = address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=20) as line:
            line.sendall(
                f"POST /api/denoise HTTP/1.1\r\nHost: {host}\r\nContent-Length: 99\r\n\r\nhalf".encode()
            )
            assert line.recv(1000).startswith(b"HTTP/1.1 408 ")
        assert httpx.get(f"{address}/api/health").status_code == 200


def test_a_client_that_sends_drop_by_drop_is_sent_away():
    with served(Limits(seconds=0.5)) as address:
        host, port = address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=20) as line:
            line.sendall(
                f"POST /api/denoise HTTP/1.1\r\nHost: {host}\r\nContent-Length: 999\r\n\r\n".encode()
            )
            line.settimeout(0.05)
            answer = b""
            end = time.monotonic() + 20
            while not answer and time.monotonic() < end:
                line.sendall(b"drop")
                with contextlib.suppress(TimeoutError):
                    answer = line.recv(1000)
            line.settimeout(20)
            answer += line.recv(1000)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"longer than 0.5 seconds to come" in answer


# listening


def test_a_server_for_others_needs_a_name():
    with pytest.raises(InputError, match=r"0\.0\.0\.0 is reached by others.*--allow-host"):
        serve("0.0.0.0")


def test_an_address_that_is_taken_is_told():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(
            RunError, match=r"cannot listen at 127\.0\.0\.1, port \d+: Address already in use"
        ):
            serve("127.0.0.1", taken.getsockname()[1])
