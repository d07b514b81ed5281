"""The requests of the writing page's script."""

from __future__ import annotations

import json

TAB = "00000000-0000-0000-0000-000000000001"
OTHER_TAB = "00000000-0000-0000-0000-000000000002"


def send(client, address, **fields):
    return client.post(address, json.dumps(fields), content_type="application/json")


def write(client, section, text, *, pk=0, **more):
    address = f"/incidents/{section.incident.reference}/sections/{pk or section.pk}/live/"
    return send(client, address, **{"tab": TAB, "seq": 1, "base": 1, "text": text} | more)


def poll(client, incident, **more):
    fields = {"tab": TAB, "versions": {}, "revision": 0} | more
    return send(client, f"/incidents/{incident.reference}/live/", **fields)
