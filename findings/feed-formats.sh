#!/usr/bin/env bash
# feed 6.0.0 writes other things into each format: in Atom a sound is `type="image/mp3"` whatever its type; in JSON Feed `date` is `date_modified`, one of two authors and no sound are left.
# Met by who offers the same items in several formats with it: readers of JSON Feed have no date of publication, those of Atom a picture that is a sound.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts feed@6.0.0 > /dev/null
cat > write.mjs <<'JS'
import { Feed } from 'feed'
const feed = new Feed({ title: 'News', id: 'https://news.example/', link: 'https://news.example/', copyright: '' })
feed.addItem({
  title: 'With a sound', id: 'https://news.example/1', link: 'https://news.example/1', date: new Date('2026-05-04T10:00:00Z'),
  author: [{ name: 'Jo Reed' }, { name: 'Al Wu' }],
  enclosure: { url: 'https://news.example/a.mp3', type: 'audio/mpeg', length: 123 },
})
const [item] = JSON.parse(feed.json1()).items
console.log('JSON Feed:', JSON.stringify(item))
console.log('Atom:', /<link rel="enclosure"[^>]*>/.exec(feed.atom1())?.[0])
console.log('RSS:', /<enclosure[^>]*>/.exec(feed.rss2())?.[0])
JS
seen=$(node write.mjs)
echo "feed 6.0.0, Node $(node --version)"
echo "$seen"
# seen: "date_modified" without "date_published", Jo Reed alone, no attachment; image/mp3 in Atom, audio/mpeg in RSS
grep -q 'Atom:.*type="image/mp3"' <<< "$seen" || { echo 'changed: Atom has another type'; exit 1; }
grep -q 'RSS:.*type="audio/mpeg"' <<< "$seen" || { echo 'changed: RSS has another type'; exit 1; }
grep -q 'JSON Feed:.*date_modified' <<< "$seen" || { echo 'changed: JSON Feed has no date_modified'; exit 1; }
! grep -qE 'date_published|Al Wu|a\.mp3' <<< "$(grep '^JSON' <<< "$seen")" || { echo 'changed: JSON Feed has more now'; exit 1; }
