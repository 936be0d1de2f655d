// Checks second factors with an unmodified @supabase/supabase-js against a
// running server. Needs URL, ANON_KEY and SERVICE_KEY in the environment.
import { createHmac } from 'node:crypto'
import { createClient } from '@supabase/supabase-js'
import WebSocket from 'ws'
import { check, env, equal, finish, must } from './check.mjs'

globalThis.WebSocket ??= WebSocket
const [url, anonKey] = [env('URL'), env('ANON_KEY')]
const options = { auth: { persistSession: false, autoRefreshToken: false, experimental: { passkey: true } } }
const client = () => createClient(url, anonKey, options)
const email = `mfa-${Date.now()}-${process.pid}@example.test`
const password = 'correct horse battery'

// The code of a time step, as an authenticator app shows it (RFC 6238).
function code(secret, ahead = 0) {
  let bits = ''
  for (const c of secret) bits += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)))
  const step = Buffer.alloc(8)
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000) + ahead))
  const mac = createHmac('sha1', key).update(step).digest()
  return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1e6).padStart(6, '0')
}

const ada = client()
must(await ada.auth.signUp({ email, password }))
let factor
await check('enroll answers a secret, a URI and a QR code', async () => {
  factor = must(await ada.auth.mfa.enroll({ factorType: 'totp', friendlyName: 'app' }))
  equal(factor.totp.uri.startsWith('otpauth://totp/'), true)
  equal(factor.totp.qr_code.startsWith('data:image/svg+xml;utf-8,<svg'), true)
})
await check('an unverified factor asks for nothing', async () => {
  equal(must(await ada.auth.mfa.getAuthenticatorAssuranceLevel()).nextLevel, 'aal1')
  equal(must(await ada.auth.mfa.listFactors()).all.map((f) => f.status), ['unverified'])
})
await check('a wrong code is refused', async () => {
  const { error } = await ada.auth.mfa.challengeAndVerify({ factorId: factor.id, code: 'nonsense' })
  equal([error.status, error.code], [422, 'mfa_verification_failed'])
})
await check('a right code lifts the session to aal2', async () => {
  const { id } = must(await ada.auth.mfa.challenge({ factorId: factor.id }))
  must(await ada.auth.mfa.verify({ factorId: factor.id, challengeId: id, code: code(factor.totp.secret) }))
  const level = must(await ada.auth.mfa.getAuthenticatorAssuranceLevel())
  equal([level.currentLevel, level.nextLevel, level.currentAuthenticationMethods[0].method], ['aal2', 'aal2', 'totp'])
})
await check('and a refresh keeps it there', async () => {
  must(await ada.auth.refreshSession())
  equal(must(await ada.auth.mfa.getAuthenticatorAssuranceLevel()).currentLevel, 'aal2')
})
const other = client()
await check('a new session is told to step up', async () => {
  must(await other.auth.signInWithPassword({ email, password }))
  const level = must(await other.auth.mfa.getAuthenticatorAssuranceLevel())
  equal([level.currentLevel, level.nextLevel], ['aal1', 'aal2'])
  equal(must(await other.auth.mfa.listFactors()).totp.length, 1)
})
await check('it may not enroll nor unenroll before', async () => {
  equal((await other.auth.mfa.enroll({ factorType: 'totp' })).error.code, 'insufficient_aal')
  equal((await other.auth.mfa.unenroll({ factorId: factor.id })).error.code, 'insufficient_aal')
})
await check('a spent code does not lift it, the next one does', async () => {
  const spent = await other.auth.mfa.challengeAndVerify({ factorId: factor.id, code: code(factor.totp.secret) })
  equal(spent.error.code, 'mfa_verification_failed')
  must(await other.auth.mfa.challengeAndVerify({ factorId: factor.id, code: code(factor.totp.secret, 1) }))
  equal(must(await other.auth.mfa.getAuthenticatorAssuranceLevel()).currentLevel, 'aal2')
})
await check('a security key is asked for with options a browser reads', async () => {
  const key = must(await other.auth.mfa.enroll({ factorType: 'webauthn', friendlyName: 'key' }))
  const challenge = must(await other.auth.mfa.challenge({ factorId: key.id, webauthn: { rpId: 'localhost', rpOrigins: ['http://localhost'] } }))
  equal(challenge.webauthn.type, 'create')
  equal(challenge.webauthn.credential_options.publicKey.challenge.byteLength, 32)
})
await check('unenroll takes the factor away', async () => {
  must(await other.auth.mfa.unenroll({ factorId: factor.id }))
  must(await other.auth.refreshSession())
  equal(must(await other.auth.mfa.getAuthenticatorAssuranceLevel()).currentLevel, 'aal1')
})

finish('mfa')
