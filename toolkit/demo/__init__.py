"""The whole road on one machine: functions, tests, translations, a release, a Hub, and back.

No model and no network: the translator is `rules`, the Hub is the stand-in on loopback, and the
data set is loaded back by `datasets` in a process of its own, as a downstream user would.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from toolkit.errors import EnvironmentTrouble
from toolkit.pipeline import run
from toolkit.progress import Watcher
from toolkit.spec import load

SPEC = Path(__file__).with_name("langlift.toml")
READER = """
import json, sys
from datasets import load_dataset
data = load_dataset(sys.argv[1], sys.argv[2], revision=sys.argv[3])
rows = {name: part.num_rows for name, part in data.items()}
shown = max(data["train"], key=lambda row: (row["repo"] == "langlift", -abs(len(row["translation"]) - 500), row["id"]))
print(json.dumps({"rows": rows, "row": shown}))
"""


def demo(folder: Path, watcher: Watcher, say: Callable[[str], None]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Run the demo in `folder`; returns the facts of the stages and what a fresh process loaded.

    Raises EnvironmentTrouble where the release can not be loaded back, and what the stages and the push raise.
    """
    from push import open_hub, plan, standin, upload, verify

    spec = load(SPEC)
    assert spec.release is not None
    facts = run(spec, SPEC.read_text(encoding="utf-8"), folder / "run", watcher)
    with standin.serve(folder / "hub") as server:
        say(f"pushing to {server.endpoint}, {standin.BANNER}")
        hub = open_hub(server.endpoint, server.token)
        published = upload(plan(folder / "run" / "release" / "dataset", hub), hub, say)
        name = f"{published.repo}@{published.tag}"
        if defects := verify(name, hub).defects:
            raise EnvironmentTrouble(f"{name} did not come back as it was sent: {defects[0]}")
        say(f"{name} verified; loading it back in a fresh process")
        environment = server.environment(folder / "client") | {"PATH": "", "HOME": str(folder / "client")}
        loaded = _load_back(published.repo, spec.languages[0], published.tag, environment)
    return facts, loaded


def _load_back(repo: str, language: str, tag: str, environment: dict[str, str]) -> dict[str, Any]:
    command = [sys.executable, "-c", READER, repo, language, tag]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise EnvironmentTrouble(f"{repo}@{tag} could not be loaded back", done.stderr.strip()[-2000:])
    loaded: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return loaded
