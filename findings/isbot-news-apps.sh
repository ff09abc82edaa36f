#!/usr/bin/env bash
# isbot 5.2.3 takes readers with a news app for robots: one of its patterns is the word "news", wherever no "g" stands before it.
# Met by who counts reads of a news site by it: its own app, and most aggregators, are named after news.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund isbot@5.2.3 > /dev/null
cat > agents.mjs <<'JS'
import { isbot, isbotMatch } from 'isbot'
for (const agent of [
  'BBCNews/8.4.1 (iPhone; iOS 18.1; Scale/3.00)',
  'SmartNews/24.10 (Android 14; Pixel 8)',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 NewsBreak/24.44',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1',
])
  console.log(isbot(agent), isbotMatch(agent), agent.slice(0, 24))
JS
seen=$(node agents.mjs)
echo "isbot 5.2.3, Node $(node --version)"
echo "$seen"
# seen: true CNews, true tNews and true News for the three apps, false null for the browser
[ "$(grep -c '^true' <<< "$seen")" = 3 ] || { echo 'changed: fewer of these apps are taken for robots'; exit 1; }
