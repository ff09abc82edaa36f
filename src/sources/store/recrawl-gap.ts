/**
 * The gap between two re-crawls of a source, out of courtesy to its publisher: whoever asks for one, with the command
 * line, in the admin UI, over its API or in the queue dashboard. A request takes the gap before it queues a job, so that
 * it can say how much of it is left; a job that no request queued takes it when it runs.
 */

import type { SourceId } from '../../domain/source.ts'
import { loadScript, runScript } from '../../redis/script.ts'
import type { Store } from '../../redis/store.ts'
import { CLOCK_SLACK } from '../../util/plausible-time.ts'

const admitScript = loadScript(new URL('./recrawl-gap.lua', import.meta.url))

export interface RecrawlGap {
  /** Takes the gap for a re-crawl that is about to be queued. @returns ms that are left of it; 0 if it was taken */
  request(id: SourceId): Promise<number>
  /** Gives it back: nothing was queued. */
  cancel(id: SourceId): Promise<void>
  /** Takes the gap for a job that is about to fetch. @returns ms that are left of that of another; 0 if it may */
  admit(id: SourceId, job: string): Promise<number>
  /** To be called once the job has ended: run again, it is another re-crawl. */
  end(id: SourceId, job: string): Promise<void>
  /** Whether it is taken. */
  isTaken(id: SourceId): Promise<boolean>
}

/** @param gap ms; 0 for none */
export const createRecrawlGap = ({ redis, keys, gap }: Store & { readonly gap: () => number }): RecrawlGap => {
  const take = async (id: SourceId, job: string): Promise<number> =>
    gap() === 0 ? 0 : Number(await runScript(redis, admitScript, [keys.recrawled(id)], [job, gap(), CLOCK_SLACK]))
  return {
    request: id => take(id, ''),
    admit: take,

    async cancel(id) {
      await redis.del(keys.recrawled(id))
    },

    async end(id, job) {
      if ((await redis.get(keys.recrawled(id))) === job) await redis.set(keys.recrawled(id), 'ended', 'KEEPTTL')
    },

    isTaken: async id => gap() > 0 && (await redis.exists(keys.recrawled(id))) === 1,
  }
}
