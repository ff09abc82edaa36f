// Builds the image without a container engine: copies the build context (.dockerignore) into a temporary folder, runs
// every RUN line of the Dockerfile there, and starts the image's command from the files that the last stage copied.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join, matchesGlob, posix } from 'node:path'

const fail = why => {
  throw new Error(why)
}

/** @returns how the build context treats a path: included or left out; the last matching line decides. */
const ignoring = text => {
  const lines = text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '' && !line.startsWith('#'))
    .map(line => ({
      isBack: line.startsWith('!'),
      pattern: line
        .replace(/^!/, '')
        .replace(/^\.?\//, '')
        .replace(/\/$/, ''),
    }))
  const speaksOf = (pattern, path) => {
    const parts = path.split('/')
    return parts.some((_, index) => matchesGlob(parts.slice(0, index + 1).join('/'), pattern))
  }
  return path => lines.reduce((isOut, { isBack, pattern }) => (speaksOf(pattern, path) ? !isBack : isOut), false)
}

const copyContext = (from, to) => {
  const isOut = ignoring(
    existsSync(join(from, '.dockerignore')) ? readFileSync(join(from, '.dockerignore'), 'utf8') : '',
  )
  const walk = folder => {
    for (const entry of readdirSync(join(from, folder), { withFileTypes: true })) {
      const path = posix.join(folder, entry.name)
      // Folders that are always left out are not walked: they are large, and no line includes part of them again.
      if (isOut(path)) continue
      if (entry.isDirectory()) walk(path)
      else cpSync(join(from, path), join(to, path), { recursive: true, verbatimSymlinks: true })
    }
  }
  walk('')
}

/** Instructions of a Dockerfile, continued lines joined. */
const instructionsOf = text =>
  text
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n\s*/g, ' ')
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')
    .map(line => {
      const [, word, rest] = /^(\w+)\s+(.*)$/.exec(line) ?? fail(`no instruction: ${line}`)
      return { word: word.toUpperCase(), rest }
    })

const listOf = rest => (rest.startsWith('[') ? JSON.parse(rest) : ['sh', '-c', rest])

const freePort = () =>
  new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })

const root = process.cwd()
const scratch = mkdtempSync(join(tmpdir(), 'newsdesk-image-'))
/** No settings of this machine get in. */
const clean = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(NEWSDESK_|npm_|NODE_OPTIONS$)/.test(name)),
)

const build = () => {
  const context = join(scratch, 'context')
  copyContext(root, context)
  const stages = []
  let stage
  const inStage = path => join(stage.root, path.startsWith('/') ? path : posix.join(stage.dir, path))
  for (const { word, rest } of instructionsOf(readFileSync(join(root, 'Dockerfile'), 'utf8'))) {
    if (word === 'FROM') {
      const [, image, , name] = /^(\S+)(\s+AS\s+(\S+))?$/i.exec(rest) ?? fail(`FROM ${rest}`)
      stage = { name, image, root: join(scratch, `stage-${stages.length}`), dir: '/', env: {}, user: 'root' }
      mkdirSync(stage.root)
      stages.push(stage)
    } else if (word === 'WORKDIR') {
      stage.dir = posix.resolve(stage.dir, rest)
      mkdirSync(inStage(''), { recursive: true })
    } else if (word === 'ENV') {
      for (const [, name, value] of rest.matchAll(/(\w+)=(\S+)/g)) stage.env[name] = value
    } else if (word === 'COPY') {
      const words = rest.split(/\s+/)
      const from = words[0].startsWith('--from=') ? words.shift().slice('--from='.length) : null
      const base =
        from === null ? context : (stages.find(({ name }) => name === from)?.root ?? fail(`no stage ${from}`))
      const to = words.pop()
      for (const what of words) {
        const source = join(base, what)
        if (!existsSync(source)) fail(`COPY ${rest}: ${what} does not exist`)
        const isFolder = readdirSync(posix.join(base, posix.dirname(what)), { withFileTypes: true }).some(
          entry => entry.name === basename(what) && entry.isDirectory(),
        )
        const into =
          what === '.' || isFolder ? inStage(to) : to.endsWith('/') ? join(inStage(to), basename(what)) : inStage(to)
        cpSync(source, into, { recursive: true, verbatimSymlinks: true })
      }
    } else if (word === 'RUN') {
      console.log(`RUN ${rest}`)
      const done = spawnSync('sh', ['-c', rest], {
        cwd: inStage(''),
        env: {
          ...clean,
          ...stage.env,
          npm_config_prefer_offline: 'true',
          npm_config_audit: 'false',
          npm_config_fund: 'false',
        },
        encoding: 'utf8',
      })
      if (done.status !== 0) fail(`RUN ${rest}: ended with ${done.status}\n${done.stdout}${done.stderr}`)
    } else if (word === 'USER') stage.user = rest
    else if (word === 'EXPOSE') stage.port = Number(rest)
    else if (word === 'HEALTHCHECK')
      stage.health = listOf(/\bCMD\s+(.*)$/.exec(rest)?.[1] ?? fail(`HEALTHCHECK ${rest}`))
    else if (word === 'ENTRYPOINT') stage.entry = listOf(rest)
    else if (word === 'CMD') stage.command = listOf(rest)
    else fail(`${word} is unknown to this script`)
  }
  return stage
}

const checkVersions = image => {
  const major = Number(/^node:(\d+)/.exec(image)?.[1])
  const wanted = Number(/^(\d+)/.exec(readFileSync(join(root, '.nvmrc'), 'utf8').trim())?.[1])
  if (major !== wanted) fail(`the image uses Node ${major}, .nvmrc Node ${wanted}`)
  if (Number(process.versions.node.split('.')[0]) !== major)
    console.log(`Node ${process.version} runs here; the image has ${major}`)
}

/** Runs the image's command, or another one. */
const started = (stage, command, env) =>
  spawn(stage.entry[0], [...stage.entry.slice(1), ...command], {
    cwd: join(stage.root, stage.dir),
    env: { ...clean, ...stage.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })

const ended = child =>
  new Promise((resolve, reject) => {
    let text = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (text += chunk))
    child.once('error', reject)
    child.once('close', code => resolve({ code, text }))
  })

const checkRuns = async stage => {
  const version = await ended(started(stage, ['--version'], {}))
  const { version: wanted } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  if (version.code !== 0 || version.text.trim() !== wanted) fail(`--version: ${version.code} ${version.text}`)
  const demo = await ended(started(stage, ['demo', '--once', '--json'], { NEWSDESK_ADMIN_HOST: '127.0.0.1' }))
  if (demo.code !== 0) fail(`demo --once: ${demo.code}\n${demo.text}`)

  const port = await freePort()
  const env = { NEWSDESK_ADMIN_PORT: String(port), NEWSDESK_ADMIN_HOST: '127.0.0.1' }
  // Checks send no requests to publishers: the sources are configured, but none is polled.
  const daemon = started(stage, stage.command, { ...env, NEWSDESK_ROLES: 'articles,publish,events,admin' })
  const gone = ended(daemon)
  const health = stage.health.map(word => word.replace(`:${stage.port}/`, `:${port}/`))
  if (health.join(' ') === stage.health.join(' ')) fail(`the health check uses another port than ${stage.port}`)
  try {
    for (let tries = 1; ; tries += 1) {
      try {
        execFileSync(health[0], health.slice(1), { stdio: 'ignore' })
        break
      } catch (error) {
        if (error.code === 'ENOENT' || tries > 60) fail(`the health check fails: ${health.join(' ')}`)
        await new Promise(resolve => setTimeout(resolve, 500))
      }
    }
  } finally {
    daemon.kill('SIGTERM')
  }
  const { code, text } = await gone
  if (code !== 0) fail(`${stage.command.join(' ')} ended with ${code}\n${text}`)
}

try {
  const stage = build()
  checkVersions(stage.image)
  if (stage.user === 'root') fail('the image runs as root')
  await checkRuns(stage)
  console.log('the image builds and runs')
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
