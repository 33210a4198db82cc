"""Real files in: every format, every bad row, every bad input."""

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError

from push import standin
from toolkit import __version__, sources
from toolkit.errors import EnvironmentTrouble, InputError
from toolkit.records import Dropped, SourceFile, content_id
from toolkit.sources import Columns, SourceSettings

ROOT = Path(__file__).resolve().parent.parent
PLAIN = {"repo": "o/p", "path": "a.py", "revision": "v1", "license": "MIT", "content": "x = 1\n"}


def settings(path: Path, **more: Any) -> SourceSettings:
    return SourceSettings(path=str(path), **more)


def rows(path: Path, **more: Any) -> list[SourceFile | Dropped]:
    return list(sources.read(settings(path, **more)))


def reasons(path: Path, **more: Any) -> list[str]:
    return [row.reason if isinstance(row, Dropped) else "" for row in rows(path, **more)]


def parquet(path: Path, *values: dict[str, Any], schema: pa.Schema | None = None) -> Path:
    pq.write_table(pa.Table.from_pylist(list(values), schema=schema), path)
    return path


def lines(path: Path, *values: dict[str, Any] | bytes) -> Path:
    raw = b"".join(v if isinstance(v, bytes) else json.dumps(v).encode() + b"\n" for v in values)
    path.write_bytes(gzip.compress(raw) if path.suffix == ".gz" else raw)
    return path


def arrow(path: Path, *values: dict[str, Any], stream: bool) -> Path:
    table = pa.Table.from_pylist(list(values))
    make = pa.ipc.new_stream if stream else pa.ipc.new_file
    with make(str(path), table.schema) as writer:
        writer.write_table(table)
    return path


def other(**changes: Any) -> dict[str, Any]:
    return {**PLAIN, **changes}


def refusal(path: Path, **more: Any) -> InputError:
    with pytest.raises(InputError) as raised:
        rows(path, **more)
    assert raised.value.exit_code == 2
    assert raised.value.help
    return raised.value


def test_every_format_gives_the_same_rows(tmp_path: Path) -> None:
    values = [other(path=f"{number}.py", content=f"x = {number}\n") for number in range(50)]
    files = [
        parquet(tmp_path / "a.parquet", *values),
        lines(tmp_path / "a.jsonl", *values),
        lines(tmp_path / "a.jsonl.gz", *values),
        arrow(tmp_path / "stream.arrow", *values, stream=True),
        arrow(tmp_path / "file.arrow", *values, stream=False),
    ]
    expected = [SourceFile(content_id(*(v[f] for f in ("repo", "path", "revision", "content"))), **v) for v in values]
    assert [rows(file) for file in files] == [expected] * len(files)


def test_a_folder_and_a_glob_are_read_in_the_order_of_names(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    lines(tmp_path / "b" / "1.jsonl", other(path="second"))
    parquet(tmp_path / "a.parquet", other(path="first"))
    lines(tmp_path / "c.jsonl", other(path="third"))
    (tmp_path / "README.md").write_text("no data")
    assert [row.path for row in rows(tmp_path) if isinstance(row, SourceFile)] == ["first", "second", "third"]
    assert [row.path for row in rows(tmp_path / "*.jsonl") if isinstance(row, SourceFile)] == ["third"]
    assert [row.path for row in rows(tmp_path / "**" / "*.jsonl") if isinstance(row, SourceFile)] == ["second", "third"]


def test_a_path_is_taken_from_the_folder_of_the_spec(tmp_path: Path) -> None:
    lines(tmp_path / "a.jsonl", PLAIN)
    here = SourceSettings(path="a.jsonl").resolved(tmp_path)
    assert len(list(sources.read(here))) == 1
    assert "path" not in here.facts()  # where the data lies is no fact of a run; what it is, is


def test_the_columns_of_the_stack_can_be_named(tmp_path: Path) -> None:
    row = {
        "content": "x = 1\n",
        "max_stars_repo_name": "o/p",
        "max_stars_repo_path": "a.py",
        "max_stars_repo_head_hexsha": "ab" * 20,
        "max_stars_repo_licenses": ["MIT", "Apache-2.0", "MIT"],
        "size": 6,
    }
    columns = Columns(
        repo="max_stars_repo_name",
        path="max_stars_repo_path",
        revision="max_stars_repo_head_hexsha",
        license="max_stars_repo_licenses",
    )
    for file in (parquet(tmp_path / "a.parquet", row), lines(tmp_path / "a.jsonl", row)):
        [read] = rows(file, columns=columns)
        assert isinstance(read, SourceFile)
        assert (read.repo, read.path, read.revision) == ("o/p", "a.py", "ab" * 20)
        assert read.license == "MIT AND Apache-2.0"


def test_a_source_without_a_column_can_say_so(tmp_path: Path) -> None:
    file = parquet(tmp_path / "a.parquet", {"text": "x = 1\n"})
    [row] = rows(file, columns=Columns(repo="", path="", revision="", license="", content="text"))
    assert isinstance(row, SourceFile)
    assert (row.repo, row.license, row.content) == ("", "", "x = 1\n")


def test_bad_json_lines_cost_one_row_each(tmp_path: Path) -> None:
    file = lines(
        tmp_path / "a.jsonl",
        b'{"not": json\n',
        PLAIN,
        b"\n",
        b"[1, 2]\n",
        b'{"content": "\xff\xfe"}\n',
        b'{"content": ' + b"[" * 50_000 + b"\n",
        b'{"content": ' + b"9" * 5000 + b"}\n",
        other(content=""),
        other(content="\ud800"),
        other(content=None),
        other(content=7),
        other(license=None, path="b.py"),
        other(content="y" * 200),
        b'{"content": "' + b"z" * 100_000 + b'"}\n',
        json.dumps(other(path="last.py")).encode(),
    )
    expected = ["not json", "", "not json", "not utf-8", "not json", "not json", "empty", "not utf-8", "missing value"]
    expected += ["not text", "", "too large", "too large", ""]
    assert reasons(file, maximum_file_bytes=100) == expected
    found = rows(file, maximum_file_bytes=100)
    assert len({row.id for row in found}) == len(found)
    assert isinstance(found[0], Dropped)
    assert found[0].detail.startswith("a.jsonl row 1: ")


def test_bad_rows_of_parquet_cost_one_row_each(tmp_path: Path) -> None:
    schema = pa.schema([(name, pa.binary()) for name in PLAIN])
    values = [
        {k: v.encode() if v is not None else None for k, v in row.items()}
        for row in (
            PLAIN,
            other(content=" \n"),
            other(content=None),
            other(repo=None),
            other(license=None, path="b.py"),
        )
    ]
    values.append({**values[0], "content": b"x = '\xff'\n"})
    values.append({**values[0], "content": b"x" * 2000})
    file = parquet(tmp_path / "a.parquet", *values, schema=schema)
    expected = ["", "empty", "missing value", "missing value", "", "not utf-8", "too large"]
    assert reasons(file, maximum_file_bytes=1000) == expected


def test_invalid_text_in_a_text_column_costs_one_row(tmp_path: Path) -> None:
    raw = pa.array([b"x = 1\n", b"\xff\xff"], pa.binary())
    text = pa.Array.from_buffers(pa.string(), 2, raw.buffers())
    others = {name: pa.array(["a", "b"]) for name in PLAIN if name != "content"}
    pq.write_table(pa.table({**others, "content": text}), tmp_path / "a.parquet")
    assert reasons(tmp_path / "a.parquet") == ["", "not utf-8"]


@pytest.mark.parametrize("kind", [pa.large_string(), pa.dictionary(pa.int32(), pa.string()), pa.string_view()])
def test_every_form_of_text_column_is_read(tmp_path: Path, kind: pa.DataType) -> None:
    schema = pa.schema([(name, kind) for name in PLAIN])
    assert reasons(parquet(tmp_path / "a.parquet", PLAIN, schema=schema)) == [""]


def test_a_repeated_row_is_dropped_and_every_id_is_its_own(tmp_path: Path) -> None:
    file = lines(tmp_path / "a.jsonl", PLAIN, PLAIN, other(content="y = 1\n"), PLAIN)
    found = rows(file)
    assert [getattr(row, "reason", "") for row in found] == ["", "repeated row", "", "repeated row"]
    assert len({row.id for row in found}) == 4
    assert rows(file) == found


def read_apart(path: Path) -> tuple[list[str], int]:
    """The reasons of the rows, and by how many bytes a process of its own grew at most while it read them."""
    program = (
        "import sys, json; from toolkit.sources import *; import pyarrow.parquet\n"
        # not ru_maxrss: a child inherits its parent's peak
        "peak = lambda: int(open('/proc/self/status').read().split('VmHWM:')[1].split()[0]) * 1024\n"
        "before = peak(); found = [getattr(r, 'reason', '') for r in read(SourceSettings(path=sys.argv[1]))]\n"
        "print(json.dumps([found, peak() - before]))"
    )
    command = [sys.executable, "-c", program, str(path)]
    found, grown = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout)
    return found, grown


def test_a_line_of_fifty_megabytes_is_never_held(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    with file.open("wb") as out:
        out.write(json.dumps(PLAIN).encode() + b'\n{"content": "')
        for _ in range(100):
            out.write(b"x" * 1_000_000)
        out.write(b'"}\n' + json.dumps(other(path="b.py")).encode())
    found, grown = read_apart(file)
    assert found == ["", "too large", ""]
    assert grown < 40 << 20


def test_a_large_value_in_parquet_costs_one_row(tmp_path: Path) -> None:
    file = parquet(tmp_path / "a.parquet", PLAIN, other(content="x" * 50_000_000), other(path="b.py"))
    assert reasons(file) == ["", "too large", ""]


def test_parquet_is_streamed(tmp_path: Path) -> None:
    """Page by page: pages of some megabytes, as real files have them, all in one row group."""
    table = pa.Table.from_pylist([other(path=str(n), content=f"{n:04}" * 50_000) for n in range(800)])
    pq.write_table(table, tmp_path / "a.parquet", compression="none", use_dictionary=False, write_batch_size=16)
    assert pq.ParquetFile(tmp_path / "a.parquet").num_row_groups == 1
    found, grown = read_apart(tmp_path / "a.parquet")
    assert found == [""] * 800
    assert grown < (tmp_path / "a.parquet").stat().st_size / 2


@pytest.mark.parametrize(
    ("name", "raw", "message", "remedy"),
    [
        ("a.parquet", b"", "a.parquet: empty (0 bytes)", "fetch it again"),
        ("a.jsonl", b"", "a.jsonl: empty (0 bytes)", "fetch it again"),
        ("a.parquet", b'{"content": "x"}\n', "a.parquet: not Parquet", "*.jsonl"),
        ("a.parquet", b"repo,path\n", "a.parquet: not Parquet", "something else"),
        ("a.parquet", b"PAR1 cut short", "a.parquet: can not be read as Parquet", "fetch the file again"),
        ("a.jsonl", b"PAR1 and so on", "a.jsonl: not JSON lines", "*.parquet"),
        ("a.jsonl", gzip.compress(b"{}"), "a.jsonl: not JSON lines", "*.jsonl.gz"),
        ("a.jsonl.gz", b"{}\n", "a.jsonl.gz: not gzip", "*.jsonl"),
        ("a.jsonl.gz", gzip.compress(b'{"a": 1}\n' * 9)[:-9], "a.jsonl.gz: ", ""),
        ("a.arrow", b"ARROW1 cut short", "a.arrow: can not be read as Arrow", "fetch the file again"),
        ("a.csv", b"x", "a.csv: unknown extension", ".parquet"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_named(
    tmp_path: Path, name: str, raw: bytes, message: str, remedy: str
) -> None:
    (tmp_path / name).write_bytes(raw)
    error = refusal(tmp_path / name)
    assert message in str(error)
    assert remedy in error.help


def test_a_gzip_file_cut_short_is_named(tmp_path: Path) -> None:
    file = lines(tmp_path / "a.jsonl.gz", PLAIN, other(content="y" * 9999))
    file.write_bytes(file.read_bytes()[:-10])
    assert "can not be read as gzip" in str(refusal(file))


def test_a_damaged_page_is_named(tmp_path: Path) -> None:
    file = parquet(tmp_path / "a.parquet", *(other(content=f"{n}" * 999) for n in range(99)))
    raw = bytearray(file.read_bytes())
    raw[400:900] = b"\xff" * 500
    file.write_bytes(raw)
    assert "a.parquet: " in str(refusal(file))


def test_a_missing_column_is_named_with_the_nearest_guess(tmp_path: Path) -> None:
    row = {**PLAIN, "licence": "MIT"}
    del row["license"]
    for file in (parquet(tmp_path / "a.parquet", row), lines(tmp_path / "a.jsonl", row)):
        error = refusal(file)
        assert "no column 'license' (for license); did you mean 'licence'?" in str(error)
        assert "repo, path, revision, content, licence" in error.help


def test_a_column_that_holds_no_text_is_named(tmp_path: Path) -> None:
    error = refusal(parquet(tmp_path / "a.parquet", other(content=7)))
    assert "column 'content' holds int64, not text" in str(error)


def test_paths_that_lead_nowhere_are_named(tmp_path: Path) -> None:
    assert "not there" in str(refusal(tmp_path / "nothing"))
    assert "no file matches" in str(refusal(tmp_path / "*.parquet"))
    assert "no file matches" in str(refusal(tmp_path))


@pytest.mark.parametrize(
    ("values", "remark"),
    [
        ({}, "no source is named"),
        ({"dataset": "o/d"}, "needs its revision"),
        ({"dataset": "o/d", "revision": "main"}, "'main' is not a commit"),
        ({"dataset": "o/d", "revision": "v1.0.0"}, "never a branch or tag"),
        ({"dataset": "o/d", "revision": "A" * 40}, "not a commit"),
        ({"dataset": "not a name", "revision": "a" * 40}, "owner/name"),
        ({"path": "x", "revision": "a" * 40}, "belong to a dataset"),
        ({"include": ["everything"]}, "stdlib"),
        ({"path": "x", "columns": {"content": ""}}, "at least 1 character"),
        ({"path": "x", "colums": {}}, "Extra inputs"),
    ],
)
def test_settings_that_can_not_be_meant_are_refused(values: dict[str, Any], remark: str) -> None:
    with pytest.raises(ValidationError, match=remark):
        SourceSettings.model_validate(values)


def test_the_standard_library_is_a_source() -> None:
    found = list(sources.read(SourceSettings(include=("stdlib",))))
    files = [row for row in found if isinstance(row, SourceFile)]
    paths = [row.path for row in files]
    assert paths == sorted(paths)
    assert {"Lib/textwrap.py", "Lib/json/decoder.py"} <= set(paths)
    assert not any(part in ("test", "idlelib", "site-packages") for path in paths for part in path.split("/"))
    assert {(row.repo, row.license) for row in files} == {("python/cpython", "PSF-2.0")}
    assert files[0].revision == f"v{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"


def test_sources_can_be_combined(tmp_path: Path) -> None:
    file = lines(tmp_path / "a.jsonl", PLAIN)
    found = [row.repo for row in rows(file, include=("packaged",)) if isinstance(row, SourceFile)]
    assert found[-1] == "o/p"
    assert set(found[:-1]) == {"langlift"}
    [packaged, *_] = sources.read(SourceSettings(include=("packaged",)))
    assert isinstance(packaged, SourceFile)
    assert (packaged.revision, packaged.license) == (__version__, "Apache-2.0")


def test_the_digest_follows_the_bytes_and_not_the_place(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        lines(tmp_path / name / "a.jsonl", PLAIN)
    one, two = (sources.digest(settings(tmp_path / name)) for name in ("one", "two"))
    assert one == two
    lines(tmp_path / "two" / "a.jsonl", other(content="y = 1\n"))
    assert sources.digest(settings(tmp_path / "two")) != one
    assert sources.digest(SourceSettings(dataset="o/d", revision="a" * 40)) != sources.digest(
        SourceSettings(dataset="o/d", revision="b" * 40)
    )


def test_check_finds_trouble_before_anything_runs(tmp_path: Path) -> None:
    lines(tmp_path / "a.jsonl", PLAIN)
    sources.check(settings(tmp_path))
    (tmp_path / "b.parquet").write_bytes(b"")
    with pytest.raises(InputError, match="empty"):
        sources.check(settings(tmp_path))


def hub_rows(environment: dict[str, str], *sources: dict[str, str]) -> list[str]:
    """What reading data sets gives, in a process that knows this Hub only."""
    program = (
        "import sys, json; from toolkit.sources import *; from toolkit.errors import ToolkitError\n"
        "for values in json.loads(sys.argv[1]):\n"
        "    try: print([getattr(r, 'reason', type(r).__name__) for r in read(SourceSettings(**values))])\n"
        "    except ToolkitError as error: print(type(error).__name__, error.exit_code, error, '|', error.help)"
    )
    command = [sys.executable, "-c", program, json.dumps(sources)]
    whole = {"PATH": "/usr/bin:/bin", **environment}
    return subprocess.run(
        command, cwd=ROOT, env=whole, stdout=subprocess.PIPE, text=True, check=True
    ).stdout.splitlines()


UPLOAD = """
import sys
from huggingface_hub import HfApi
api = HfApi()
api.create_repo("o/d", repo_type="dataset", private=True)
for file in sys.argv[1:]:
    print(api.upload_file(path_or_fileobj=file, path_in_repo="a.parquet", repo_id="o/d", repo_type="dataset").oid)
"""


def test_a_data_set_is_streamed_at_its_commit(tmp_path: Path) -> None:
    first = parquet(tmp_path / "first.parquet", PLAIN, other(content=""), PLAIN)
    second = parquet(tmp_path / "second.parquet", other(content="later = 1\n"))
    with standin.serve(tmp_path / "hub") as hub:
        environment = hub.environment(tmp_path / "home")
        command = [sys.executable, "-c", UPLOAD, str(first), str(second)]
        whole = {"PATH": "/usr/bin:/bin", **environment}
        commit = subprocess.run(command, env=whole, capture_output=True, text=True, check=True).stdout.split()[0]
        there = {"dataset": "o/d", "revision": commit}
        bad = ({"revision": "0" * 40}, {"dataset": "o/none"}, {"split": "nothing"}, {"config": "nothing"})
        whole_set, no_commit, no_set, no_split, no_config = hub_rows(
            environment, there, *({**there, **each} for each in bad)
        )
        [stranger] = hub_rows({**environment, "HF_TOKEN": ""}, there)
    assert whole_set == "['SourceFile', 'empty', 'repeated row']"
    assert no_commit.startswith("InputError 2 o/d@000")
    assert "hf auth login" in no_set
    assert "split" in no_split
    assert "config" in no_config
    assert "hf auth login" in stranger


def test_a_hub_that_can_not_be_reached_is_trouble_of_the_environment(tmp_path: Path) -> None:
    environment = {"HF_ENDPOINT": "http://127.0.0.1:9", "HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"}
    [found] = hub_rows(environment, {"dataset": "o/d", "revision": "0" * 40})
    assert found.startswith("EnvironmentTrouble 3 o/d@")
    assert issubclass(EnvironmentTrouble, Exception)


def test_a_password_in_the_address_of_a_hub_is_refused_and_not_shown(tmp_path: Path) -> None:
    environment = {"HF_ENDPOINT": "http://user:open-sesame@127.0.0.1:9", "HF_HOME": str(tmp_path)}
    [found] = hub_rows(environment, {"dataset": "o/d", "revision": "0" * 40})
    assert found.startswith("EnvironmentTrouble 3 HF_ENDPOINT holds a user name or a password")
    assert "open-sesame" not in found
