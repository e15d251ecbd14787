"""WebGPU in a Chromium whose graphics card is a program (SwiftShader), and what is done where WebGPU fails."""

import pages
import pytest
import tiny

from grainless.model.card import Card

pages.need_browser()

BY_PROGRAM = ("--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", "--ignore-gpu-blocklist")


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """The bytes of a model that takes the mean of 3 x 3 pixels."""
    return list(
        tiny.blur(tmp_path_factory.mktemp("model") / "blur.onnx", Card("blur", 3, reach=1)).read_bytes()
    )


SAME = """async ([model, by]) => {
  const { open } = await import(`./browser/session.js?${by}`);
  const bytes = Uint8Array.from(model).buffer;
  const opened = await open(async () => bytes, {}, { channels: 3, multiple: 1, least: 1 });
  const noisy = Float32Array.from({ length: 3 * 8 * 8 }, (_, at) => (at * 31) % 7 / 7);
  const denoised = await opened.run(noisy, [1, 3, 8, 8]);
  return { words: opened.words, kept: bytes.byteLength, middle: denoised[9] };
}"""

MIDDLE = sum((31 * at) % 7 / 7 for row in (0, 8, 16) for at in range(row, row + 3)) / 9
"""The mean around the second pixel of the second row, by hand."""


def test_webgpu_gives_what_the_processor_gives(chromium, static_site, model):
    with pages.another(chromium, *BY_PROGRAM) as browser:
        page = browser.new_page(service_workers="block")
        page.set_default_timeout(pages.PATIENCE)
        page.goto(static_site)
        if not page.evaluate("async () => Boolean(await navigator.gpu?.requestAdapter())"):
            pytest.skip("this Chromium has no WebGPU, not even by SwiftShader")
        found = page.evaluate(SAME, [model, "gpu"])
    assert found["words"] == "WebGPU"
    assert found["middle"] == pytest.approx(MIDDLE, abs=1e-3)


CARD = "() => Object.defineProperty(navigator, 'gpu', { value: { requestAdapter: async () => (%s) } })"


@pytest.mark.parametrize("adapter", ["null", "{}", "Promise.reject(new Error('lost'))"])
def test_where_webgpu_cannot_be_opened_the_same_bytes_run_on_the_processor(alone, model, adapter):
    alone.reload()
    alone.evaluate(CARD % adapter)
    found = alone.evaluate(SAME, [model, "none"])
    assert found == {"words": "1 thread", "kept": len(model), "middle": pytest.approx(MIDDLE, abs=1e-6)}


def test_a_card_that_is_lost_on_the_way_is_given_up_for_good(alone):
    code = """async () => {
      const { fallingBack } = await import("./browser/session.js");
      const asked = [];
      const card = async (pixels) => {
        asked.push("card");
        if (asked.length > 1) throw new Error("device lost");
        return pixels;
      };
      const other = async (pixels) => (asked.push("processor"), pixels);
      const ready = fallingBack({ run: card, words: "WebGPU" }, { run: other, words: "2 threads, as WebGPU failed" });
      const told = [];
      for (const tile of [1, 2, 3]) told.push(await ready.run(tile), ready.words);
      return { asked, told };
    }"""
    after = "2 threads, as WebGPU failed"
    assert alone.evaluate(code) == {
        "asked": ["card", "card", "processor", "processor"],
        "told": [1, "WebGPU", 2, after, 3, after],
    }
