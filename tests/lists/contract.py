"""Reads and writes newsdesk's Redis contract with redis-py alone. Arguments: address (URL or socket path), prefix. Prints JSON."""

import json
import sys

import redis

address, prefix = sys.argv[1:3]
options = {"decode_responses": True}
r = redis.Redis(unix_socket_path=address, **options) if address.startswith("/") else redis.Redis.from_url(address, **options)

names = ["latest", "latest:world", "most-read:week", "must-reads", "trending", "nothing"]
pipe = r.pipeline(transaction=False)
for name in names:
    pipe.lrange(f"{prefix}:list:{name}", 0, 11)
lists = {name: [json.loads(entry) for entry in entries] for name, entries in zip(names, pipe.execute())}
first = lists["latest"][0]

heard = r.xread({f"{prefix}:updates": "0"}, count=100)[0][1]
added = r.xadd(f"{prefix}:events", {"kind": "view", "article": first["id"], "visitor": "9f86d081"})
print(
    json.dumps(
        {
            "lists": lists,
            "meta": r.hgetall("{" + f"{prefix}:list:latest" + "}:meta"),
            "article": r.hgetall(f"{prefix}:article:{first['id']}"),
            "story": r.hgetall(f"{prefix}:story:{first['story']['id']}"),
            "sections": json.loads(r.get(f"{prefix}:sections")),
            "updates": [fields for _, fields in heard],
            "event": r.xrange(f"{prefix}:events", added, added)[0][1],
            "types": {name: r.type(f"{prefix}:list:{name}") for name in names},
        }
    )
)
