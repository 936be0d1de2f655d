// Checks auth with an unmodified @supabase/supabase-js against a running
// server. Needs URL, ANON_KEY and SERVICE_KEY in the environment.
import { createClient } from '@supabase/supabase-js'
import WebSocket from 'ws'
import { check, env, equal, finish, must } from './check.mjs'

globalThis.WebSocket ??= WebSocket
const [url, anonKey] = [env('URL'), env('ANON_KEY')]
const options = { auth: { persistSession: false, autoRefreshToken: false } }
const client = () => createClient(url, anonKey, options)
const run = `${Date.now()}-${process.pid}`
const email = (name) => `${name}-${run}@example.test`
const password = 'correct horse battery'

const ada = client()
let session
await check('signUp answers a session and a user', async () => {
  const data = must(await ada.auth.signUp({ email: email('Ada'), password, options: { data: { name: 'Ada' } } }))
  equal(data.user.email, email('ada'))
  equal(data.user.user_metadata.name, 'Ada')
  equal(data.session.token_type, 'bearer')
  session = data.session
})
await check('signUp of a known address says user_already_exists', async () => {
  const { error } = await client().auth.signUp({ email: email('ada'), password })
  equal([error.status, error.code], [422, 'user_already_exists'])
})
await check('a weak password is named with its reasons', async () => {
  const { error } = await client().auth.signUp({ email: email('weak'), password: 'abc' })
  equal([error.name, error.code, error.reasons], ['AuthWeakPasswordError', 'weak_password', ['length']])
})
await check('signInWithPassword works in any case of the address', async () => {
  const data = must(await client().auth.signInWithPassword({ email: email('ADA'), password }))
  equal(data.user.id, session.user.id)
})
await check('a wrong password and an unknown user answer alike', async () => {
  const wrong = await client().auth.signInWithPassword({ email: email('ada'), password: 'wrong wrong' })
  const unknown = await client().auth.signInWithPassword({ email: email('nobody'), password: 'wrong wrong' })
  equal([wrong.error.code, wrong.error.status], ['invalid_credentials', 400])
  equal([unknown.error.code, unknown.error.message], [wrong.error.code, wrong.error.message])
})
await check('getUser answers the user', async () => {
  equal(must(await ada.auth.getUser()).user.id, session.user.id)
})
await check('getClaims verifies the token by the JWKS', async () => {
  const { claims, header } = must(await ada.auth.getClaims())
  equal([header.alg, claims.sub, claims.role, claims.aal], ['ES256', session.user.id, 'authenticated', 'aal1'])
})
await check('refreshSession rotates', async () => {
  const data = must(await ada.auth.refreshSession())
  if (data.session.refresh_token === session.refresh_token) throw new Error('the token stayed')
  equal(data.user.id, session.user.id)
})
await check('ten refreshes at once get one token', async () => {
  const from = (await ada.auth.getSession()).data.session.refresh_token
  const all = await Promise.all(Array.from({ length: 10 }, () => client().auth.refreshSession({ refresh_token: from })))
  equal(new Set(all.map((answer) => must(answer).session.refresh_token)).size, 1)
  must(await ada.auth.refreshSession({ refresh_token: all[0].data.session.refresh_token }))
})
await check('a made-up refresh token is refused', async () => {
  const { error } = await client().auth.refreshSession({ refresh_token: 'AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' })
  equal(error.status, 400)
})
await check('signOut ends the session at once', async () => {
  const other = client()
  must(await other.auth.signInWithPassword({ email: email('ada'), password }))
  const { access_token } = (await other.auth.getSession()).data.session
  const { error } = await other.auth.signOut({ scope: 'local' })
  equal(error, null)
  const gone = await client().auth.getUser(access_token)
  equal(gone.error.name, 'AuthSessionMissingError')
})
await check('signOut of the others leaves the own session', async () => {
  const other = client()
  must(await other.auth.signInWithPassword({ email: email('ada'), password }))
  equal((await ada.auth.signOut({ scope: 'others' })).error, null)
  must(await ada.auth.getUser())
  equal((await other.auth.getUser()).error.name, 'AuthSessionMissingError')
})
await check('anonymous sign-in is off and says so', async () => {
  const { error } = await client().auth.signInAnonymously()
  equal([error.status, error.code], [422, 'anonymous_provider_disabled'])
})
await check('a garbage token is no user', async () => {
  const { error } = await client().auth.getUser('a.b.c')
  equal([error.status, error.code], [403, 'bad_jwt'])
})

finish('auth')
