// Every template as a newcomer meets it: init, dev, and its page in a headless browser, at a desk and on a phone.
// Needs bin/howdah, and a Chromium: CHROMIUM, or Debian's package. SCREENSHOTS names a folder to keep pictures in.
import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { chromium } from 'playwright-core'
import { check, equal, finish } from './check.mjs'

const path = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((p) => p && existsSync(p))
if (!path) {
  console.error('pages: there is no Chromium; apt-get install chromium')
  finish('pages')
}
const howdah = resolve(process.env.HOWDAH ?? 'bin/howdah')
const home = mkdtempSync(join(tmpdir(), 'howdah-pages-'))
chmodSync(home, 0o711) // under root PostgreSQL runs as another user
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(HOWDAH_|DATABASE_URL|PORT$|API_EXTERNAL_URL|SITE_URL)/.test(name)))
Object.assign(env, { PORT: '0', POSTGRES_VOLATILE: 'true', LOG_LEVEL: 'warn' })
const browser = await chromium.launch({ executablePath: path, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] })

async function serving(template) {
  const dir = join(home, template)
  execFileSync(howdah, ['init', dir, '--template', template], { cwd: home, env, stdio: 'ignore' })
  const child = spawn(howdah, ['dev'], { cwd: dir, env, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  await new Promise((up, down) => {
    child.stderr.on('data', (text) => { said += text; if (said.includes('Ctrl-C stops it.')) up() })
    child.on('exit', () => down(new Error(said)))
  })
  const { url } = JSON.parse(readFileSync(join(dir, '.howdah', 'server.json'), 'utf8'))
  const stop = async () => {
    const ended = new Promise((done) => { child.on('exit', done) })
    child.kill('SIGTERM')
    await ended
  }
  return { url, stop }
}

async function visit(url, name, size = { width: 1000, height: 760 }) {
  const page = await (await browser.newContext({ viewport: size })).newPage()
  page.setDefaultTimeout(15000)
  page.mistakes = []
  page.on('pageerror', (error) => page.mistakes.push(String(error)))
  page.on('console', (m) => m.type() === 'error' && !/favicon/.test(m.location().url) && page.mistakes.push(m.text()))
  await page.goto(url)
  await page.fill('#email', `${name}@example.test`)
  await page.fill('#password', 'correct horse battery')
  await page.click('button[value=new]')
  await page.waitForSelector('#app:not([hidden])')
  return page
}

async function send(page, input, text) {
  await page.fill(input, text)
  await page.press(input, 'Enter')
}
const texts = (page, list) => page.locator(`${list} li > span:first-child`).allTextContents()
const sees = (page, list, text) => page.locator(`${list} li`, { hasText: text }).first().waitFor()
const phone = { width: 375, height: 700 }
const wide = (page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth)

const uses = {
  async todos(url) {
    const ada = await visit(url, 'ada')
    for (const task of ['weave', 'spin']) { await send(ada, '#task', task); await sees(ada, '#todos', task) }
    await ada.locator('#todos li', { hasText: 'weave' }).locator('input').check()
    await ada.locator('.done', { hasText: 'weave' }).waitFor()
    equal(await texts(ada, '#todos'), ['spin', 'weave'])
    const bob = await visit(url, 'bob', phone)
    equal(await texts(bob, '#todos'), [])
    await ada.reload()
    await sees(ada, '#todos', 'weave')
    return [ada, bob]
  },
  async chat(url) {
    const ada = await visit(url, 'ada')
    await send(ada, '#name', 'weaving')
    await ada.locator('#room option', { hasText: 'weaving' }).waitFor({ state: 'attached' })
    await send(ada, '#body', 'is somebody here?')
    await sees(ada, '#log', 'somebody')
    const bob = await visit(ada.url(), 'bob', phone)
    await sees(bob, '#log', 'somebody')
    await send(bob, '#body', 'I am')
    await sees(ada, '#log', 'I am')
    const eve = await visit(url, 'eve')
    equal(await texts(eve, '#log'), [])
    return [ada, bob, eve]
  },
  async saas(url) {
    const ada = await visit(url, 'ada')
    for (const name of ['Looms', 'Wheels']) { await send(ada, '#name', name); await ada.locator('#role', { hasText: name }).waitFor() }
    await send(ada, '#project', 'a wheel')
    await sees(ada, '#projects', 'a wheel')
    await ada.selectOption('#org', { label: 'Looms' })
    await ada.locator('#role', { hasText: 'Looms' }).waitFor()
    equal(await texts(ada, '#projects'), [])
    const bob = await visit(url, 'bob', phone)
    equal(await bob.locator('#org option').allTextContents(), [])
    return [ada, bob]
  },
}
try {
  for (const [template, use] of Object.entries(uses)) {
    await check(`the page of ${template}`, async () => {
      const server = await serving(template)
      try {
        const pages = await use(`${server.url}/functions/v1/app`)
        for (const [n, page] of pages.entries()) {
          equal(page.mistakes, [])
          equal(await wide(page), 0)
          if (process.env.SCREENSHOTS) await page.screenshot({ path: join(process.env.SCREENSHOTS, `${template}-${n}.png`) })
        }
      } finally {
        await server.stop()
      }
    })
  }
} finally {
  await browser.close()
  rmSync(home, { recursive: true, force: true })
}
finish('pages')
