// Checks API keys with an unmodified @supabase/supabase-js that is given one in
// the anon key's place. Needs URL, ANON_KEY and SERVICE_KEY in the environment.
import { createClient } from '@supabase/supabase-js'
import WebSocket from 'ws'
import { check, env, equal, finish, must } from './check.mjs'

globalThis.WebSocket ??= WebSocket
const [url, anonKey, serviceKey] = [env('URL'), env('ANON_KEY'), env('SERVICE_KEY')]
const options = { auth: { persistSession: false, autoRefreshToken: false } }
const ada = createClient(url, anonKey, options)
const email = `key-${Date.now()}-${process.pid}@example.test`
const { session } = must(await ada.auth.signUp({ email, password: 'correct horse battery' }))

async function call(method, path, token, body) {
  const headers = { apikey: anonKey, authorization: `Bearer ${token}`, 'content-type': 'application/json', 'x-supabase-api-version': '2024-01-01' }
  const answer = await fetch(url + path, { method, headers, body: body && JSON.stringify(body) })
  const text = await answer.text()
  return { status: answer.status, data: text && JSON.parse(text) }
}

let made
await check('a user makes a key, which is shown once', async () => {
  const { status, data } = await call('POST', '/auth/v1/api-keys', session.access_token, { name: 'script', scopes: ['rest:read', 'storage:*'] })
  equal([status, data.key.startsWith(data.prefix + '_')], [201, true])
  const list = await call('GET', '/auth/v1/api-keys', session.access_token)
  equal([list.data.length, 'key' in list.data[0]], [1, false])
  made = data
})
await check('the client reads as the user with it', async () => {
  const { status } = await createClient(url, made.key, options).from('todos').select('*').limit(1)
  equal(status, 200)
})
await check('but writes nothing that its scopes leave out', async () => {
  const { status } = await createClient(url, made.key, options).from('todos').insert({ task: 'no' })
  equal(status, 403)
})
await check('storage takes it', async () => {
  const { error } = await createClient(url, made.key, options).storage.listBuckets()
  equal(error, null)
})
await check('a service key administers', async () => {
  const { data } = await call('POST', '/auth/v1/admin/api-keys', serviceKey, { name: 'server', tier: 'unlimited' })
  const { users } = must(await createClient(url, data.key, options).auth.admin.listUsers())
  equal(users.some((user) => user.email === email), true)
  await call('DELETE', `/auth/v1/admin/api-keys/${data.id}`, serviceKey)
})
await check('a revoked key is refused at once', async () => {
  equal((await call('POST', `/auth/v1/api-keys/${made.id}/revoke`, session.access_token)).status, 200)
  const { status } = await createClient(url, made.key, options).from('todos').select('*').limit(1)
  equal(status, 401)
})
await check('a made-up key is refused', async () => {
  const { status } = await createClient(url, 'hd_aaaaaaaa_' + 'A'.repeat(43), options).from('todos').select('*').limit(1)
  equal(status, 401)
})

finish('apikeys')
