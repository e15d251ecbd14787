"""The report: a page that stands alone, says what it was given, and marks the best."""

from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from grainless.evaluation.evaluate import Row, evaluate
from grainless.evaluation.protocols import PROTOCOLS
from grainless.evaluation.reports.html import Html, facts, headline, note, page, table
from grainless.evaluation.reports.report import curve, grid, scores
from grainless.evaluation.score import Score

EVIL = '<script src="http://x">&"\''
NOWHERE = {"area", "br", "col", "hr", "img", "input", "link", "meta"}


class Reader(HTMLParser):
    """Holds that every tag is closed in its order; gathers tags, texts and addresses."""

    def __init__(self, html):
        super().__init__()
        self.open, self.tags, self.texts, self.addresses, self.bold = [], [], [], [], []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.handle_startendtag(tag, attrs)
        if tag not in NOWHERE:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.addresses += [
            value for name, value in attrs if name in {"src", "href", "srcset", "action", "data"}
        ]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)
        if "b" in self.open:
            self.bold.append(data)


def epochs(*validation):
    return [
        {"number": number, "loss": loss + 0.01, "validation": loss, "rate": 1e-3}
        for number, loss in enumerate(validation, start=1)
    ]


def row(denoiser, *, data="photos", protocol="float", **values):
    found = {name.replace("_", "-"): Score(np.array(each, dtype=float)) for name, each in values.items()}
    return Row(denoiser, data, "gaussian:sigma=25/255", protocol, 25 / 255, found, 0.5)


def scene(channels=1, height=80, width=90, seed=7):
    draw = np.random.default_rng(seed)
    clean = draw.random((channels, height, width)).astype(np.float32)
    return {"clean": clean, "noisy": clean + np.float32(0.1), "denoised": clean.copy()}


def whole_page():
    rows = [row("noisy", psnr=[20, 21], mse=[0.01, 0.02]), row("ours", psnr=[29, 30], mse=[0.001, 0.002])]
    sections = {
        "Pictures": [grid([scene()]), grid([scene(3, 28, 28)])],
        "Scores": [scores(rows)],
        "Training": [curve(epochs(0.3, 0.2)), facts({"seed": 7, "noise": {"sigma": 0.5}})],
        "Network": [table(["layer", "parameters"], [("Linear", 1570)], total=("total", 1570))],
    }
    return page("demo", sections, lead="It works.", top=[headline({"PSNR": "29 dB"})], foot="Grainless")


def test_a_page_is_well_formed_and_links_to_nothing_outside():
    reader = Reader(whole_page())
    assert "script" not in reader.tags
    assert all(address.startswith(("data:image/png;base64,", "#")) for address in reader.addresses)
    assert sum(address.startswith("data:") for address in reader.addresses) == 6 + 3
    assert whole_page().count("url(") == whole_page().count("url(#")
    assert "@import" not in whole_page()


def test_the_same_inputs_give_the_same_bytes():
    assert whole_page() == whole_page()


@pytest.mark.parametrize(
    "part",
    [
        lambda: Html(page(EVIL, {EVIL: []}, lead=EVIL, foot=EVIL)),
        lambda: note(EVIL),
        lambda: headline({EVIL: EVIL}),
        lambda: facts({EVIL: EVIL, "group": {EVIL: [EVIL]}}),
        lambda: facts({EVIL: {"a": 1}}),
        lambda: table([EVIL], [[EVIL]], caption=EVIL, total=[EVIL]),
        lambda: scores([row(EVIL, data=EVIL, psnr=[1, 2])]),
        lambda: grid([{EVIL: np.zeros((1, 8, 8))}]),
        lambda: grid([{EVIL: np.zeros((1, 80, 80))}]),
    ],
)
def test_text_is_escaped_wherever_it_comes_in(part):
    html = part()
    assert "<script" not in html
    assert "&lt;script" in html
    Reader(html)


def test_what_is_html_already_is_left_as_it_is():
    assert '<td class="number"><i>1</i></td>' in table(["a", "b"], [("x", Html("<i>1</i>"))])


def test_the_best_is_bold_where_high_is_good_and_where_low_is():
    rows = [row("one", psnr=[30, 32], mse=[0.2, 0.4]), row("two", psnr=[20, 22], mse=[0.1, 0.1])]
    assert Reader(scores(rows)).bold == ["31.00", "0.1000"]


def test_equals_are_all_best_and_nan_never_is():
    rows = [row("a", ssim=[0.5]), row("b", ssim=[np.nan]), row("c", ssim=[0.5]), row("d", ssim=[0.4])]
    reader = Reader(scores(rows))
    assert reader.bold == ["0.5000", "0.5000"]
    assert "–" in reader.texts


def test_infinity_is_written_and_best():
    rows = [row("perfect", psnr=[np.inf, 30]), row("good", psnr=[29, 31]), row("odd", psnr=[-np.inf, 0])]
    reader = Reader(scores(rows))
    assert reader.bold == ["∞"]
    assert "−∞" in reader.texts


def test_paired_differences_to_the_best_stand_beside_the_means():
    texts = Reader(scores([row("a", psnr=[30, 20, 10]), row("b", psnr=[31, 21, 11.0])])).texts
    assert "PSNR to best, dB" in texts
    assert texts.count("best") == 1
    assert "−1.00 " in texts  # though the means' own intervals are 25 wide
    assert "± 0.00" in texts


def test_columns_without_a_number_have_no_best():
    assert Reader(scores([row("a", psnr=[np.nan]), row("b", psnr=[np.nan])])).bold == []


def test_half_the_interval_stands_beside_the_mean_unless_there_is_one_image():
    # t(2 degrees of freedom, 97.5 %) = 4.303, standard error = 0.1 / sqrt(3)
    assert "± 0.25" in scores([row("a", psnr=[29.9, 30.0, 30.1])])
    assert "<small>" not in scores([row("a", psnr=[30.0])])


@pytest.mark.parametrize(("seconds", "told"), [(0.0, "0"), (0.0123, "0.012"), (0.5, "0.50"), (250.4, "250")])
def test_seconds_have_two_digits(seconds, told):
    slow = replace(row("a", psnr=[1]), seconds_per_megapixel=seconds)
    assert told in Reader(scores([slow])).texts


def test_each_task_has_its_table_and_each_protocol_its_sentence_once():
    rows = [row("a", psnr=[1]), row("a", data="digits", psnr=[1]), row("b", data="digits", psnr=[2])]
    html = scores([*rows, row("a", protocol="field", psnr=[1])])
    assert html.count("<table>") == 3
    texts = "".join(Reader(html).texts)
    assert [texts.count(PROTOCOLS[name].about) for name in ("float", "field")] == [1, 1]


def test_scores_fit_what_evaluate_gives():
    from grainless.data.images import Images
    from grainless.noise import noise_from

    images = Images.of(np.random.default_rng(7).integers(0, 256, (3, 1, 16, 16)).astype(np.uint8))
    rows = evaluate(
        {"half": lambda noisy, sigma: noisy / 2}, images, noise_from("gaussian:sigma=0.1"), data_name="x"
    )
    reader = Reader(scores(rows))
    assert {"noisy", "half", "PSNR, dB ↑", "MSE ↓"} <= set(reader.texts)


def test_facts_are_grouped_and_readable():
    known = {
        "parameters": 843649,
        "rate": 2e-4,
        "clip": True,
        "patience": None,
        "widths": [32, 64],
        "noise": {"a": 1},
    }
    texts = Reader(facts(known)).texts
    assert texts == [
        *("parameters", "843,649", "rate", "0.0002", "clip", "true", "patience", "–", "widths", "32, 64"),
        *("noise", "a", "1"),
    ]


def test_numbers_that_are_none_are_readable_in_tables():
    reader = Reader(table(["a", "b", "c"], [("x", float("nan"), float("inf"))]))
    assert {"–", "∞"} <= set(reader.texts)


@pytest.mark.parametrize("channels", [1, 3])
def test_each_version_has_its_psnr_against_the_first(channels):
    html = grid([scene(channels)])
    assert "20.00 dB" in html  # 0.1 away everywhere
    assert "∞ dB" in html
    assert html.count("<img") == 6  # whole and enlarged


def test_small_images_are_one_picture_each_shown_at_whole_multiples():
    html = grid([scene(1, 28, 28, seed) for seed in range(20)])
    assert html.count("<img") == 60
    assert "--side:56px" in html
    assert "Each column from top to bottom: clean, noisy, denoised." in html


def test_a_picture_smaller_than_a_crop_is_shown():
    Reader(grid([scene(1, 70, 9)]))


def test_images_that_are_no_numbers_are_shown_and_scored_so():
    lost = {"clean": np.zeros((1, 8, 8)), "lost": np.full((1, 8, 8), np.nan)}
    assert "–" in Reader(grid([lost])).texts
