#!/usr/bin/env bash
# xmlbuilder2 4.0.3 does not escape an ampersand that looks like the beginning of an entity: the text `&lt;b&gt;` is written as it is, and reads back as `<b>`.
# Met by who writes HTML into a feed with it: what was escaped in the HTML, to be seen, comes out as tags, `<script>` among them.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts xmlbuilder2@4.0.3 > /dev/null
cat > write.mjs <<'JS'
import { create } from 'xmlbuilder2'
for (const text of ['AT&T', '<p>The &lt;video&gt; element</p>']) {
  const xml = create().ele('description').txt(text).end({ headless: true })
  const read = create(xml).root().node.textContent
  console.log(read === text, JSON.stringify(text), xml)
}
JS
seen=$(node write.mjs)
echo "xmlbuilder2 4.0.3, Node $(node --version)"
echo "$seen"
# seen: true for AT&T; false for the other, whose &lt;video&gt; is not written as &amp;lt;video&amp;gt;
[ "$(grep -c '^true' <<< "$seen")" = 1 ] || { echo 'changed: neither or both read back as written'; exit 1; }
grep -q '^false.*The &lt;video&gt; element' <<< "$seen" || { echo 'changed: the entity is escaped now'; exit 1; }
