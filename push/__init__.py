"""A release folder to a Hub in one commit and one tag, and back.

    hub = open_hub()
    published = upload(plan(folder, hub), hub)
    verify("org/name@v0.1.0", hub)

A folder is a release by its `release.json` (`push.manifest`); `push.standin` is a local Hub to rehearse against.
"""

import push.address  # noqa: F401  # before anything loads the Hub client, which breaks on some HF_ variables
from push.check import Defect, check
from push.errors import BadManifest, BadRelease, Conflict, HubTrouble, NotARelease, PushError
from push.hub import Hub, open_hub
from push.plan import Plan, Step, plan, taken
from push.upload import Published, upload
from push.verify import Verification, verify

__all__ = [
    "BadManifest",
    "BadRelease",
    "Conflict",
    "Defect",
    "Hub",
    "HubTrouble",
    "NotARelease",
    "Plan",
    "Published",
    "PushError",
    "Step",
    "Verification",
    "check",
    "open_hub",
    "plan",
    "taken",
    "upload",
    "verify",
]
