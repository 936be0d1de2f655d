// functions-js against /functions/v1. Needs URL, ANON_KEY, SERVICE_KEY and DATABASE_URL (the owner's) in the environment, and psql.
import { execFileSync } from 'node:child_process'
import { createClient } from '@supabase/supabase-js'
import WebSocket from 'ws'
import { check, env, equal, finish, must } from './check.mjs'

globalThis.WebSocket ??= WebSocket
const [url, anonKey, serviceKey] = [env('URL'), env('ANON_KEY'), env('SERVICE_KEY')]
const options = { auth: { persistSession: false, autoRefreshToken: false } }
const anon = createClient(url, anonKey, options)
const service = createClient(url, serviceKey, options)
const sql = (text) => execFileSync('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', env('DATABASE_URL')], { input: text })

sql(`
create or replace function functions.check_echo(request functions.request) returns functions.response language sql as $$
  select functions.reply(jsonb_build_object('method', request.method, 'path', request.path, 'query', request.query, 'type', request.content_type,
    'json', request.json, 'text', request.text, 'form', request.form, 'size', length(request.body), 'sub', auth.uid(), 'role', current_user,
    'info', request.headers ? 'x-client-info', 'mine', request.headers ->> 'x-mine'))
$$;
create or replace function functions.check_add(numbers jsonb) returns jsonb language sql as $$ select to_jsonb((numbers ->> 'a')::int + (numbers ->> 'b')::int) $$;
create or replace function functions.check_bytes(request functions.request) returns functions.response language sql as $$ select functions.reply_bytes(request.body) $$;
create or replace function functions.check_text(request functions.request) returns functions.response language sql as $$ select functions.reply_text('a,b', 'text/csv') $$;
create or replace function functions.check_form(request functions.request) returns functions.response language sql as $$
  select functions.reply_text(E'--x\\r\\ncontent-disposition: form-data; name="a"\\r\\n\\r\\n1\\r\\n--x--\\r\\n', 'multipart/form-data; boundary=x') $$;
create or replace function functions.check_none(request functions.request) returns functions.response language sql as $$ select null::functions.response $$;
create or replace function functions.check_no(request functions.request) returns functions.response language sql as $$ select functions.reply('{"why": "no"}', 422) $$;
create or replace function functions.check_raise(request functions.request) returns jsonb language plpgsql as $$
begin raise exception using errcode = 'PT418', constraint = 'teapot', message = 'I am a teapot'; end $$;
create or replace function functions.check_slow(request functions.request) returns jsonb language sql as $$ select to_jsonb(pg_sleep(20)::text) $$;
create or replace function functions.check_admin(request functions.request) returns jsonb language sql as $$ select '"yes"'::jsonb $$;
revoke execute on function functions.check_admin(functions.request) from public;
grant execute on function functions.check_admin(functions.request) to service_role;
`)
const invoke = async (name, init, client = anon) => must(await client.functions.invoke(name, init))

await check('an object goes as JSON and comes back as an object', async () => {
  const got = await invoke('check_echo/a/b?x=1&x=2', { body: { n: 1 }, headers: { 'x-mine': 'yes' } })
  equal([got.method, got.path, got.query, got.type, got.json, got.role, got.info, got.mine],
    ['POST', '/a/b', { x: ['1', '2'] }, 'application/json', { n: 1 }, 'anon', true, 'yes'])
})
await check('every method arrives', async () => {
  for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) equal((await invoke('check_echo', { method })).method, method)
})
await check('a region is no parameter', async () => equal((await invoke('check_echo', { region: 'us-east-1' })).query, {}))
await check('a string is text', async () => equal((await invoke('check_echo', { body: 'grüß' })).text, 'grüß'))
await check('a form has its fields', async () => {
  const form = new FormData()
  form.append('a', '1')
  form.append('f', new Blob(['hi'], { type: 'text/plain' }), 'f.txt')
  equal((await invoke('check_echo', { body: form })).form, { a: ['1'], f: [{ size: 2, type: 'text/plain', base64: 'aGk=', filename: 'f.txt' }] })
})
await check('bytes come back as a Blob', async () => {
  const blob = await invoke('check_bytes', { body: new Uint8Array([0, 255, 1]).buffer })
  equal([...new Uint8Array(await blob.arrayBuffer())], [0, 255, 1])
})
await check('a falsy body is sent without a type', async () => equal((await invoke('check_echo', { body: '' })).size, null))
await check('jsonb in, jsonb out', async () => equal(await invoke('check_add', { body: { a: 2, b: 3 } }), 5))
await check('text is text', async () => equal(await invoke('check_text'), 'a,b'))
await check('a form comes back as FormData', async () => equal((await invoke('check_form')).get('a'), '1'))
await check('no content is no error', async () => equal(await invoke('check_none'), ''))
await check('a signed-in user is who calls', async () => {
  const client = createClient(url, anonKey, options)
  const { user } = must(await client.auth.signUp({ email: `fn-${Date.now()}@example.test`, password: 'correct horse battery' }))
  const got = await invoke('check_echo', {}, client)
  equal([got.sub, got.role], [user.id, 'authenticated'])
})
await check('a status of its own is FunctionsHttpError with its body', async () => {
  const { error, data } = await anon.functions.invoke('check_no')
  equal([error.name, error.context.status, await error.context.json(), data], ['FunctionsHttpError', 422, { why: 'no' }, null])
})
await check('so is what it raises', async () => {
  const { error } = await anon.functions.invoke('check_raise')
  equal([error.name, error.context.status, (await error.context.json()).code], ['FunctionsHttpError', 418, 'teapot'])
})
await check('an unknown function is FunctionsRelayError', async () => {
  const { error } = await anon.functions.invoke('check_nobody')
  equal([error.name, error.context.status, (await error.context.json()).code], ['FunctionsRelayError', 404, 'not_found'])
})
await check('one that is not granted is unknown', async () => {
  const { error } = await anon.functions.invoke('check_admin')
  equal([error.name, error.context.status], ['FunctionsRelayError', 404])
  equal(await invoke('check_admin', {}, service), 'yes')
})
await check('a token that does not hold is refused by the relay', async () => {
  const { error } = await anon.functions.invoke('check_add', { headers: { Authorization: 'Bearer a.b.c' } })
  equal([error.name, error.context.status], ['FunctionsRelayError', 401])
})
await check('giving up cancels the statement', async () => {
  const { error } = await anon.functions.invoke('check_slow', { timeout: 300 })
  equal(error.name, 'FunctionsFetchError')
  for (let i = 0; i < 100; i++) {
    const running = execFileSync('psql', ['-X', '-At', '-d', env('DATABASE_URL'), '-c', "select count(*) from pg_stat_activity where query like '%functions.dispatch%' and state = 'active' and pid <> pg_backend_pid()"]).toString().trim()
    if (running === '0') return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('it still runs')
})

sql("select format('drop function %s', oid::regprocedure) from pg_proc where pronamespace = 'functions'::regnamespace and proname like 'check\\_%' \\gexec")
finish('functions')
