"""Facts in, a card out: no hole can be built, and nothing in a row can become markup."""

import html
import re
from dataclasses import MISSING, fields, replace

import pytest
import yaml
from huggingface_hub.repocard import REGEX_YAML_BLOCK
from huggingface_hub.repocard import DatasetCard as HubCard
from hypothesis import example, given
from hypothesis import strategies as st

import cards
from cards import Count, DatasetCard, LanguageRows, Named, ShownRow, Spread, StageRun, check_front_matter, render
from cards.front_matter import front_matter, size_category
from cards.license_ids import hub_id, license_keys
from cards.markdown import cell, fence, plain, span

CARD = DatasetCard(
    repo="someone/tiny",
    version="1.2.3",
    title="Tiny",
    source_datasets=("original",),
    languages=(
        LanguageRows("lua", (Count("train", 900), Count("test", 90))),
        LanguageRows("ocaml", (Count("train", 10),)),
    ),
    row=ShownRow("0" * 16, "lua", "add", "def add(a): ...", "local x", "check()", "owner/project", "a.py", "MIT"),
    stages=(
        StageRun("read", "", 10, 9, (Count("not UTF-8", 1),), (Named("columns", "content"),)),
        StageRun("decontaminate", "lua", 992, 990, (Count("overlap", 2),), (Named("benchmarks", "HumanEval, MBPP"),)),
        StageRun("decontaminate", "ocaml", 10, 10, (), (Named("benchmarks", "HumanEval, MBPP"),)),
        StageRun("split", "lua", 990, 990, (), (Named("seed", "7"),)),
    ),
    quality=(Spread("line coverage", 0.9, 1.0, 0.75),),
    licenses=(Count("MIT", 600), Count("Apache-2.0", 400)),
    repositories=(Count("owner/project", 1000),),
    repositories_in_all=1,
    generators=(Count("rules 1", 1000),),
    toolchain=(Named("lua", "5.4.6"),),
    langlift="0.1.0",
)
HOSTILE = [
    "```\n# out\n<script>alert(1)</script>\n```",
    "~~~\n---\nlicense: mit\n---\n",
    "`a``b```c````",
    "x | y\n| z |",
    "{{ 7 * 7 }}{% raw %}",
    "[More](https://example.org)![img](x)<img src=x>",
    "a: b\n- c\n---\nd: !!python/object/apply:os.system ['true']",
    "\u202egnp.exe\ufeff\x1b[31m\u2028---",
]


def values(text: str) -> dict:
    found = yaml.safe_load(re.match(r"---\n(.*?)\n---\n", text, re.DOTALL)[1])
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("kind", [DatasetCard, LanguageRows, Named, ShownRow, Spread, StageRun, Count])
def test_a_card_has_no_defaults(kind: type) -> None:
    assert all(field.default is MISSING and field.default_factory is MISSING for field in fields(kind))


def test_a_card_with_a_hole_can_not_be_built() -> None:
    with pytest.raises(TypeError, match="langlift"):
        DatasetCard(**{field.name: getattr(CARD, field.name) for field in fields(CARD) if field.name != "langlift"})


def test_a_template_that_asks_for_an_unknown_fact_fails(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    import jinja2

    (tmp_path / "DatasetCard.md.jinja").write_text("{{ card.downloads }}")
    monkeypatch.setattr("cards.rendering.files", lambda name: tmp_path)
    with pytest.raises(jinja2.UndefinedError, match="downloads"):
        render(CARD)


def test_the_card_tells_the_facts() -> None:
    text = render(CARD)
    for part in (
        "\n1,000 rows. ",
        "| `lua` | 900 | 0 | 90 | 990 |",
        'load_dataset("someone/tiny", "lua", revision="v1.2.3")',
        "| line coverage | 0.900 | 1.000 | 75.0% |",
        "| decontaminate | lua | overlap with benchmarks removed | 992 | 990 | 2 overlap |",
        "- `benchmarks`: `HumanEval, MBPP`",
        "| `MIT` | 600 |",
        "| `owner/project` | 1,000 |",
        "- lua: `5.4.6`",
        "revision v1.2.3}",
    ):
        assert part in text, part
    assert "\n\n\n" not in text


def test_the_front_matter_is_what_the_hub_expects() -> None:
    assert values(render(CARD)) == {
        "language": ["code"],
        "license": "other",
        "license_name": "per-row-spdx",
        "license_link": "LICENSE",
        "pretty_name": "Tiny",
        "size_categories": ["1K<n<10K"],
        "task_categories": ["text-generation"],
        "annotations_creators": ["machine-generated"],
        "source_datasets": ["original"],
        "tags": ["code", "code-translation", "synthetic", "langlift", "lua", "ocaml"],
        "configs": [
            {
                "config_name": "lua",
                "data_files": [
                    {"split": "train", "path": "data/lua/train-*.parquet"},
                    {"split": "test", "path": "data/lua/test-*.parquet"},
                ],
                "default": True,
            },
            {"config_name": "ocaml", "data_files": [{"split": "train", "path": "data/ocaml/train-*.parquet"}]},
        ],
    }


def test_the_hubs_own_client_reads_the_same_front_matter() -> None:
    text = render(CARD)
    assert HubCard(text).data.to_dict() == values(text)


def test_the_size_category_comes_from_all_configurations() -> None:
    assert sum(split.rows for split in CARD.languages[0].splits) < 1000 <= CARD.rows
    assert values(render(CARD))["size_categories"] == ["1K<n<10K"]


@pytest.mark.parametrize(
    ("rows", "category"),
    [(1, "n<1K"), (999, "n<1K"), (1000, "1K<n<10K"), (10**6, "1M<n<10M"), (10**12 - 1, "100B<n<1T"), (10**12, "n>1T")],
)
def test_size_categories_meet_without_a_gap(rows: int, category: str) -> None:
    assert size_category(rows) == category


@pytest.mark.parametrize(
    ("expression", "id"),
    [
        ("MIT", "mit"),
        ("Apache-2.0", "apache-2.0"),
        ("BSD-3-Clause", "bsd-3-clause"),
        ("GPL-3.0-only", "gpl-3.0"),
        ("GPL-2.0-or-later", "gpl-2.0"),
        ("PSF-2.0", "other"),
        ("MIT OR Apache-2.0", "other"),
        ("", "other"),
    ],
)
def test_spdx_becomes_a_hub_licence(expression: str, id: str) -> None:
    assert hub_id(expression) == id


def test_one_known_licence_stands_for_all_rows_and_several_are_other() -> None:
    assert license_keys(["MIT"]) == {"license": "mit"}
    for several in (["MIT", "Apache-2.0"], ["PSF-2.0"], [""]):
        assert license_keys(several) == {
            "license": "other",
            "license_name": "per-row-spdx",
            "license_link": "LICENSE",
        }


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_wherever_it_stands(text: str) -> None:
    one_line = " ".join(text.split())
    row = ShownRow("0" * 16, "lua", text, text, text, text, text, text, text)
    stages = tuple(replace(stage, settings=(Named("x", text),), dropped=(Count(text, 1),)) for stage in CARD.stages)
    many = (Count(text, 1000),)
    card = replace(
        CARD, row=row, stages=stages, title=one_line, licenses=many, repositories=many, generators=many,
        toolchain=(Named(text, text),), source_datasets=(text,),
    )  # fmt: skip
    found = render(card)
    assert check_front_matter(found) == []
    meta = yaml.safe_load(REGEX_YAML_BLOCK.search(found)[2])
    assert meta["pretty_name"] == one_line
    assert meta["source_datasets"] == [text]
    assert meta["license"] == "other"
    headings = [line for line in outside_code(found) if line.startswith("#")]
    assert headings == [
        f"# {plain(one_line)}",
        *(line for line in outside_code(render(CARD)) if line.startswith("## ")),
    ]
    assert not [line for line in outside_code(found) if re.search(r"(?<!\\)<|(?<!\\)\]\(", line)]
    assert not re.search("[\u2028\u202e\ufeff\x1b]", found[len(front_matter(card)) :])


def outside_code(text: str) -> list[str]:
    """The lines of a card that are neither in a fence nor in a code span, as CommonMark reads them."""
    lines, marks = [], ""
    for line in text[text.index("\n---\n") :].split("\n"):
        if marks:
            if re.fullmatch(rf" {{0,3}}`{{{len(marks)},}}\s*", line):
                marks = ""
        elif opened := re.match(r" {0,3}(`{3,})[^`]*$", line):
            marks = opened[1]
        else:
            lines.append(re.sub(r"(?<![`\\])(`+)(?!`)(.*?)(?<!`)\1(?!`)", "CODE", line))
    assert not marks, "a fence was left open"
    return lines


@given(st.text("`~ab \n|\\<", max_size=40))
def test_no_code_leaves_its_fence(code: str) -> None:
    block = fence(code, "lua").split("\n")
    marks = block[0].removesuffix("lua")
    assert block[-1] == marks
    assert not [line for line in block[1:-1] if re.match(rf" {{0,3}}`{{{len(marks)},}}", line)]


@given(st.text("`ab \n|\\<\x00", max_size=40))
def test_no_text_leaves_its_span_or_its_cell(text: str) -> None:
    found = span(text)
    assert "\n" not in found
    marks = re.match("`*", found)[0]
    assert found == "(none)" or (found.endswith(marks) and marks not in found[len(marks) : -len(marks)])


@given(st.text("`ab \n|\\<[]:&*\x00", max_size=40))
@example("a\\|<img src=x onerror=alert(1)>")
@example("\\\\|*b*")
def test_no_text_leaves_its_cell_whichever_way_a_renderer_counts_backslashes(text: str) -> None:
    found = cell(text)
    assert all(len(before) == 1 for before in re.findall(r"(\\*)\|", found))
    if "|" in text and "\\" in text:
        assert not re.search(r"[!-/:-@\[-`{-~]", re.sub(r"&#[0-9]+;", "", found))
        assert html.unescape(found) == " ".join(text.replace("\x00", "\ufffd").split())
    else:
        assert found.replace("\\|", "|") == span(text)


def test_a_card_shows_a_repository_with_a_backslash_before_a_bar_as_text_in_one_cell() -> None:
    hostile = "a\\|<img src=x onerror=alert(1)>"
    text = render(replace(CARD, repositories=(Count(hostile, 3),)))
    [line] = (line for line in text.split("\n") if "onerror" in line)
    assert line == "| a&#92;&#124;&#60;img src&#61;x onerror&#61;alert&#40;1&#41;&#62; | 3 |"


def test_long_code_is_cut_and_says_so() -> None:
    code = "\n".join(f"line {number}" for number in range(100))
    text = fence(code, "lua")
    assert "line 39\n" in text
    assert "line 40\n" not in text
    assert "(60 more lines in the row.)" in text
    text = fence(code, "lua", tail=True)
    assert "line 99\n" in text
    assert "line 59\n" not in text
    assert "(60 lines before these in the row.)" in text


def test_a_bar_is_escaped_in_a_table_and_nowhere_else() -> None:
    assert (span("a|b"), cell("a|b")) == ("`a|b`", "`a\\|b`")


GOOD = front_matter(CARD)


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("license: other\n", "", "required key 'license' is missing"),
        ("license: other\n", "licence: mit\n", "unknown key 'licence'"),
        ("pretty_name: Tiny\n", "pretty_name: Tiny\npretty_name: Tiny\n", "given twice"),
        ("pretty_name: Tiny\n", "pretty_name: 7\n", "pretty_name: must be a text"),
        ("pretty_name: Tiny\n", "pretty_name: '[More Information Needed]'\n", "the card holds"),
        ("license_link: LICENSE\n", "", "needs license_name and license_link"),
        ("license: other\n", "license: mit\n", "only for license 'other'"),
        ("- 1K<n<10K\n", "- 1K<n<9K\n", "size_categories: unknown '1K<n<9K'"),
        ("- machine-generated\n", "- robots\n", "annotations_creators: unknown 'robots'"),
        ("- config_name: ocaml\n", "- config_name: lua\n", "the same config_name"),
        ("- config_name: ocaml\n  data", "- data", "needs a config_name"),
        ("- config_name: lua\n", "- config_name: lua/x\n", "needs a config_name"),
        ("split: test\n", "split: test-set\n", "no split name"),
        ("split: test\n", "split: train\n", "names a split twice"),
        ("    path: data/ocaml/train-*.parquet\n", "", "a path of ocaml"),
        ("- config_name: ocaml\n", "- config_name: ocaml\n  default: true\n", "two configurations are the default"),
        ("---\nlanguage", "language", "does not begin with a YAML block"),
        ("language:\n- code\n", "language: [code\n", "can not be read"),
        ("language:\n- code\n", "language: []\n", "language: must not be empty"),
        ("pretty_name: Tiny\n", "pretty_name: Tiny\nviewer: maybe\n", "viewer: must be true or false"),
        ("pretty_name: Tiny\n", "pretty_name: !!python/object/apply:os.getcwd []\n", "can not be read"),
        ("pretty_name: Tiny\n", "pretty_name: Tiny\n? [a, b]\n: 1\n", "can not be read"),
    ],
)
def test_a_broken_front_matter_is_found_without_a_server(old: str, new: str, finding: str) -> None:
    assert old in GOOD
    findings = check_front_matter(GOOD.replace(old, new, 1) + "\n# Tiny\n")
    assert any(finding in each for each in findings), findings


def test_a_good_front_matter_has_no_findings() -> None:
    assert check_front_matter(render(CARD)) == []
    assert check_front_matter(render(CARD).replace("\n", "\r\n")) == []


def test_a_list_at_the_top_is_no_front_matter() -> None:
    assert check_front_matter("---\n- a\n---\n") == ["the YAML block is not a mapping"]


def test_a_release_without_decontamination_says_so() -> None:
    text = render(replace(CARD, stages=CARD.stages[:1]))
    assert "No stage of this release looked for overlap" in text


def test_every_public_name_is_there() -> None:
    assert all(hasattr(cards, name) for name in cards.__all__)


@pytest.mark.parametrize(
    ("seeds", "words"),
    [
        ("[1, 2]", "each outcome seen again in 2 processes with hash seeds of their own"),
        ("[0, 4294967295, 7]", "each outcome seen again in 3 processes"),
        ("[5]", "each outcome seen again in 1 process with a hash seed of its own"),
        ("[]", "generated inputs |"),
    ],
)
def test_how_often_outcomes_were_seen_is_counted_from_the_facts(seeds: str, words: str) -> None:
    stage = StageRun("tests", "", 9, 9, (), (Named("calls", "400"), Named("hash_seeds", seeds)))
    text = render(replace(CARD, stages=(*CARD.stages, stage)))
    assert words in text
    assert "several times" not in text
