// Forms with `data-in-place` are sent by script: the page stays where it is, with its filter, ticks and scroll position,
// and a message tells what happened. Forms with `data-dialog` lead to a question, which opens as a dialog. What is wrong
// is told at its field. Where a session has ended meanwhile, what was typed is there again after the log-in.

import { fetchPage, showAgain } from './page.js'

const HEADERS = { accept: 'text/html', 'x-newsdesk': 'in-place' }
const TYPED = 'newsdesk:typed'
const told = document.getElementById('told')

/** The address of a page without the message that it shows once. */
const withoutFlash = address => {
  const url = new URL(address, location.href)
  url.searchParams.delete('flash')
  return `${url.pathname}${url.search}`
}

// Back and forward, bookmarks and refreshes do not name a message that was shown.
if (new URL(location.href).searchParams.has('flash'))
  history.replaceState(history.state, '', `${withoutFlash(location.href)}${location.hash}`)

const shown = () => dispatchEvent(new Event('newsdesk:shown'))

const tell = (text, kind = '') => {
  const toast = Object.assign(document.createElement('div'), { className: `toast ${kind}` })
  const dismiss = Object.assign(document.createElement('a'), { className: 'dismiss', href: '#main', textContent: '✕' })
  dismiss.setAttribute('aria-label', 'Dismiss')
  toast.append(Object.assign(document.createElement('div'), { className: 'told', textContent: text }), dismiss)
  told.replaceChildren(toast)
}

document.addEventListener('click', event => {
  const link = event.target instanceof Element ? event.target.closest('.dismiss, dialog .cancel') : null
  if (!link) return
  event.preventDefault()
  if (link.matches('.dismiss')) told.replaceChildren()
  else link.closest('dialog').close()
})

const closeDialog = () => document.querySelector('dialog[open]')?.close()

/** Shows a page that asks something. @param page parsed, with a form of class `ask` */
const ask = page => {
  closeDialog()
  const dialog = document.createElement('dialog')
  const [title, ...rest] = page.querySelector('main').children
  const heading = Object.assign(document.createElement('h2'), { textContent: title.textContent, id: 'asked-title' })
  dialog.setAttribute('aria-labelledby', heading.id)
  dialog.append(heading, ...rest.map(node => document.importNode(node, true)))
  dialog.addEventListener('close', () => dialog.remove())
  document.body.append(dialog)
  dialog.showModal()
  shown()
}

/** Goes where the server says: the same page shows its new state where it is. */
const go = async (to, form) => {
  if (withoutFlash(to) !== withoutFlash(location.href)) return location.assign(to)
  try {
    const page = await fetchPage(to)
    closeDialog()
    showAgain(page, form)
    told.replaceChildren(...[...page.getElementById('told').childNodes].map(node => document.importNode(node, true)))
    shown()
  } catch {
    location.assign(to)
  }
}

const clearProblems = form => {
  for (const problem of form.querySelectorAll('.problem')) problem.remove()
  for (const field of form.querySelectorAll('[aria-invalid]')) field.removeAttribute('aria-invalid')
}

/** Tells what is wrong, at the field if the page names one. */
const showProblem = (page, form) => {
  const problems = [...page.querySelectorAll('main [data-field]')]
  for (const { dataset, textContent } of problems) {
    const field = form.elements.namedItem(dataset.field)
    if (!(field instanceof Element)) continue
    const id = `problem-${dataset.field}`
    field.setAttribute('aria-invalid', 'true')
    field.setAttribute('aria-describedby', id)
    field.after(Object.assign(document.createElement('span'), { className: 'problem', id, textContent }))
  }
  form.querySelector('[aria-invalid]')?.focus()
  const title = page.querySelector('main h1')?.textContent ?? 'It did not work'
  const text = [...page.querySelectorAll('main p')].map(({ textContent }) => textContent)
  tell([title, text[0]].filter(Boolean).join(': '), 'wrong')
}

/** Keeps what was typed for after the log-in. */
const logInFirst = (action, data) => {
  const page = withoutFlash(location.href)
  sessionStorage.setItem(TYPED, JSON.stringify({ page, action, fields: [...data] }))
  location.assign(`/login?next=${encodeURIComponent(page)}`)
}

const send = async (form, action, data) => {
  const answer = await fetch(action, { method: 'POST', headers: HEADERS, body: data })
  if (answer.status === 401) return logInFirst(action, data)
  if (answer.headers.get('content-type')?.includes('json')) return go((await answer.json()).to, form)
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
  if (page.querySelector('main form.ask')) ask(page)
  else showProblem(page, form)
}

document.addEventListener('submit', async event => {
  const form = event.target
  if (event.defaultPrevented || !form.matches('[data-in-place], [data-dialog]')) return
  event.preventDefault()
  const data = new URLSearchParams(new FormData(form, event.submitter))
  const action = form.getAttribute('action')
  clearProblems(form)
  if (form.matches('[aria-busy]')) return
  form.setAttribute('aria-busy', 'true')
  try {
    if (form.matches('[data-dialog]')) {
      const answer = await fetch(`${action}?${data}`, { headers: { accept: 'text/html' } })
      if (answer.redirected || !answer.ok) location.assign(`${action}?${data}`)
      else ask(new DOMParser().parseFromString(await answer.text(), 'text/html'))
    } else {
      data.set('back', withoutFlash(location.href))
      await send(form, action, data)
    }
  } catch {
    tell(
      'newsdesk cannot be reached. It is not known whether your change was made: check before you repeat it.',
      'wrong',
    )
  } finally {
    form.removeAttribute('aria-busy')
  }
})

// What was typed before a session ended.
const typed = JSON.parse(sessionStorage.getItem(TYPED) ?? 'null')
if (typed?.page === withoutFlash(location.href)) {
  sessionStorage.removeItem(TYPED)
  const form = [...document.forms].find(each => each.getAttribute('action') === typed.action)
  for (const [name, value] of typed.fields) {
    const field = form?.elements.namedItem(name)
    if (field instanceof RadioNodeList)
      for (const each of field) each.checked = typed.fields.some(([other, own]) => other === name && own === each.value)
    else if (field && field.type !== 'hidden' && field.type !== 'submit') field.value = value
  }
  form?.querySelector('button')?.focus()
  tell(
    form
      ? 'Your session had ended, so nothing was changed. What you had typed is here again: send it once more.'
      : 'Your session had ended, so nothing was changed.',
  )
}
