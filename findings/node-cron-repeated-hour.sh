#!/usr/bin/env bash
# node-cron 4.6.0: in the hour that autumn repeats, a task with `timezone: 'UTC'` does not run at all if the host's zone has summer time.
# Met by who schedules something every few minutes on a host in local time; on a host whose zone is UTC it runs.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund node-cron@4.6.0 > /dev/null
cat > count.mjs <<'JS'
import { schedule } from 'node-cron'
// The clock shows 6.5 s before the hour that New York repeats (06:00 UTC), and goes on from there.
const Real = Date
const shift = Real.parse('2026-11-01T05:59:53.5Z') - Real.now()
globalThis.Date = class extends Real {
  constructor(...args) { args.length === 0 ? super(Real.now() + shift) : super(...args) }
  static now() { return Real.now() + shift }
}
const runs = { '05': 0, '06': 0 }
const task = schedule('* * * * * *', () => void runs[new Date().toISOString().slice(11, 13)]++, { timezone: 'UTC' })
setTimeout(() => {
  task.destroy()
  console.log(`${runs['05']} runs before, ${runs['06']} in the repeated hour`)
}, 13_000)
JS
local=$(TZ=America/New_York node count.mjs)
utc=$(TZ=UTC node count.mjs)
echo "node-cron 4.6.0, Node $(node --version), every second, timezone UTC"
echo "host in America/New_York: $local"   # seen: 6 runs before, 0 in the repeated hour
echo "host in UTC:              $utc"     # seen: 6 runs before, 7 in the repeated hour
[[ $local == *' 0 in the repeated hour' ]] || { echo 'changed: it runs in the repeated hour now'; exit 1; }
[[ $utc != *' 0 in the repeated hour' ]] || { echo 'changed: it does not run on a host in UTC either'; exit 1; }
