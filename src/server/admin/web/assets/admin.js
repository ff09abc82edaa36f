/** What pages do more with script than without: nothing is lost where it does not run. */

// Times are written in UTC; the exact one is shown in the reader's own zone.
const zoned = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' })
for (const time of document.querySelectorAll('time[datetime]')) {
  const at = new Date(time.dateTime)
  if (!Number.isNaN(at.getTime())) time.title = zoned.format(at)
}

// What cannot be taken back is asked about once more.
document.addEventListener('submit', event => {
  const question = event.submitter?.dataset.confirm ?? event.target.dataset.confirm
  if (question && !confirm(question)) event.preventDefault()
})

// A slash goes to the search, as elsewhere.
document.addEventListener('keydown', event => {
  if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return
  if (event.target instanceof Element && event.target.closest('input, textarea, select, [contenteditable]')) return
  const search = document.querySelector('input[type=search]')
  if (!search) return
  event.preventDefault()
  search.focus()
})

// On the front page what is opened is opened in place.
document.addEventListener('click', async event => {
  const link = event.target instanceof Element ? event.target.closest('a.why') : null
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return
  event.preventDefault()
  try {
    const answer = await fetch(link.href, { headers: { accept: 'text/html' } })
    if (!answer.ok || answer.redirected) throw new Error(`${answer.status}`)
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    for (const shelf of document.querySelectorAll('.shelf')) {
      const fresh = page.getElementById(shelf.id)
      if (fresh && (shelf.contains(link) || shelf.querySelector('.opened')))
        shelf.replaceWith(document.importNode(fresh, true))
    }
    history.replaceState(null, '', link.href)
    document.getElementById(document.getElementById('opened') ? 'opened' : link.id)?.focus()
  } catch {
    location.assign(link.href)
  }
})
