/** `newsdesk quarantine`: lists, shows, replays or deletes bodies and items that could not be ingested. */

import pc from 'picocolors'
import { type ReplayedBody, replay } from '../../../jobs/replay.ts'
import { createParameterStore } from '../../articles/parameters/parameter-store.ts'
import { SourceId } from '../../domain/source.ts'
import { decode } from '../../feeds/decode.ts'
import { addArticles } from '../../queues/queues.ts'
import type { KeptBody } from '../../sources/quarantine/unreadable-bodies.ts'
import { formatDuration } from '../../util/duration.ts'
import { cliActor, openAudit } from '../actor.ts'
import { print } from '../print.ts'
import { type Session, withSession } from '../session.ts'

const ago = (at: number): string => `${formatDuration(Date.now() - at)} ago`

/** @returns 0 */
export const listCommand = (configDir: string, json: boolean): Promise<number> =>
  withSession(configDir, async ({ sources }) => {
    const { quarantine } = sources
    const [bodies, refused, held] = await Promise.all([
      quarantine.bodies(),
      quarantine.refused(),
      quarantine.held.list(),
    ])
    if (json) {
      console.log(JSON.stringify({ bodies, refused, held }, null, 2))
      return 0
    }
    if (bodies.length === 0) console.log('No body is in quarantine.')
    else
      print(bodies, [
        { title: 'Source', value: body => body.source },
        { title: 'Body', value: body => body.id },
        { title: 'Fetched', value: body => ago(body.at) },
        { title: 'Bytes', value: body => `${body.bytes}${body.whole ? '' : ' (cut)'}`, align: 'right' },
        { title: 'Type', value: body => body.contentType ?? '', flexible: true },
        { title: 'Why', value: body => body.reason, flexible: true },
      ])
    if (held.length > 0) {
      console.log(`\n${pc.bold('Items held because the URL of their source now leads elsewhere')}`)
      print(held, [
        { title: 'Source', value: each => each.source },
        { title: 'Items', value: each => String(each.items), align: 'right' },
        { title: 'Latest', value: each => ago(each.at) },
        { title: 'What to do', value: each => `newsdesk sources accept ${each.source}, or refuse`, flexible: true },
      ])
    }
    if (refused.length === 0) return 0
    console.log(`\n${pc.bold('Items that were refused')}`)
    print(refused, [
      { title: 'Source', value: item => item.source },
      { title: 'Fetched', value: item => ago(item.at) },
      { title: 'Why', value: item => `${item.reason}: ${item.detail}`, flexible: true },
      { title: 'Item', value: item => item.title ?? item.link ?? '', flexible: true },
    ])
    return 0
  })

/** Finds the bodies of a source, or one of them. @returns null if there is no such source, which is reported */
const findBodies = async ({ sources }: Session, id: string, bodyId?: string): Promise<readonly KeptBody[] | null> => {
  const parsed = SourceId.safeParse(id)
  const bodies = parsed.success ? await sources.quarantine.bodies(parsed.data) : []
  if (bodies.length === 0 && !sources.get(id)) {
    console.error(`There is no source ${JSON.stringify(id)}; \`newsdesk sources\` lists all.`)
    return null
  }
  return bodyId === undefined ? bodies : bodies.filter(body => body.id === bodyId)
}

/** @returns 0; 1 if nothing of the source is in quarantine; 2 if there is no such source */
export const showCommand = (configDir: string, id: string, { body: bodyId, json }: ShowOptions): Promise<number> =>
  withSession(configDir, async session => {
    const bodies = await findBodies(session, id, bodyId)
    if (!bodies) return 2
    const [body] = bodies
    const bytes = body ? await session.sources.quarantine.read(body.source, body.id) : null
    if (!body || !bytes) {
      console.error(`Nothing of ${id} is in quarantine.`)
      return 1
    }
    const { text } = decode(bytes, body.contentType)
    if (json) {
      console.log(JSON.stringify({ ...body, text }, null, 2))
      return 0
    }
    console.error(
      `${body.url}, ${body.contentType ?? 'without a type'}, ${body.bytes} bytes, ${ago(body.at)}: ${body.reason}`,
    )
    if (!body.whole) console.error('Only the beginning was kept.')
    // Bytes from a publisher must not control the terminal.
    console.log(text.replace(/[^\P{Cc}\n\t]/gu, '\ufffd'))
    return 0
  })

/** @returns 0 if every body was readable; 1 if one was not, or there is none; 2 if there is no such source */
export const replayCommand = (
  configDir: string,
  id: string | undefined,
  { body, json }: ShowOptions,
): Promise<number> =>
  withSession(configDir, async session => {
    const { sources, config, queues } = session
    const bodies = id === undefined ? await sources.quarantine.bodies() : await findBodies(session, id, body)
    if (!bodies) return 2
    const audit = openAudit(session)
    const replayed: ReplayedBody[] = []
    const parts = {
      urls: createParameterStore({ redis: session.redis, keys: session.keys }),
      sources,
      settings: () => config.settings,
      addArticles: async (batches: Parameters<typeof addArticles>[1]) => addArticles(await queues(), batches),
      now: Date.now,
    }
    // In the order they were fetched.
    for (const { source, id: bodyId, reason } of [...bodies].reverse()) {
      const action = { by: cliActor(), what: 'quarantine.replay', on: `${source} ${bodyId}`, before: reason }
      replayed.push(
        await audit.around(
          action,
          () => replay(source, bodyId, parts),
          after => ({ after }),
        ),
      )
    }
    if (json) console.log(JSON.stringify(replayed, null, 2))
    else for (const each of replayed) console.log(`${each.source} ${each.body}: ${each.outcome}: ${each.detail}`)
    if (id !== undefined && bodies.length === 0) {
      console.error(`Nothing of ${id} is in quarantine.`)
      return 1
    }
    return replayed.every(({ outcome }) => outcome === 'read' || outcome === 'gone') ? 0 : 1
  })

/** @returns 0; 2 if there is no such source */
export const dropCommand = (configDir: string, id: string | undefined, { json }: { json: boolean }): Promise<number> =>
  withSession(configDir, async session => {
    const { sources } = session
    const bodies = id === undefined ? await sources.quarantine.bodies() : await findBodies(session, id)
    if (!bodies) return 2
    const those = id === undefined ? [...bodies.map(body => body.source), ...sources.list().map(each => each.id)] : [id]
    const audit = openAudit(session)
    let dropped = 0
    for (const each of new Set(those)) {
      const drop = () => sources.quarantine.drop(SourceId.parse(each))
      dropped += await audit.around({ by: cliActor(), what: 'quarantine.drop', on: each }, drop, bodies =>
        bodies > 0 ? { before: { bodies } } : [],
      )
    }
    if (json) console.log(JSON.stringify({ dropped }))
    else console.log(`${dropped} ${dropped === 1 ? 'body' : 'bodies'} dropped.`)
    return 0
  })

interface ShowOptions {
  readonly body?: string
  readonly json: boolean
}
