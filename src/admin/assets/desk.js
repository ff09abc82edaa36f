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
