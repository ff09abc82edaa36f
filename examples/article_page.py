"""All panels of an article page in one round trip with redis-py alone: no story stands on it twice.

python3 article_page.py <address> <article> [section] [prefix]; the address is a URL or the path of a socket.
"""

import json
import sys

import redis


def read_page(r, article_id, places, prefix="newsdesk"):
    """places: (list, entries) each, in order of priority. Returns the article's hash and a list of entries per place."""
    # 1. Each list as far as its panel may need: all that stands on the page before it, and the article's own story.
    lengths, before = {}, 1
    for name, entries in places:
        lengths[name] = max(lengths.get(name, 0), before + entries)
        before += entries

    # 2. One round trip.
    pipe = r.pipeline(transaction=False)
    pipe.hgetall(f"{prefix}:article:{article_id}")
    for name, length in lengths.items():
        pipe.lrange(f"{prefix}:list:{name}", 0, length - 1)
    article, *answers = pipe.execute()
    lists = dict(zip(lengths, answers))

    # 3. From the top of each list, what is not shown yet.
    shown = {article.get("story")}
    panels = []
    for name, entries in places:
        free = [entry for entry in map(json.loads, lists[name]) if entry["story"]["id"] not in shown and entry["id"] != article_id]
        panels.append(free[:entries])
        shown.update(entry["story"]["id"] for entry in panels[-1])
    return article, panels


if __name__ == "__main__":
    address, article_id = sys.argv[1:3]
    section = sys.argv[3] if len(sys.argv) > 3 else "world"
    prefix = sys.argv[4] if len(sys.argv) > 4 else "newsdesk"
    options = {"decode_responses": True}
    connection = redis.Redis(unix_socket_path=address, **options) if address.startswith("/") else redis.Redis.from_url(address, **options)
    places = [
        (f"related:{article_id}", 5),  # first: it has the fewest entries to go on with
        (f"latest:{section}", 6),
        ("most-read:week", 12),
        ("most-read:now", 5),
        ("must-reads", 5),
    ]
    article, panels = read_page(connection, article_id, places, prefix)
    print(json.dumps({"article": article, "panels": panels}))
