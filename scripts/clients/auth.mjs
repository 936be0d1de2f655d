// Checks auth with an unmodified @supabase/supabase-js against a running
// server. Needs URL, ANON_KEY and SERVICE_KEY in the environment.
import { createClient } from '@supabase/supabase-js'
import WebSocket from 'ws'
import { check, env, equal, finish, must } from './check.mjs'

globalThis.WebSocket ??= WebSocket
const [url, anonKey, serviceKey] = [env('URL'), env('ANON_KEY'), env('SERVICE_KEY')]
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


// Codes and links: generate_link gives what a mail would carry.
const admin = createClient(url, serviceKey, options).auth.admin
const link = async (type, more = {}) => must(await admin.generateLink({ type, email: email('codes'), ...more })).properties
await check('generateLink of an unknown e-mail signs up, and its code signs in', async () => {
  const made = await link('magiclink')
  equal(made.verification_type, 'signup')
  const data = must(await client().auth.verifyOtp({ email: email('codes'), token: made.email_otp, type: 'email' }))
  equal(data.user.email, email('codes'))
})
await check('verifyOtp by token_hash works for magic links and recoveries', async () => {
  for (const type of ['magiclink', 'recovery']) {
    const { hashed_token } = await link(type)
    equal(must(await client().auth.verifyOtp({ token_hash: hashed_token, type })).user.email, email('codes'))
  }
})
await check('a code is used once, and a wrong one says otp_expired', async () => {
  const { email_otp } = await link('magiclink')
  must(await client().auth.verifyOtp({ email: email('codes'), token: email_otp, type: 'email' }))
  const again = await client().auth.verifyOtp({ email: email('codes'), token: email_otp, type: 'email' })
  equal([again.error.status, again.error.code], [403, 'otp_expired'])
})
await check('signInWithOtp, resetPasswordForEmail and resend answer', async () => {
  must(await client().auth.signInWithOtp({ email: email('otp'), options: { emailRedirectTo: url } }))
  must(await client().auth.resetPasswordForEmail(email('ada'), { redirectTo: url }))
  must(await client().auth.resend({ type: 'signup', email: email('nobody') }))
  const { error } = await client().auth.signInWithOtp({ email: email('unknown'), options: { shouldCreateUser: false } })
  equal([error.status, error.code], [422, 'otp_disabled'])
})
await check('a second mail to an address within a minute says when to come back', async () => {
  const { error } = await client().auth.resetPasswordForEmail(email('ada'))
  equal([error.status, error.code], [429, 'over_email_send_rate_limit'])
})
await check('PKCE clients send a challenge, and a bad code is not found', async () => {
  const store = {}
  const storage = { getItem: (k) => store[k] ?? null, setItem: (k, v) => { store[k] = v }, removeItem: (k) => { delete store[k] } }
  const pkce = createClient(url, anonKey, { auth: { ...options.auth, flowType: 'pkce', storage, persistSession: true } })
  must(await pkce.auth.signInWithOtp({ email: email('pkce') }))
  const { error } = await pkce.auth.exchangeCodeForSession('00000000-0000-0000-0000-000000000000')
  equal([error.status, error.code], [404, 'flow_state_not_found'])
})

// The caller's own account.
await check('updateUser merges data and null deletes', async () => {
  must(await ada.auth.updateUser({ data: { a: 1, b: 2 } }))
  const { user } = must(await ada.auth.updateUser({ data: { a: null } }))
  equal([user.user_metadata.a, user.user_metadata.b, user.user_metadata.name], [undefined, 2, 'Ada'])
})
await check('updateUser of the e-mail waits for both addresses', async () => {
  const { user } = must(await ada.auth.updateUser({ email: email('countess') }))
  equal([user.email, user.new_email], [email('ada'), email('countess')])
  const halves = await Promise.all(['email_change_current', 'email_change_new'].map(async (type) =>
    must(await admin.generateLink({ type, email: email('ada'), newEmail: email('lovelace') })).properties))
  const first = await client().auth.verifyOtp({ type: 'email_change', token_hash: halves[0].hashed_token })
  equal([first.error, first.data.session], [null, null])
  const second = must(await client().auth.verifyOtp({ type: 'email_change', email: email('lovelace'), token: halves[1].email_otp }))
  equal(second.user.email, email('lovelace'))
})
await check('updateUser of the password refuses the same and the weak one', async () => {
  equal((await ada.auth.updateUser({ password })).error.code, 'same_password')
  equal((await ada.auth.updateUser({ password: 'abc' })).error.name, 'AuthWeakPasswordError')
  must(await ada.auth.updateUser({ password: 'another horse battery' }))
  must(await client().auth.signInWithPassword({ email: email('lovelace'), password: 'another horse battery' }))
})
await check('reauthenticate sends a nonce', async () => must(await ada.auth.reauthenticate()))
await check('getUserIdentities lists, and linking is off by default', async () => {
  equal(must(await ada.auth.getUserIdentities()).identities.map((i) => i.provider), ['email'])
  const { error } = await ada.auth.linkIdentity({ provider: 'google', options: { skipBrowserRedirect: true } })
  if (!error) throw new Error('linking is on')
})

// Providers.
await check('signInWithOAuth builds the URL, and a provider that is off says so', async () => {
  const { data } = await client().auth.signInWithOAuth({ provider: 'google', options: { skipBrowserRedirect: true } })
  const answer = await fetch(data.url, { redirect: 'manual', headers: { 'X-Supabase-Api-Version': '2024-01-01' } })
  equal([answer.status, (await answer.json()).code], [400, 'validation_failed'])
})
await check('signInWithIdToken of a provider that is off is refused', async () => {
  const { error } = await client().auth.signInWithIdToken({ provider: 'google', token: 'a.b.c' })
  equal([error.status, error.code], [400, 'provider_disabled'])
})

// The admin API.
let bob
await check('admin.createUser, getUserById and updateUserById', async () => {
  bob = must(await admin.createUser({ email: email('bob'), password, email_confirm: true, app_metadata: { plan: 'pro' } })).user
  equal(must(await admin.getUserById(bob.id)).user.app_metadata.plan, 'pro')
  const { user } = must(await admin.updateUserById(bob.id, { user_metadata: { team: 'x' } }))
  equal(user.user_metadata.team, 'x')
  equal((await admin.createUser({ email: email('bob') })).error.code, 'email_exists')
})
await check('admin.listUsers pages, and its total is right', async () => {
  const data = must(await admin.listUsers({ page: 1, perPage: 1 }))
  equal([data.users.length, data.nextPage, data.total > 1], [1, 2, true])
})
await check('admin.inviteUserByEmail invites', async () => {
  if (!must(await admin.inviteUserByEmail(email('invited'))).user.invited_at) throw new Error('no invited_at')
})
await check('admin.updateUserById bans at once', async () => {
  const banned = client()
  must(await banned.auth.signInWithPassword({ email: email('bob'), password }))
  must(await admin.updateUserById(bob.id, { ban_duration: '24h' }))
  equal((await banned.auth.getUser()).error.code, 'user_banned')
  must(await admin.updateUserById(bob.id, { ban_duration: 'none' }))
  must(await banned.auth.getUser())
})
await check('admin.signOut ends a user\'s sessions by their token', async () => {
  const out = client()
  const { session } = must(await out.auth.signInWithPassword({ email: email('bob'), password }))
  equal((await admin.signOut(session.access_token, 'global')).error, null)
  equal((await out.auth.getUser()).error.name, 'AuthSessionMissingError')
})
await check('admin.mfa.listFactors answers an array', async () => {
  equal(must(await admin.mfa.listFactors({ userId: bob.id })).factors, [])
})
await check('admin.deleteUser deletes, softly and for good', async () => {
  must(await admin.deleteUser(bob.id, true))
  const { user } = must(await admin.getUserById(bob.id))
  equal([Boolean(user.deleted_at), user.user_metadata], [true, {}])
  must(await admin.deleteUser(bob.id))
  equal((await admin.getUserById(bob.id)).error.code, 'user_not_found')
})
await check('the admin API is for the service key alone', async () => {
  const { access_token } = (await ada.auth.getSession()).data.session
  for (const key of [anonKey, access_token]) {
    const { error } = await createClient(url, key, options).auth.admin.listUsers()
    equal([error.status, error.code], [403, 'not_admin'])
  }
})

finish('auth')
