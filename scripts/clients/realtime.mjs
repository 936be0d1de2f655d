// The unmodified client against /realtime/v1: database changes under row level security, broadcast, presence,
// private channels. Needs URL, ANON_KEY, SERVICE_KEY and the demo app's tables and policies.
import { createClient } from '@supabase/supabase-js'
import ws from 'ws'
import { check, env, equal, finish, must } from './check.mjs'

const options = { auth: { persistSession: false, autoRefreshToken: false }, realtime: { transport: ws } }
const run = `${Date.now()}-${process.pid}`
const client = (key = env('ANON_KEY'), more = {}) =>
  createClient(env('URL'), key, { ...options, realtime: { ...options.realtime, ...more } })
async function user(name) {
  const c = client()
  c.me = must(await c.auth.signUp({ email: `${name}-${run}@example.test`, password: 'correct horse battery' })).user
  return c
}
// until waits for a condition, never for a time.
async function until(what, condition) {
  for (const end = Date.now() + 10000; Date.now() < end; await new Promise((done) => setTimeout(done, 10))) {
    const got = condition()
    if (got) return got
  }
  throw new Error(`waited in vain: ${what}`)
}
// joined subscribes, and waits for the status and, where changes are asked for, for the system event.
async function joined(channel, changes = false) {
  const seen = []
  let live = !changes
  channel.on('system', {}, (p) => { if (p.extension === 'postgres_changes') live = p.status })
  channel.subscribe((status, error) => seen.push([status, error?.message]))
  await until('the join', () => seen.length && live)
  return [...seen[0], live]
}

const [ada, bob] = [await user('ada'), await user('bob')]
const service = client(env('SERVICE_KEY'))
const events = { ada: [], bob: [], filtered: [] }
await check('changes are subscribed to', async () => {
  const [one, two] = [ada.channel(`todos-${run}`), bob.channel(`todos-${run}`)]
  one.on('postgres_changes', { event: '*', schema: 'public', table: 'todos' }, (p) => events.ada.push(p))
  one.on('postgres_changes', { event: 'INSERT', schema: 'public', table: 'todos', filter: 'task=like.*no%' }, (p) => events.filtered.push(p))
  two.on('postgres_changes', { event: '*', schema: 'public', table: 'todos' }, (p) => events.bob.push(p))
  equal(await joined(one, true), ['SUBSCRIBED', null, 'ok'])
  equal(await joined(two, true), ['SUBSCRIBED', null, 'ok'])
})
let row
await check('an insert reaches its owner, with columns and record', async () => {
  row = must(await ada.from('todos').insert({ task: 'weave' }).select().single())
  const event = await until('the insert', () => events.ada[0])
  equal([event.eventType, event.schema, event.table, event.errors], ['INSERT', 'public', 'todos', null])
  equal(event.new, row)
  equal(event.old, {})
})
await check('an update has the key of the old row, a delete nothing else', async () => {
  must(await ada.from('todos').update({ is_complete: true }).eq('id', row.id).select())
  must(await ada.from('todos').delete().eq('id', row.id).select())
  await until('both', () => events.ada.length >= 3)
  equal(events.ada.slice(1).map((e) => [e.eventType, e.new.is_complete ?? null, e.old]),
    [['UPDATE', true, { id: row.id }], ['DELETE', null, { id: row.id }]])
})
await check('nobody else hears of it', async () => {
  must(await bob.from('todos').insert({ task: 'build' }).select())
  await until('his own', () => events.bob.length)
  equal(events.bob.map((e) => e.new.task), ['build'])
  equal(events.ada.length, 3)
})
await check('a filter narrows', () => equal(events.filtered, []))
await check('a bad filter is told, and the channel stays', async () => {
  const channel = ada.channel(`bad-${run}`).on('postgres_changes', { event: '*', schema: 'public', table: 'todos', filter: 'nope=eq.1' }, () => {})
  equal(await joined(channel, true), ['SUBSCRIBED', null, 'error'])
})
await check('a large row arrives whole', async () => {
  const task = 'x'.repeat(2_000_000)
  must(await ada.from('todos').insert({ task }).select('id'))
  const event = await until('the insert', () => events.ada[3])
  equal(event.new.task.length, task.length)
})

for (const vsn of ['1.0.0', '2.0.0']) {
  const [one, two] = [client(env('ANON_KEY'), { vsn }), client(env('ANON_KEY'), { vsn })]
  const heard = { one: [], two: [] }
  const a = one.channel(`room-${run}`, { config: { broadcast: { ack: true, self: false } } })
  const b = two.channel(`room-${run}`)
  a.on('broadcast', { event: '*' }, (p) => heard.one.push(p))
  b.on('broadcast', { event: 'shout' }, (p) => heard.two.push(p))
  await check(`${vsn}: a broadcast reaches the others, not its sender`, async () => {
    equal([(await joined(a))[0], (await joined(b))[0]], ['SUBSCRIBED', 'SUBSCRIBED'])
    equal(await a.send({ type: 'broadcast', event: 'shout', payload: { text: 'hé' } }), 'ok')
    await until('it', () => heard.two.length)
    equal([heard.two[0].type, heard.two[0].event, heard.two[0].payload], ['broadcast', 'shout', { text: 'hé' }])
    equal(heard.one, [])
  })
  await check(`${vsn}: HTTP and SQL reach the room`, async () => {
    const res = await fetch(`${env('URL')}/realtime/v1/api/broadcast`, {
      method: 'POST', headers: { apikey: env('SERVICE_KEY'), 'Content-Type': 'application/json' },
      body: JSON.stringify({ messages: [{ topic: `room-${run}`, event: 'shout', payload: { by: 'http' } }] }),
    })
    equal([res.status, await res.text()], [202, ''])
    const short = await fetch(`${env('URL')}/realtime/v1/broadcast/room-${run}`, {
      method: 'POST', headers: { Authorization: `Bearer ${env('SERVICE_KEY')}` }, body: JSON.stringify({ event: 'shout', payload: { by: 'seed' } }),
    })
    equal(short.status, 202)
    await until('both', () => heard.two.length >= 3)
    equal(heard.two.slice(1).map((p) => p.payload.by), ['http', 'seed'])
  })
  await check(`${vsn}: httpSend works`, async () => {
    const answer = await one.channel(`room-${run}-other`).httpSend('shout', { by: 'httpSend' })
    equal(answer.success, true)
  })
  await Promise.all([one.removeAllChannels(), two.removeAllChannels()])
}

await check('presence: state, joins and leaves', async () => {
  const [one, two] = [client(), client()]
  const diffs = []
  const a = one.channel(`p-${run}`, { config: { presence: { key: 'ada' } } })
  const b = two.channel(`p-${run}`, { config: { presence: { key: 'bob' } } })
  a.on('presence', { event: 'sync' }, () => {})
  a.on('presence', { event: 'join' }, ({ key }) => diffs.push(`+${key}`))
  a.on('presence', { event: 'leave' }, ({ key }) => diffs.push(`-${key}`))
  b.on('presence', { event: 'sync' }, () => {})
  await joined(a)
  await joined(b)
  equal(await a.track({ mood: 'fine' }), 'ok')
  equal(await b.track({ mood: 'sleepy' }), 'ok')
  await until('both', () => Object.keys(b.presenceState()).length === 2)
  equal(b.presenceState().ada[0].mood, 'fine')
  equal(await b.track({ mood: 'awake' }), 'ok')
  await until('the update', () => a.presenceState().bob?.some((m) => m.mood === 'awake'))
  equal(a.presenceState().bob.length, 1)
  await two.removeAllChannels()
  await until('the leave', () => !a.presenceState().bob)
  equal([diffs[0], diffs.at(-1)], ['+ada', '-bob'])
  await one.removeAllChannels()
})

const secret = (c, topic = 'lounge') => c.channel(topic, { config: { private: true, broadcast: { ack: true } } })
await check('a private channel is refused to who may not read it', async () => {
  equal(await joined(secret(client())), ['CHANNEL_ERROR', 'Unauthorized: You do not have permissions to read from this Channel topic: lounge', true])
  equal((await joined(secret(bob, `user:${ada.me.id}`)))[0], 'CHANNEL_ERROR')
})
await check('who may, hears and speaks, and public rooms of that name hear nothing', async () => {
  const [heard, strangers] = [[], []]
  const open = client().channel('lounge').on('broadcast', { event: '*' }, (p) => strangers.push(p))
  await joined(open)
  const [a, b] = [secret(ada), secret(bob)]
  b.on('broadcast', { event: '*' }, (p) => heard.push(p))
  equal([...await joined(a), ...await joined(b)], ['SUBSCRIBED', null, true, 'SUBSCRIBED', null, true])
  equal(await a.send({ type: 'broadcast', event: 'hush', payload: { n: 1 } }), 'ok')
  await until('it', () => heard.length)
  equal(heard[0].payload, { n: 1 })
  const refused = await fetch(`${env('URL')}/realtime/v1/api/broadcast/lounge/events/x?private=true`, {
    method: 'POST', headers: { apikey: env('ANON_KEY'), 'Content-Type': 'application/json' }, body: '{}',
  })
  equal(refused.status, 403)
  equal(strangers, [])
})
await check('a channel ends when its session does', async () => {
  const closed = []
  const channel = bob.channel(`ending-${run}`)
  channel.subscribe((status) => closed.push(status))
  await until('the join', () => closed.length)
  const out = await fetch(`${env('URL')}/auth/v1/logout`, {
    method: 'POST', headers: { apikey: env('ANON_KEY'), Authorization: `Bearer ${(await bob.auth.getSession()).data.session.access_token}` },
  })
  equal(out.status, 204)
  await until('the end', () => closed.includes('CLOSED'))
})
await check('a live query gets its result, then diffs, under its caller\'s claims', async () => {
  const { access_token: token } = (await ada.auth.getSession()).data.session
  const socket = new ws(`${env('URL').replace('http', 'ws')}/realtime/v1/websocket?vsn=2.0.0&apikey=${env('ANON_KEY')}`)
  const frames = []
  socket.on('message', (text) => frames.push(JSON.parse(text)))
  await new Promise((done) => socket.on('open', done))
  const query = `/todos?select=task&task=like.live-${run}*&order=task`
  socket.send(JSON.stringify(['1', '1', 'realtime:live', 'phx_join', { access_token: token, config: { query } }]))
  const next = (event) => until(event, () => { const at = frames.findIndex((f) => f[3] === event); return at >= 0 && frames.splice(at, 1)[0][4] })
  equal(await next('live_state'), { rows: [], version: 1 })
  must(await ada.from('todos').insert([{ task: `live-${run} a` }, { task: `live-${run} c` }]).select())
  equal(await next('live_diff'), { ops: [['+', 0, { task: `live-${run} a` }], ['+', 1, { task: `live-${run} c` }]], version: 2 })
  must(await service.from('todos').insert({ task: `live-${run} b`, user_id: (await user('eve')).me.id }).select()) // not hers to see
  must(await ada.from('todos').delete().eq('task', `live-${run} a`).select())
  equal(await next('live_diff'), { ops: [['-', 0]], version: 3 })
  socket.close()
})
await check('a wrong key does not connect', async () => {
  const res = await fetch(`${env('URL')}/realtime/v1/websocket?apikey=nonsense&vsn=2.0.0`, { headers: { Connection: 'Upgrade', Upgrade: 'websocket' } }).catch(() => null)
  if (res) equal(res.status, 401)
  const socket = new ws(`${env('URL').replace('http', 'ws')}/realtime/v1/websocket?apikey=nonsense&vsn=2.0.0`)
  const status = await new Promise((done) => socket.on('unexpected-response', (_, answer) => done(answer.statusCode)).on('error', () => {}))
  equal(status, 401)
})
await Promise.all([ada, bob, service].map((c) => c.removeAllChannels()))
finish('realtime')
