/** `newsdesk newsstand`: serves invented feeds until it is stopped, and prints how to poll them. */

import { terminationSignal } from '../../src/app/signals.ts'
import { startFolderStand } from './folder.ts'
import { startNewsstand } from './newsstand.ts'

export interface NewsstandOptions {
  readonly port: number
  readonly speed: number
  readonly seed: number
  readonly folder?: string
}

const untilStopped = (): Promise<void> => {
  const signal = terminationSignal()
  return new Promise(resolve => signal.addEventListener('abort', () => resolve(), { once: true }))
}

const snippet = (
  sources: readonly { id: string; name: string; url: string; section: string; language: string }[],
): string =>
  [
    'sources:',
    ...sources.flatMap(({ id, name, url, section, language }) => [
      `  - id: ${id}`,
      `    name: ${JSON.stringify(name)}`,
      `    url: ${url}`,
      `    section: ${section}`,
      `    language: ${language}`,
    ]),
  ].join('\n')

export const newsstandCommand = async ({ port, speed, seed, folder }: NewsstandOptions): Promise<number> => {
  if (folder === undefined) {
    const stand = await startNewsstand({ port, speed, seed })
    console.log(`# Newsstand at ${stand.url}, ${speed} times as fast as real time. Ctrl-C stops it.`)
    console.log("# To poll it: put this in a sources.yaml, and crawl: { allow: ['127.0.0.0/8'] } in its newsdesk.yaml.")
    console.log(snippet(stand.sources))
    await untilStopped()
    await stand.close()
    return 0
  }
  const stand = await startFolderStand(folder, port).catch((error: NodeJS.ErrnoException) => error)
  if (stand instanceof Error) {
    console.error(`cannot serve ${folder}: ${stand.message}`)
    return 2
  }
  console.log(`# ${stand.files.length} files of ${folder} at ${stand.url}. Ctrl-C stops it.`)
  console.log("# To poll them: put this in a sources.yaml, and crawl: { allow: ['127.0.0.0/8'] } in its newsdesk.yaml.")
  console.log(
    snippet(
      stand.files.map((file, index) => ({
        id: `file-${index + 1}`,
        name: file,
        url: `${stand.url}/${encodeURI(file)}`,
        section: 'world',
        language: 'en',
      })),
    ),
  )
  await untilStopped()
  await stand.close()
  return 0
}
