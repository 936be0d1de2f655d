// The demo app's chat page in two headless browsers: messages and presence of one reach the other.
// Needs URL, and a Chromium: CHROMIUM, or Debian's package.
import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'
import { check, env, equal, finish } from './check.mjs'

const path = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((p) => p && existsSync(p))
if (!path) {
  console.error('chat: there is no Chromium; apt-get install chromium')
  finish('chat')
}
const browser = await chromium.launch({ executablePath: path, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] })
async function enter(name) {
  const page = await (await browser.newContext()).newPage()
  page.mistakes = []
  page.on('pageerror', (error) => page.mistakes.push(String(error)))
  page.on('console', (m) => m.type() === 'error' && !/favicon/.test(m.location().url) && page.mistakes.push(m.text()))
  await page.goto(`${env('URL')}/realtime/v1/demo/chat`)
  await page.fill('#name', name)
  await page.click('#enter button')
  await page.waitForSelector('#say:not([hidden])')
  await page.waitForSelector(`#people li:text-is("${name}")`)
  return page
}
const said = `Hello, ${Date.now()}`
const [ada, bob] = [await enter('Ada'), await enter('Bob')]
await check('each sees the other', async () => {
  await ada.waitForSelector('#people li:text-is("Bob")')
  await bob.waitForSelector('#people li:text-is("Ada")')
})
await check('what one types and says reaches the other', async () => {
  await ada.locator('#text').pressSequentially(said)
  await bob.waitForSelector('#status:text("Ada is typing…")')
  await ada.click('#say button')
  await bob.waitForSelector(`#log li:text-is("Ada: ${said}")`)
  await ada.waitForSelector(`#log li:text-is("Ada: ${said}")`)
  equal(await bob.locator(`#log li:text-is("Ada: ${said}")`).count(), 1)
})
await check('who goes is gone', async () => {
  await bob.context().close()
  await ada.waitForSelector('#people li:text-is("Bob")', { state: 'detached' })
})
await check('the pages had no errors', () => equal([...ada.mistakes, ...bob.mistakes], []))
await browser.close()
finish('chat')
