"""Routes of the Git LFS protocol: where a large object goes, the object itself, and the check that it came."""

import hmac
import re
from typing import Any

from push.standin.exchange import Answer, Exchange, Refusal, answer, objects_in, size_in
from push.standin.files import Blob


def batch(exchange: Exchange, name: str, kind: str = "models") -> Answer:
    """Where each large object goes (Git LFS specification, "Batch API"); nowhere if it is here."""
    exchange.repository(kind, name)
    fields = exchange.body.fields()
    objects = []
    for each in objects_in(fields, "objects"):
        oid, size = str(each.get("oid")), size_in(each)
        found: dict[str, Any] = {"oid": oid, "size": size}
        if not re.fullmatch("[0-9a-f]{64}", oid):
            found["error"] = {"code": 422, "message": "not a SHA-256"}
        elif exchange.store.objects.size(oid) != size:
            proof = exchange.sign(f"{oid} {size}")
            address = f"{exchange.endpoint}/objects/{oid}?size={size}&signature={proof}"
            check = f"{exchange.url(exchange.store.at(kind, name))}.git/info/lfs/objects/verify"
            found["actions"] = {"upload": {"href": address}, "verify": {"href": check}}
        objects.append(found)
    return answer({"transfer": "basic", "objects": objects})


def upload(exchange: Exchange, oid: str) -> Answer:
    """The object itself, to an address that `batch` signed: no token comes with it."""
    size = exchange.query.get("size", "")
    if not hmac.compare_digest(exchange.query.get("signature", ""), exchange.sign(f"{oid} {size}")):
        raise Refusal(403, "this address was not given out by this server")
    exchange.store.objects.add(exchange.body.chunks(), announced=Blob(oid, int(size)))
    return Answer()


def verify(exchange: Exchange, name: str, kind: str = "models") -> Answer:
    exchange.repository(kind, name)
    fields = exchange.body.fields()
    there = exchange.store.objects.size(str(fields.get("oid")))
    if there is None or there != fields.get("size"):
        raise Refusal(404, f"no such object: {fields.get('oid')}")
    return answer({})
