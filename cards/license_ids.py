"""From SPDX expressions to the Hub's licence ids (its documentation, "Licenses")."""

from collections.abc import Iterable

_KNOWN = """afl-3.0 agpl-3.0 apache-2.0 artistic-2.0 bsd-2-clause bsd-3-clause bsd-3-clause-clear bsl-1.0 cc-by-2.0
    cc-by-3.0 cc-by-4.0 cc-by-nc-2.0 cc-by-nc-3.0 cc-by-nc-4.0 cc-by-nc-nd-3.0 cc-by-nc-nd-4.0 cc-by-nc-sa-2.0
    cc-by-nc-sa-3.0 cc-by-nc-sa-4.0 cc-by-nd-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cc0-1.0 cdla-permissive-1.0
    cdla-permissive-2.0 cdla-sharing-1.0 c-uda ecl-2.0 epl-1.0 epl-2.0 etalab-2.0 eupl-1.1 eupl-1.2 gpl-2.0 gpl-3.0
    isc lgpl-2.1 lgpl-3.0 lppl-1.3c mit mpl-2.0 ms-pl ncsa odbl odc-by ofl-1.1 osl-3.0 pddl postgresql unlicense
    wtfpl zlib"""
_HUB_IDS = frozenset(_KNOWN.split())
_OTHER_NAMES = {"odbl-1.0": "odbl", "odc-by-1.0": "odc-by", "pddl-1.0": "pddl", "c-uda-1.0": "c-uda"}
OTHER = "other"
MIXED_NAME = "per-row-spdx"  # the license_name of a data set whose rows differ


def hub_id(expression: str) -> str:
    """The Hub's id of one SPDX expression; "other" where it has none."""
    name = expression.strip().lower().removesuffix("-only").removesuffix("-or-later")
    name = _OTHER_NAMES.get(name, name)
    return name if name in _HUB_IDS else OTHER


def license_keys(expressions: Iterable[str]) -> dict[str, str]:
    """The front matter of a set of licences: one the Hub knows, or `other` with a name and a link."""
    every = sorted(set(expressions))
    if len(every) == 1 and hub_id(every[0]) != OTHER:
        return {"license": hub_id(every[0])}
    return {"license": OTHER, "license_name": MIXED_NAME, "license_link": "LICENSE"}
