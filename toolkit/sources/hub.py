"""Rows of a Hub data set at a pinned commit, streamed by `datasets`: nothing is downloaded ahead."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from toolkit.errors import EnvironmentTrouble, InputError
from toolkit.sources.files import Row, batch_rows, require

_BATCH_ROWS = 16


def rows(dataset: str, revision: str, config: str, split: str, columns: Mapping[str, str]) -> Iterator[Row]:
    """The rows of one split. Raises InputError, EnvironmentTrouble."""
    where = f"{dataset}@{revision}"
    _refuse_address()
    with _named(dataset, revision):
        stream = _open(dataset, revision, config, split)
        number = 0
        for table in stream.with_format("arrow").iter(_BATCH_ROWS):
            if number == 0:
                require(where, columns, table.schema.names)
            yield from batch_rows(where, table.combine_chunks(), columns, number)
            number += table.num_rows


def _refuse_address() -> None:
    """Raise `EnvironmentTrouble` for an unusable HF_ENDPOINT: some break an import, and all are logged."""
    from push import HubTrouble
    from push.address import refuse_environment

    try:
        refuse_environment()
    except HubTrouble as error:
        raise EnvironmentTrouble(str(error), error.help) from None


def _open(dataset: str, revision: str, config: str, split: str) -> Any:
    import datasets

    try:
        return datasets.load_dataset(dataset, config or None, revision=revision, split=split, streaming=True)
    except ValueError as error:  # what `datasets` raises for a config or split that is not there
        first = str(error).splitlines()[0]
        raise InputError(f"{dataset}@{revision}: {first}", "look at [source] config and split") from None


@contextmanager
def _named(dataset: str, revision: str) -> Iterator[None]:
    """What the libraries raise, as what a person can do about it."""
    import datasets.exceptions
    from huggingface_hub import errors
    from huggingface_hub.utils import httpx  # type: ignore[attr-defined]  # httpx or httpx2, whichever it uses

    where = f"{dataset}@{revision}"
    try:
        yield
    except errors.RevisionNotFoundError:
        raise InputError(f"{where}: no such commit", "set [source] revision to a commit of this data set") from None
    except (errors.GatedRepoError, errors.RepositoryNotFoundError, datasets.exceptions.DatasetNotFoundError):
        raise InputError(
            f"{where}: not found, or not yours to read",
            "look at the name; log in with `hf auth login` if it is private or gated",
        ) from None
    except (datasets.exceptions.DatasetsError, datasets.exceptions.DataFilesNotFoundError) as error:
        raise InputError(f"{where}: {str(error).splitlines()[0]}", "look at [source] config and split") from None
    except (errors.HfHubHTTPError, errors.OfflineModeIsEnabled, httpx.HTTPError, ConnectionError) as error:
        first = (str(error).splitlines() or [type(error).__name__])[0]
        raise EnvironmentTrouble(
            f"{where}: the Hub can not be reached: {first}", "look at the network and at HF_ENDPOINT, then run it again"
        ) from None
