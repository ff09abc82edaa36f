/**
 * Writes a bill of materials of what newsdesk ships with, as CycloneDX 1.5 JSON: `npm run --silent sbom >
 * newsdesk.cdx.json`. It reads the lockfile only, leaves out packages for development, and is the same for the same
 * lockfile. (`npm sbom` also leaves out shipped packages that are needed for development as well: docs/decisions/0001.)
 */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

const own = JSON.parse(readFileSync('package.json', 'utf8'))
const lock = readFileSync('package-lock.json', 'utf8')
const { packages } = JSON.parse(lock)

const nameOf = path => path.split('node_modules/').at(-1)
const refOf = path => (path === '' ? `${own.name}@${own.version}` : `${nameOf(path)}@${packages[path].version}`)
const purlOf = ref => `pkg:npm/${ref.replace(/^@/, '%40')}`

/**
 * The path where a package finds a dependency: its own node_modules, or one above; null if an optional one is not
 * locked.
 */
const found = (from, name) => {
  for (let around = from; ; around = around.slice(0, Math.max(0, around.lastIndexOf('node_modules/') - 1))) {
    const path = `${around === '' ? '' : `${around}/`}node_modules/${name}`
    if (packages[path]) return path
    if (around === '') return null
  }
}

const shipped = Object.keys(packages).filter(path => path !== '' && !packages[path].dev)
const dependenciesOf = path => {
  const { dependencies, optionalDependencies, peerDependencies } = path === '' ? own : packages[path]
  const asked = Object.keys({ ...peerDependencies, ...optionalDependencies, ...dependencies })
  return [...new Set(asked.map(name => found(path, name)).filter(at => at && !packages[at].dev))].map(refOf).sort()
}

/** The same package twice in the tree is one component. */
const unique = new Map(shipped.map(path => [refOf(path), path]))
const components = [...unique].sort().map(([ref, path]) => {
  const { version, integrity, license, optional } = packages[path]
  const [, algorithm, base64] = /^(sha512)-(.+)$/.exec(integrity ?? '') ?? []
  assert.ok(algorithm, `${ref} has no SHA-512 in the lockfile`)
  assert.ok(license, `${ref} has no licence in the lockfile`)
  return {
    'bom-ref': ref,
    type: 'library',
    name: nameOf(path),
    version,
    scope: optional ? 'optional' : 'required',
    purl: purlOf(ref),
    hashes: [{ alg: 'SHA-512', content: Buffer.from(base64, 'base64').toString('hex') }],
    licenses: [/ (?:OR|AND) /.test(license) ? { expression: license } : { license: { id: license } }],
  }
})
for (const name of Object.keys(own.dependencies))
  assert.ok(
    components.some(each => each.name === name),
    `${name} is missing in the lockfile`,
  )

const hash = createHash('sha256').update(lock).digest('hex')
const self = { ref: refOf(''), dependsOn: dependenciesOf('') }
const bom = {
  $schema: 'http://cyclonedx.org/schema/bom-1.5.schema.json',
  bomFormat: 'CycloneDX',
  specVersion: '1.5',
  serialNumber: `urn:uuid:${hash.slice(0, 8)}-${hash.slice(8, 12)}-5${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`,
  version: 1,
  metadata: {
    component: {
      'bom-ref': self.ref,
      type: 'application',
      name: own.name,
      version: own.version,
      purl: purlOf(self.ref),
      licenses: [{ license: { id: own.license } }],
    },
  },
  components,
  dependencies: [
    self,
    ...[...unique].sort().map(([ref]) => ({
      ref,
      dependsOn: [...new Set(shipped.filter(path => refOf(path) === ref).flatMap(dependenciesOf))].sort(),
    })),
  ],
}
console.log(JSON.stringify(bom, null, 2))
console.error(`${components.length} components`)
