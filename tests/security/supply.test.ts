import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { aFolder } from '../support/folder.ts'

const Locked = z.object({
  version: z.string().optional(),
  resolved: z.string().optional(),
  integrity: z.string().optional(),
  link: z.boolean().optional(),
  dev: z.boolean().optional(),
  hasInstallScript: z.boolean().optional(),
})
const lock = z
  .object({ lockfileVersion: z.literal(3), packages: z.record(z.string(), Locked) })
  .parse(JSON.parse(readFileSync('package-lock.json', 'utf8')))
const own = z
  .object({
    dependencies: z.record(z.string(), z.string()),
    devDependencies: z.record(z.string(), z.string()),
    overrides: z.record(z.string(), z.string()),
    allowScripts: z.record(z.string(), z.boolean()),
  })
  .parse(JSON.parse(readFileSync('package.json', 'utf8')))
const packages = Object.entries(lock.packages).filter(([path]) => path !== '')

describe('a package we depend on', () => {
  it('a package we depend on is held to a hash, and comes from the registry: from no other address, folder or repository', () => {
    expect(packages.length).toBeGreaterThan(100)
    // With omit-lockfile-registry-resolved in .npmrc an address stands only beside what is not the registry's.
    expect(readFileSync('.npmrc', 'utf8').split('\n')).toContain('omit-lockfile-registry-resolved=true')
    const strange = packages.filter(
      ([, { integrity, resolved, link }]) => !/^sha512-[\w+/]{86}==$/.test(integrity ?? '') || resolved || link,
    )
    expect(strange).toEqual([])
  })

  it('a package we depend on is requested by a full version number, with or without a caret', () => {
    for (const asked of [own.dependencies, own.devDependencies, own.overrides])
      for (const [name, range] of Object.entries(asked))
        expect([name, range]).toEqual([name, expect.stringMatching(/^\^?\d+\.\d+\.\d+$/)])
  })

  it('a package we depend on runs nothing when it is installed: those that would are known, and told not to', () => {
    const willing = packages
      .filter(([, { hasInstallScript }]) => hasInstallScript)
      .map(([path]) => path.split('node_modules/').at(-1))
    expect([...new Set(willing)].sort()).toEqual(Object.keys(own.allowScripts).sort())
    expect(Object.values(own.allowScripts)).not.toContain(true)
    expect(readFileSync('Dockerfile', 'utf8')).toContain('npm ci --ignore-scripts')
  })

  it.each([
    ['MIT', 0],
    ['(MIT OR GPL-3.0-only)', 0],
    ['MIT AND GPL-3.0-only', 1],
    ['GPL-3.0-only', 1],
    ['MPL-2.0', 1],
    [undefined, 1],
  ])('npm run licences with a package under the licence %s exits with %i', (license, code) => {
    const root = aFolder('licences')
    mkdirSync(join(root, 'node_modules/thing'), { recursive: true })
    writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages: { '': {}, 'node_modules/thing': {} } }))
    writeFileSync(
      join(root, 'node_modules/thing/package.json'),
      JSON.stringify({ name: 'thing', version: '1.0.0', license }),
    )
    const { status, stderr } = spawnSync(process.execPath, [resolve('scripts/licences.mjs'), root], {
      encoding: 'utf8',
    })
    expect(status).toBe(code)
    if (code === 1) expect(stderr).toContain(`thing 1.0.0: ${license ?? 'none'}`)
  })
})

describe('the bill of materials', () => {
  const write = () =>
    execFileSync(process.execPath, ['scripts/sbom.mjs'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  const Bom = z.object({
    bomFormat: z.literal('CycloneDX'),
    specVersion: z.literal('1.5'),
    serialNumber: z.string().regex(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/),
    components: z.array(
      z.object({
        'bom-ref': z.string(),
        purl: z.string().regex(/^pkg:npm\/(?:%40[^/@]+\/)?[^/@]+@\d[^@]*$/),
        hashes: z
          .array(z.object({ alg: z.literal('SHA-512'), content: z.string().regex(/^[0-9a-f]{128}$/) }))
          .length(1),
      }),
    ),
    dependencies: z.array(z.object({ ref: z.string(), dependsOn: z.array(z.string()) })),
  })

  it('the bill of materials names everything that ships, once, and nothing else; every time the same', () => {
    const bom = Bom.parse(JSON.parse(write()))
    const shipped = packages
      .filter(([, { dev }]) => !dev)
      .map(([path, { version }]) => `${path.split('node_modules/').at(-1)}@${version}`)
    expect(bom.components.map(each => each['bom-ref']).sort()).toEqual([...new Set(shipped)].sort())
    const known = new Set([...bom.components.map(each => each['bom-ref']), bom.dependencies[0]?.ref])
    for (const { ref, dependsOn } of bom.dependencies)
      expect([ref, ...dependsOn].filter(each => !known.has(each))).toEqual([])
    expect(JSON.parse(write())).toEqual(JSON.parse(write()))
  })
})
