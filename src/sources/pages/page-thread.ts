/** The thread that reads pages, one at a time (page-reader.ts). */

import { parentPort } from 'node:worker_threads'
import { type PageToRead, readPage } from '../../feeds/pages/read-page.ts'

/** A page to compile the code by before the first real one: without that, it would take five times as long. */
const SAMPLE = new TextEncoder().encode(
  `<html><head><title>Sample</title></head><body><div><h2><a href="/a">Other</a></h2><p>Beside, and short.</p></div><article><h1>Sample</h1>${'<p class="a">A sentence, of <b>some</b> <a href="/b">words</a>, as an article has it.</p>'.repeat(60)}</article></body></html>`,
)
const WARM_UPS = 8

const page = { body: SAMPLE, contentType: 'text/html', url: 'https://sample.example/', title: 'Sample', summary: '' }
for (let times = 0; times < WARM_UPS; times += 1)
  await readPage({ ...page, settings: { keep: times % 4 === 3 ? 'html' : 'text', bytes: 1_000 } })

parentPort?.on('message', async (next: PageToRead) => {
  parentPort?.postMessage(await readPage(next))
})
parentPort?.postMessage('ready')
