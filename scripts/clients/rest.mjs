// The unmodified client against /rest/v1: CRUD, filters, embeds' refusals, upsert, rpc, counts, single, csv.
// Needs URL, ANON_KEY, SERVICE_KEY and the demo app's table todos.
import { createClient } from '@supabase/supabase-js'
import ws from 'ws'
import { check, equal, must, finish, env } from './check.mjs'

const options = { auth: { persistSession: false, autoRefreshToken: false }, realtime: { transport: ws } }
const service = createClient(env('URL'), env('SERVICE_KEY'), options)
const anon = createClient(env('URL'), env('ANON_KEY'), options)
const mark = `rest-${Date.now()}-${Math.random().toString(36).slice(2)}`
const task = (n) => `${mark} ${n}`
const mine = (query) => query.like('task', `${mark}%`)

// todos belong to a user: make one to own them.
const email = `${mark}@example.test`
const user = createClient(env('URL'), env('ANON_KEY'), options)
const owner = must(await user.auth.signUp({ email, password: 'correct horse battery staple' })).user
let rows = []

await check('insert with select answers the rows', async () => {
  rows = must(await service.from('todos').insert([1, 2, 3].map((n) => ({ user_id: owner.id, task: task(n) }))).select())
  equal(rows.map((r) => r.task), [task(1), task(2), task(3)])
})
await check('insert without select answers nothing', async () => {
  const answer = await service.from('todos').insert({ user_id: owner.id, task: task(4) })
  equal([answer.status, answer.data, answer.error], [201, null, null])
})
await check('select with filters and order', async () => {
  const got = must(await mine(service.from('todos').select('task')).neq('task', task(2)).order('task', { ascending: false }))
  equal(got.map((r) => r.task), [task(4), task(3), task(1)])
})
await check('in, or and not', async () => {
  const got = must(await mine(service.from('todos').select('task')).in('task', [task(1), task(2)]).or(`task.eq."${task(1)}",task.eq."${task(3)}"`).not('is_complete', 'is', null))
  equal(got.map((r) => r.task), [task(1)])
})
await check('rename and cast', async () => {
  const got = must(await service.from('todos').select('key:id::text,what:task').eq('id', rows[0].id).single())
  equal(got, { key: String(rows[0].id), what: task(1) })
})
await check('range and exact count', async () => {
  const answer = await mine(service.from('todos').select('task', { count: 'exact' })).order('task').range(1, 2)
  equal([answer.status, answer.count, answer.data.map((r) => r.task)], [206, 4, [task(2), task(3)]])
})
await check('head counts without a body', async () => {
  const answer = await mine(service.from('todos').select('*', { count: 'exact', head: true }))
  equal([answer.count, answer.data], [4, null])
})
await check('planned and estimated counts are numbers', async () => {
  for (const count of ['planned', 'estimated']) {
    const answer = await mine(service.from('todos').select('id', { count }))
    equal(typeof answer.count, 'number')
  }
})
await check('single refuses more than one row', async () => {
  const { error, status } = await mine(service.from('todos').select()).single()
  equal([status, error.code, error.details], [406, 'PGRST116', 'The result contains 4 rows'])
})
await check('maybeSingle answers null for no row', async () => {
  equal(must(await service.from('todos').select().eq('task', `${mark} none`).maybeSingle()), null)
})
await check('update with filters answers the rows', async () => {
  const got = must(await service.from('todos').update({ is_complete: true }).eq('id', rows[0].id).select('id,is_complete'))
  equal(got, [{ id: rows[0].id, is_complete: true }])
})
await check('update refused by single is rolled back', async () => {
  const { error } = await mine(service.from('todos').update({ is_complete: true })).select().single()
  equal(error.code, 'PGRST116')
  const answer = await mine(service.from('todos').select('*', { count: 'exact', head: true })).eq('is_complete', true)
  equal(answer.count, 1)
})
await check('upsert merges on the primary key', async () => {
  const got = must(await service.from('todos').upsert({ id: rows[1].id, user_id: owner.id, task: task('2b') }).select('id,task').single())
  equal(got, { id: rows[1].id, task: task('2b') })
})
await check('upsert can ignore duplicates', async () => {
  const got = must(await service.from('todos').upsert({ id: rows[1].id, user_id: owner.id, task: task('2c') }, { ignoreDuplicates: true }).select('task'))
  equal(got, [])
})
await check('csv', async () => {
  const got = must(await service.from('todos').select('task').eq('id', rows[2].id).csv())
  equal(got, `task\n"${task(3)}"`)
})
await check('rpc by POST and GET', async () => {
  const { error } = await service.rpc('no_such_function', { a: 1 })
  equal(error.code, 'PGRST202')
  equal((await service.rpc('no_such_function', { a: 1 }, { get: true })).error.code, 'PGRST202')
})
await check('explain is off by default', async () => {
  equal((await service.from('todos').select().explain()).status, 406)
})
await check('an unknown table is a 404 with a hint', async () => {
  const { error, status } = await service.from('todoss').select()
  equal([status, error.code, error.hint], [404, 'PGRST205', "Perhaps you meant the table 'public.todos'"])
})
await check('an unknown column is a 400 from PostgreSQL', async () => {
  const { error, status } = await service.from('todos').select('nope')
  equal([status, error.code], [400, '42703'])
})
await check('an unknown column in a body writes nothing', async () => {
  const { error, status } = await service.from('todos').insert({ user_id: owner.id, task: task('x'), nope: 1 })
  equal([status, error.code], [400, 'PGRST204'])
})
await check('SQL in every place is only text', async () => {
  const evil = "'; drop table public.todos; --"
  equal(must(await service.from('todos').select('id').eq('task', evil)), [])
  equal((await service.from('todos').select(evil)).error !== null, true)
  equal((await service.from(evil).select()).error !== null, true)
  equal((await mine(service.from('todos').select('id', { count: 'exact', head: true }))).count, 4)
})
await check('a stranger reads nothing through row level security', async () => {
  equal((await mine(anon.from('todos').select())).error.code, '42501')
  const stranger = createClient(env('URL'), env('ANON_KEY'), options)
  must(await stranger.auth.signUp({ email: `stranger-${email}`, password: 'correct horse battery staple' }))
  equal(must(await mine(stranger.from('todos').select())), [])
  equal(must(await mine(user.from('todos').select('id'))).length, 4)
})
await check('a garbage token is refused', async () => {
  const { error, status } = await createClient(env('URL'), 'a.b.c', options).from('todos').select()
  equal([status, error.code], [401, 'PGRST301'])
})
await check('pages by cursor meet every row once', async () => {
  const seen = []
  let prefer = 'cursor'
  for (let next = ''; next !== null; prefer = `cursor=${next}`) {
    const url = `${env('URL')}/rest/v1/todos?select=task&task=like.${mark}*&order=task.desc&limit=3`
    const answer = await fetch(url, { headers: { apikey: env('SERVICE_KEY'), Prefer: prefer } })
    seen.push(...(await answer.json()).map((r) => r.task))
    next = answer.headers.get('next-cursor')
  }
  equal(seen, [task(4), task(3), task('2b'), task(1)])
})
await check('a batch is one transaction', async () => {
  const batch = (requests) => fetch(`${env('URL')}/rest/v1/batch`, {
    method: 'POST', headers: { apikey: env('SERVICE_KEY'), 'Content-Type': 'application/json' }, body: JSON.stringify(requests) })
  const insert = { method: 'POST', path: '/todos?select=id', headers: { Prefer: 'return=representation' }, body: { user_id: owner.id, task: task('batch') } }
  const done = await (await batch([insert, { path: '/todos?id=eq.${/0/body/0/id}&select=task' }, { method: 'DELETE', path: '/todos?id=eq.${/0/body/0/id}' }])).json()
  equal([done.map((d) => d.status), done[1].body], [[201, 200, 204], [{ task: task('batch') }]])
  const failed = await batch([insert, { path: '/todos?nope=eq.1' }])
  equal([failed.status, (await failed.json()).index], [400, 1])
  equal((await mine(service.from('todos').select('id', { count: 'exact', head: true }))).count, 4)
})
await check('a long filter goes by POST', async () => {
  const answer = await fetch(`${env('URL')}/rest/v1/todos/query`, {
    method: 'POST', headers: { apikey: env('SERVICE_KEY') }, body: new URLSearchParams({ select: 'task', id: `in.(${Array(5000).fill(0)},${rows[0].id})` }) })
  equal(await answer.json(), [{ task: task(1) }])
})
await check('delete answers the rows', async () => {
  const got = must(await mine(service.from('todos').delete()).select('id'))
  equal(got.length, 4)
})

finish('rest')
