// What leaves the database, as its receivers see it: webhooks verified by the standardwebhooks library, requests of net.http_*
// at a real server, mail in the development inbox, in a real browser.
// Needs URL, ANON_KEY, SERVICE_KEY, DATABASE_URL (an owner's, by psql), Chromium, and a server with OUTBOUND_ALLOW=127.0.0.0/8.
import { execFileSync } from 'node:child_process'
import { createServer } from 'node:http'
import { createClient } from '@supabase/supabase-js'
import { chromium } from 'playwright-core'
import { Webhook } from 'standardwebhooks'
import ws from 'ws'
import { check, equal, finish, env, must } from './check.mjs'

const [url, key] = [env('URL'), env('SERVICE_KEY')]
const run = `r${Date.now()}-${process.pid}`
const sql = (text) => execFileSync('psql', ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', env('DATABASE_URL'), '-c', text]).toString().trim()

async function api(method, path, body) {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const response = await fetch(url + path, { method, headers, body: body && JSON.stringify(body) })
  const answer = await response.json()
  if (!response.ok) throw new Error(`${response.status} ${JSON.stringify(answer)}`)
  return answer
}

// until asks until the answer is something, for at most 20 seconds.
async function until(ask) {
  for (const end = Date.now() + 20_000; Date.now() < end; await new Promise((next) => setTimeout(next, 25))) {
    const answer = await ask()
    if (answer) return answer
  }
  throw new Error('it did not come')
}

const received = []
const receiver = createServer((request, response) => {
  let body = ''
  request.on('data', (part) => (body += part))
  request.on('end', () => {
    received.push({ url: request.url, headers: request.headers, body })
    response.end('thanks')
  })
})
await new Promise((listening) => receiver.listen(0, '127.0.0.1', listening))
const here = `http://127.0.0.1:${receiver.address().port}`
const arrived = (path) => until(() => received.find((got) => got.url === path))

let subscription
await check('a webhook verifies with the standardwebhooks library', async () => {
  subscription = await api('POST', '/webhooks/v1/subscriptions', { topics: [`${run}.*`], url: `${here}/hook` })
  sql(`select webhooks.emit('${run}.paid', '{"total": 12.50, "name": "é<&>"}')`)
  const got = await arrived('/hook')
  const event = new Webhook(subscription.secret).verify(got.body, got.headers)
  equal([event.topic, event.payload], [`${run}.paid`, { name: 'é<&>', total: 12.5 }])
})
await check('and not with another secret', () => {
  try {
    new Webhook('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw').verify(received[0].body, received[0].headers)
    return false
  } catch (error) {
    return error.message === 'No matching signature found'
  }
})
await check('while a secret rotates the old one and the new one verify', async () => {
  const rotated = await api('POST', `/webhooks/v1/subscriptions/${subscription.id}/rotate`, {})
  received.length = 0
  await api('POST', '/_webhooks/test-fire', { topic: `${run}.paid`, payload: {} })
  const got = await arrived('/hook')
  for (const secret of [subscription.secret, rotated.secret]) new Webhook(secret).verify(got.body, got.headers)
})
await check('SQL verifies what the library signs', () => {
  const at = new Date()
  const signature = new Webhook(subscription.secret).sign('msg_1', at, '{"a":1}')
  const headers = JSON.stringify({ 'webhook-id': 'msg_1', 'webhook-timestamp': `${Math.floor(at / 1000)}`, 'webhook-signature': signature })
  equal(sql(`select webhooks.verify(array['${subscription.secret}'], '${headers}', '{"a":1}')`), 't')
})
await check('net.http_post sends, and its response is there to read', async () => {
  const id = sql(`select net.http_post('${here}/post', body => '{"a": 1}', headers => '{"X-Run": "${run}"}')`)
  const got = await arrived('/post')
  equal([got.body, got.headers['x-run']], ['{"a": 1}', run])
  await until(() => sql(`select c.status || (c.response).body from net.http_collect_response(${id}) c`) === 'SUCCESSthanks')
})
await check('and reaches no metadata service', async () => {
  const id = sql(`select net.http_get('http://169.254.169.254/latest/meta-data/')`)
  await until(() => /private, loopback or reserved/.test(sql(`select (net.http_collect_response(${id})).message`)))
})

const address = `${run}@example.test`
await check('a mail comes into the inbox', async () => {
  sql(`select mail.send('${address}', 'magic_link', '{"token": "431907", "confirmation_url": "https://app.test/verify"}')`)
  const [letter] = await until(async () => {
    const list = await (await fetch(`${url}/dev/inbox/messages?to=${address}`)).json()
    return list.length > 0 && list
  })
  equal([letter.subject, letter.text.includes('431907')], ['Your sign-in link', true])
})
await check('supabase-js signs in with the code that it brings', async () => {
  const client = createClient(url, env('ANON_KEY'), { auth: { persistSession: false, autoRefreshToken: false }, realtime: { transport: ws } })
  const email = `otp-${address}`
  must(await client.auth.signInWithOtp({ email }))
  const [letter] = await until(async () => {
    const list = await (await fetch(`${url}/dev/inbox/messages?to=${email}`)).json()
    return list.length > 0 && list
  })
  const { user } = must(await client.auth.verifyOtp({ email, token: /code: (\d+)/.exec(letter.text)[1], type: 'email' }))
  equal(user.email, email)
})
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] })
try {
  const page = await browser.newPage({ viewport: { width: 1180, height: 760 } })
  const complaints = []
  page.on('console', (message) => complaints.push(message.text()))
  await check('the page lists it, and shows it in a frame', async () => {
    await page.goto(`${url}/dev/inbox?to=${address}`)
    await page.getByRole('link', { name: 'Your sign-in link' }).click()
    const frame = page.frameLocator('iframe')
    equal(await frame.getByRole('heading').textContent(), 'Sign in')
    equal(await frame.getByRole('link', { name: 'Sign in' }).getAttribute('href'), 'https://app.test/verify')
    equal(await frame.getByText('431907').isVisible(), true)
  })
  await check('list and mail stand side by side, and the mail has room', async () => {
    const [list, frame] = [await page.locator('.list').boundingBox(), await page.locator('iframe').boundingBox()]
    equal([list.x, list.x + list.width <= frame.x, frame.width > 600, frame.height > 400], [0, true, true, true])
    if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT })
  })
  await check('on a phone they stand below each other, within its width', async () => {
    await page.setViewportSize({ width: 390, height: 800 })
    const [list, frame] = [await page.locator('.list').boundingBox(), await page.locator('iframe').boundingBox()]
    equal([list.y + list.height <= frame.y, frame.x + frame.width <= 390], [true, true])
    equal(await page.evaluate(() => document.documentElement.scrollWidth), 390)
  })
  await check('a mail runs no script, and the browser has nothing to complain of', async () => {
    equal(complaints, [])
    sql(`select mail.set_template('evil', 's', 't', '<p>hello</p><img src="x" onerror="top.location=1">')`)
    sql(`select mail.send('evil-${address}', 'evil')`)
    const [letter] = await until(async () => {
      const list = await (await fetch(`${url}/dev/inbox/messages?to=evil-${address}`)).json()
      return list.length > 0 && list
    })
    await page.goto(`${url}/dev/inbox/${letter.id}`)
    await page.frameLocator('iframe').getByText('hello').waitFor()
    equal(page.url(), `${url}/dev/inbox/${letter.id}`)
    equal(complaints.some((text) => /Blocked script execution/.test(text)), true)
  })
  await check('its text can be read as well', async () => {
    await page.getByRole('link', { name: 'Text', exact: true }).click()
    equal(await page.locator('pre').textContent(), 't')
  })
  await check('the inbox is emptied by its button', async () => {
    await page.getByRole('button', { name: 'Empty' }).click()
    await page.getByText('No mail yet').waitFor()
  })
} finally {
  await browser.close()
  receiver.close()
  await api('DELETE', `/webhooks/v1/subscriptions/${subscription.id}`)
}
finish('courier')
