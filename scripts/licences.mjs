/**
 * Checks that every installed package has a licence we reviewed: `npm run licences`. Shipped packages need one of the
 * first list; packages for development may also have one of the second. Reads each package's package.json; exits with
 * 1, naming the violations.
 */

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Permissive licences, fulfilled by keeping their text: https://spdx.org/licenses. sax is BlueOak-1.0.0, isbot
 * Unlicense, tslib 0BSD.
 */
const SHIPPED = new Set([
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  '0BSD',
  'BlueOak-1.0.0',
  'Unlicense',
])
/** Licences of tools used unchanged to test and build, and not distributed. */
const DEVELOPING = new Set(['axe-core MPL-2.0', 'lightningcss MPL-2.0'])

const read = path => JSON.parse(readFileSync(path, 'utf8'))

/** `MIT OR Apache-2.0` is fine if either is, `MIT AND X` if both are. */
const isAllowed = written =>
  written
    .replace(/^\((.*)\)$/, '$1')
    .split(/ OR /)
    .some(choice => choice.split(/ AND /).every(each => SHIPPED.has(each.trim())))

/** Old packages use an object, or several. */
const licenceOf = ({ license, licenses }) => {
  const written = license ?? licenses
  if (Array.isArray(written)) return written.map(each => each.type ?? each).join(' OR ')
  return typeof written === 'object' ? written.type : (written ?? 'none')
}

const root = process.argv[2] ?? '.'
const { packages } = read(join(root, 'package-lock.json'))
const wrong = []
let checked = 0
let absent = 0
for (const [path, locked] of Object.entries(packages)) {
  if (path === '') continue
  const file = join(root, path, 'package.json')
  if (!existsSync(file)) {
    // For other platforms: the lockfile's licence counts.
    if (!locked.optional) wrong.push(`${path} is not installed: npm ci`)
    absent += 1
  }
  const { name, version, ...rest } = existsSync(file)
    ? read(file)
    : { ...locked, name: path.split('node_modules/').at(-1) }
  const licence = licenceOf(rest)
  checked += 1
  if (isAllowed(licence)) continue
  const family = /^lightningcss-/.test(name) ? 'lightningcss' : name
  if (locked.dev && DEVELOPING.has(`${family} ${licence}`)) continue
  wrong.push(`${name} ${version}: ${licence}`)
}
if (wrong.length > 0) {
  console.error(
    `${wrong.join('\n')}\n\nReviewed are ${[...SHIPPED].join(', ')}; scripts/licences.mjs is where others are added, with the reason.`,
  )
  process.exit(1)
}
console.log(
  `${checked} packages are under licences we reviewed (${absent} of them for other platforms, by the lockfile)`,
)
