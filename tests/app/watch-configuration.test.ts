import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { aConfigFolder, cli, endAll, redisUrl } from '../support/cli.ts'
import { aFolder } from '../support/folder.ts'
import { testRedis } from '../support/redis.ts'

const { keys } = testRedis()
endAll()

const settings = (level: string): string =>
  `redis: { url: '${redisUrl()}', prefix: ${keys.prefix} }\nconfig: { watch: true }\nadmin: { port: 0 }\nlog: { level: ${level} }\n`

describe('a daemon with config.watch', () => {
  it('reloads a configuration whose files are replaced by symbolic links, as with a ConfigMap, and rejects a wrong one once', async () => {
    const { dir, write } = aConfigFolder({ settings: settings('info') })
    const volume = aFolder('volume')
    const edition = (name: string, text: string): void => {
      mkdirSync(join(volume, name))
      writeFileSync(join(volume, name, 'newsdesk.yaml'), text)
      // As a kubelet does: the link to the data is replaced by another in one step.
      symlinkSync(name, join(volume, '..new'))
      renameSync(join(volume, '..new'), join(volume, '..data'))
    }
    edition('..1', settings('info'))
    symlinkSync(join(volume, '..data', 'newsdesk.yaml'), join(dir, 'link'))
    renameSync(join(dir, 'link'), join(dir, 'newsdesk.yaml'))

    const daemon = cli(['start', '--config', dir, '--roles', 'publish'])
    await daemon.says(/"event":"daemon\.running"/)
    edition('..2', settings('debug'))
    await daemon.says(/"event":"config\.reloaded","changed":\["[^"]*log\.level: info -> debug/)
    edition('..3', settings('loud'))
    await daemon.says(/"event":"config\.rejected","problems":\["[^"]*log\.level: is \\"loud\\"/)
    edition('..4', settings('debug'))
    // An ordinary file is watched as well.
    write('sources.yaml', 'sources: no list\n')
    await daemon.says(/"event":"config\.rejected","problems":\["[^"]*sources\.yaml/)
    expect(daemon.out().match(/"event":"config\.rejected"/g)).toHaveLength(2)
    daemon.child.kill('SIGTERM')
    expect(await daemon.ended).toBe(0)
  })
})
