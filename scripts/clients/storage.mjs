// The unmodified clients against /storage/v1: supabase-js' storage.* and tus-js-client, under policies as users write them.
// AWS's own S3 client against /storage/v1/s3. Needs URL, ANON_KEY, SERVICE_KEY, DATABASE_URL (an owner's) for the
// policies, by psql, and bin/howdah for the S3 keys.
import { execFileSync } from 'node:child_process'
import { Readable } from 'node:stream'
import {
  S3Client, AbortMultipartUploadCommand, CompleteMultipartUploadCommand, CopyObjectCommand, CreateMultipartUploadCommand, DeleteObjectsCommand,
  GetBucketLocationCommand, GetObjectCommand, HeadBucketCommand, HeadObjectCommand, ListBucketsCommand, ListMultipartUploadsCommand, ListObjectsCommand,
  ListObjectsV2Command, ListPartsCommand, PutObjectCommand, UploadPartCommand, UploadPartCopyCommand
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { createClient } from '@supabase/supabase-js'
import * as tus from 'tus-js-client'
import ws from 'ws'
import { check, equal, must, finish, env } from './check.mjs'

const options = { auth: { persistSession: false, autoRefreshToken: false }, realtime: { transport: ws } }
const [url, anonKey] = [env('URL'), env('ANON_KEY')]
const service = createClient(url, env('SERVICE_KEY'), options)
const anon = createClient(url, anonKey, options)
const run = `${Date.now()}-${process.pid}`
const [priv, pub, other] = [`priv-${run}`, `pub-${run}`, `other-${run}`]

async function user(name) {
  const client = createClient(url, anonKey, options)
  const { user, session } = must(await client.auth.signUp({ email: `${name}-${run}@example.test`, password: 'correct horse battery' }))
  return Object.assign(client, { id: user.id, token: session.access_token })
}
const [ada, bob] = [await user('ada'), await user('bob')]
const mine = (name) => `${ada.id}/${name}`
const text = async (blob) => Buffer.from(await blob.arrayBuffer()).toString()
const refused = ({ error }) => [error?.statusCode ?? error?.status, error?.code]

execFileSync('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', env('DATABASE_URL'), '-c', `
  create policy "own folder ${run}" on storage.objects for all to authenticated
    using (bucket_id in ('${priv}', '${other}', '${pub}') and (storage.foldername(name))[1] = (select auth.uid()::text))
    with check (bucket_id in ('${priv}', '${other}', '${pub}') and (storage.foldername(name))[1] = (select auth.uid()::text));`])

await check('buckets are made, listed, read, updated', async () => {
  equal(must(await service.storage.createBucket(priv, { public: false })), { name: priv })
  must(await service.storage.createBucket(pub, { public: true, fileSizeLimit: '1MB', allowedMimeTypes: ['image/*', 'text/plain'] }))
  must(await service.storage.createBucket(other))
  const one = must(await service.storage.getBucket(pub))
  equal([one.id, one.public, one.file_size_limit, one.allowed_mime_types], [pub, true, 1000000, ['image/*', 'text/plain']])
  equal(must(await service.storage.listBuckets()).filter((b) => b.id.endsWith(run)).length, 3)
  must(await service.storage.updateBucket(other, { public: false, fileSizeLimit: 2000 }))
  equal(must(await service.storage.getBucket(other)).file_size_limit, 2000)
})
await check('a bucket of the same name, and one by anon, are refused', async () => {
  equal(refused(await service.storage.createBucket(priv)), ['409', 'BucketAlreadyExists'])
  equal(refused(await anon.storage.createBucket(`x-${run}`)), ['403', 'AccessDenied'])
  equal(refused(await anon.storage.getBucket(priv)), ['404', 'NoSuchBucket'])
  equal(must(await anon.storage.listBuckets()), [])
})
await check('upload of a Blob, a Buffer, a string and FormData', async () => {
  const up = must(await ada.storage.from(priv).upload(mine('a.txt'), new Blob(['hello'], { type: 'text/plain' }), { cacheControl: '60', metadata: { by: 'ada' } }))
  equal([up.path, up.fullPath, typeof up.id], [mine('a.txt'), `${priv}/${mine('a.txt')}`, 'string'])
  must(await ada.storage.from(priv).upload(mine('dir/b.bin'), Buffer.from([1, 2, 3]), { contentType: 'application/x-three', metadata: { n: 3 } }))
  must(await ada.storage.from(priv).upload(mine('c.txt'), 'text', { contentType: 'text/plain' }))
  const form = new FormData()
  form.append('', new Blob(['form']), 'f.txt')
  must(await ada.storage.from(priv).upload(mine('dir/f.txt'), form))
  must(await ada.storage.from(priv).upload(mine('empty'), Buffer.alloc(0), { contentType: 'text/plain' }))
})
await check('info tells size, type, cache control and metadata', async () => {
  const info = must(await ada.storage.from(priv).info(mine('a.txt')))
  equal([info.name, info.size, info.contentType, info.cacheControl, info.metadata], [mine('a.txt'), 5, 'text/plain', 'max-age=60', { by: 'ada' }])
  equal(must(await ada.storage.from(priv).info(mine('dir/b.bin'))).metadata, { n: 3 })
})
await check('download answers the bytes to their owner alone', async () => {
  equal(await text(must(await ada.storage.from(priv).download(mine('a.txt')))), 'hello')
  equal(await text(must(await ada.storage.from(priv).download(mine('dir/f.txt')))), 'form')
  equal((must(await ada.storage.from(priv).download(mine('empty')))).size, 0)
  for (const stranger of [bob, anon]) {
    const { error } = await stranger.storage.from(priv).download(mine('a.txt'))
    equal(error !== null, true)
  }
})
await check('exists says yes and no', async () => {
  equal((await ada.storage.from(priv).exists(mine('a.txt'))).data, true)
  equal((await ada.storage.from(priv).exists(mine('nope'))).data, false)
  equal((await bob.storage.from(priv).exists(mine('a.txt'))).data, false)
})
await check('a second upload is a duplicate, upsert and update replace', async () => {
  equal(refused(await ada.storage.from(priv).upload(mine('a.txt'), 'x')), ['409', 'KeyAlreadyExists'])
  const id = must(await ada.storage.from(priv).info(mine('a.txt'))).id
  must(await ada.storage.from(priv).upload(mine('a.txt'), 'two', { upsert: true, contentType: 'text/plain' }))
  must(await ada.storage.from(priv).update(mine('a.txt'), 'three', { contentType: 'text/plain' }))
  equal(await text(must(await ada.storage.from(priv).download(mine('a.txt')))), 'three')
  equal(must(await ada.storage.from(priv).info(mine('a.txt'))).id, id)
})
await check('strangers may not write, and learn nothing', async () => {
  for (const stranger of [bob, anon]) {
    equal(refused(await stranger.storage.from(priv).upload(mine('evil'), 'x')), ['403', 'AccessDenied'])
    equal(refused(await stranger.storage.from(priv).upload(mine('a.txt'), 'x', { upsert: true })), ['403', 'AccessDenied'])
    equal(must(await stranger.storage.from(priv).remove([mine('a.txt')])), [])
    equal(must(await stranger.storage.from(priv).list(ada.id)), [])
    equal(refused(await stranger.storage.from(priv).move(mine('a.txt'), mine('z'))), ['404', 'NoSuchKey'])
    equal(refused(await stranger.storage.from(priv).createSignedUrl(mine('a.txt'), 60)), ['404', 'NoSuchKey'])
  }
})
await check('limits of a bucket: type and size', async () => {
  equal(refused(await ada.storage.from(pub).upload(mine('x.pdf'), 'x', { contentType: 'application/pdf' })), ['415', 'InvalidMimeType'])
  equal(refused(await ada.storage.from(pub).upload(mine('big.png'), Buffer.alloc(1000001), { contentType: 'image/png' })), ['413', 'EntityTooLarge'])
  equal(refused(await ada.storage.from('nope').upload(mine('x'), 'x')), ['404', 'NoSuchBucket'])
  equal(refused(await ada.storage.from(priv).upload(mine('ümlaut'), 'x')), ['400', 'InvalidKey'])
})
await check('list shows a level, with folders, order, search and pages', async () => {
  const names = async (path, o) => must(await ada.storage.from(priv).list(path, o)).map((e) => e.name)
  equal(await names(ada.id), ['a.txt', 'c.txt', 'dir', 'empty'])
  equal(must(await ada.storage.from(priv).list(ada.id)).find((e) => e.name === 'dir'),
    { name: 'dir', id: null, updated_at: null, created_at: null, last_accessed_at: null, metadata: null })
  equal(await names(`${ada.id}/dir`), ['b.bin', 'f.txt'])
  equal(await names(ada.id, { sortBy: { column: 'name', order: 'desc' } }), ['empty', 'dir', 'c.txt', 'a.txt'])
  equal(await names(ada.id, { search: 'C.' }), ['c.txt'])
  equal(await names(ada.id, { limit: 2, offset: 1 }), ['c.txt', 'dir'])
  equal((await names(ada.id, { sortBy: { column: 'created_at', order: 'asc' } }))[0], 'dir')
  equal(await names('', {}), [ada.id])
})
await check('listV2 pages by cursor', async () => {
  const store = ada.storage.from(priv)
  if (!store.listV2) return
  const all = []
  let cursor
  do {
    const page = must(await store.listV2({ limit: 2, cursor }))
    all.push(...page.objects.map((o) => o.name))
    cursor = page.nextCursor
    equal(page.hasNext, cursor !== undefined)
  } while (cursor)
  equal(all, ['a.txt', 'c.txt', 'dir/b.bin', 'dir/f.txt', 'empty'].map(mine))
  const level = must(await store.listV2({ prefix: `${ada.id}/`, with_delimiter: true }))
  equal([level.folders.map((f) => f.name), level.objects.length], [[mine('dir/')], 3])
})
await check('copy and move, across buckets too', async () => {
  equal(must(await ada.storage.from(priv).copy(mine('a.txt'), mine('copy.txt'))).path, `${priv}/${mine('copy.txt')}`)
  equal(await text(must(await ada.storage.from(priv).download(mine('copy.txt')))), 'three')
  must(await ada.storage.from(priv).move(mine('copy.txt'), mine('moved.txt'), { destinationBucket: other }))
  equal(await text(must(await ada.storage.from(other).download(mine('moved.txt')))), 'three')
  equal((await ada.storage.from(priv).exists(mine('copy.txt'))).data, false)
  equal(refused(await ada.storage.from(priv).copy(mine('nope'), mine('x'))), ['404', 'NoSuchKey'])
  equal(refused(await ada.storage.from(priv).move(mine('a.txt'), mine('c.txt'))), ['409', 'KeyAlreadyExists'])
  equal(refused(await ada.storage.from(priv).move(mine('a.txt'), `${bob.id}/stolen`)), ['403', 'AccessDenied'])
})
await check('signed URLs: one, many, with a name, tampered', async () => {
  const { signedUrl } = must(await ada.storage.from(priv).createSignedUrl(mine('a.txt'), 60))
  const got = await fetch(signedUrl)
  equal([got.status, await got.text(), got.headers.get('expires') !== null, got.headers.get('cache-control')], [200, 'three', true, null])
  const named = must(await ada.storage.from(priv).createSignedUrl(mine('a.txt'), 60, { download: 'b.txt' })).signedUrl
  equal((await fetch(named)).headers.get('content-disposition'), "attachment; filename=b.txt; filename*=UTF-8''b.txt")
  const many = must(await ada.storage.from(priv).createSignedUrls([mine('a.txt'), mine('nope')], 60))
  equal([many[0].error, many[1].signedUrl, (await fetch(many[0].signedUrl)).status], [null, null, 200])
  equal((await fetch(signedUrl.replace('a.txt', 'c.txt'))).status, 400)
  const bad = await (await fetch(`${signedUrl}x`)).json()
  equal([bad.statusCode, bad.code], ['400', 'InvalidJWT'])
})
await check('signed upload URLs write once, and read nothing', async () => {
  const { token, path, signedUrl } = must(await ada.storage.from(priv).createSignedUploadUrl(mine('signed.txt')))
  must(await anon.storage.from(priv).uploadToSignedUrl(path, token, 'by link', { contentType: 'text/plain' }))
  equal(await text(must(await ada.storage.from(priv).download(path))), 'by link')
  equal(refused(await anon.storage.from(priv).uploadToSignedUrl(path, token, 'again')), ['409', 'KeyAlreadyExists'])
  equal((await fetch(signedUrl.replace('/object/upload/sign/', '/object/sign/'))).status, 400)
  equal(refused(await bob.storage.from(priv).createSignedUploadUrl(mine('theirs'))), ['403', 'AccessDenied'])
})
await check('public buckets are read by anybody; private ones hide', async () => {
  must(await ada.storage.from(pub).upload(mine('p.txt'), 'public', { contentType: 'text/plain', cacheControl: '7' }))
  const { publicUrl } = anon.storage.from(pub).getPublicUrl(mine('p.txt')).data
  const got = await fetch(publicUrl)
  equal([got.status, await got.text(), got.headers.get('cache-control'), got.headers.get('x-content-type-options')], [200, 'public', 'max-age=7', 'nosniff'])
  equal(await text(must(await anon.storage.from(pub).download(mine('p.txt')))), 'public')
  const hidden = await fetch(anon.storage.from(priv).getPublicUrl(mine('a.txt')).data.publicUrl)
  equal([hidden.status, (await hidden.json()).code], [400, 'NoSuchBucket'])
})
await check('ranges and conditions', async () => {
  const { publicUrl } = anon.storage.from(pub).getPublicUrl(mine('p.txt')).data
  const range = await fetch(publicUrl, { headers: { range: 'bytes=1-3' } })
  equal([range.status, await range.text(), range.headers.get('content-range')], [206, 'ubl', 'bytes 1-3/6'])
  const none = await fetch(publicUrl, { headers: { range: 'bytes=99-' } })
  equal([none.status, (await none.json()).code], [416, 'InvalidRange'])
  const several = await fetch(publicUrl, { headers: { range: 'bytes=0-0,-1' } })
  equal([several.status, several.headers.get('content-type').startsWith('multipart/byteranges')], [206, true])
  const etag = range.headers.get('etag')
  equal((await fetch(publicUrl, { headers: { 'if-none-match': etag } })).status, 304)
  const head = await fetch(publicUrl, { method: 'HEAD' })
  equal([head.status, head.headers.get('content-length')], [200, '6'])
})

const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAQAAAACCAIAAADwyuo0AAAAGklEQVR4nGJhYOC0YWCAIBaGKAY4AAQAAP//Er8BIBFS5ZAAAAAASUVORK5CYII=', 'base64')
await check('images are transformed', async () => {
  must(await ada.storage.from(pub).upload(mine('i.png'), png, { contentType: 'image/png' }))
  const { publicUrl } = anon.storage.from(pub).getPublicUrl(mine('i.png'), { transform: { width: 2, height: 2, resize: 'fill' } }).data
  const got = await fetch(publicUrl)
  const bytes = Buffer.from(await got.arrayBuffer())
  equal([got.status, got.headers.get('content-type'), bytes.readUInt32BE(16), bytes.readUInt32BE(20)], [200, 'image/png', 2, 2])
  const browser = await fetch(publicUrl, { headers: { accept: 'image/avif,image/webp,*/*;q=0.8' } })
  const webp = Buffer.from(await browser.arrayBuffer())
  equal([browser.headers.get('content-type'), browser.headers.get('vary')?.includes('Accept'), webp.toString('latin1', 8, 16)], ['image/webp', true, 'WEBPVP8 '])
  const link = must(await ada.storage.from(pub).createSignedUrl(mine('i.png'), 60, { transform: { width: 1, height: 1 } })).signedUrl
  equal(Buffer.from(await (await fetch(link)).arrayBuffer()).readUInt32BE(16), 1)
  must(await ada.storage.from(pub).download(mine('i.png'), { transform: { width: 2 } }))
})

const resumable = (client, bytes, name, more = {}) => new Promise((done, failed) => {
  const upload = new tus.Upload(bytes, {
    endpoint: `${url}/storage/v1/upload/resumable`,
    headers: { authorization: `Bearer ${client.token ?? anonKey}`, apikey: anonKey, 'x-upsert': 'true' },
    metadata: { bucketName: priv, objectName: name, contentType: 'application/x-big', cacheControl: '99', metadata: JSON.stringify({ tus: true }) },
    uploadDataDuringCreation: true, retryDelays: null, onError: failed, onSuccess: () => done(upload), ...more
  })
  upload.start()
})
await check('tus-js-client uploads in chunks, whole, empty, of deferred length', async () => {
  const big = Buffer.alloc(300000, 'tus ')
  await resumable(ada, big, mine('tus/chunks'), { chunkSize: 70000 })
  equal(await text(must(await ada.storage.from(priv).download(mine('tus/chunks')))), big.toString())
  const info = must(await ada.storage.from(priv).info(mine('tus/chunks')))
  equal([info.size, info.contentType, info.cacheControl, info.metadata], [300000, 'application/x-big', 'max-age=99', { tus: true }])
  await resumable(ada, big, mine('tus/whole'))
  await resumable(ada, Buffer.alloc(0), mine('tus/empty'))
  equal(must(await ada.storage.from(priv).info(mine('tus/empty'))).size, 0)
})
await check('tus-js-client goes on where it stopped', async () => {
  const big = Buffer.alloc(200000, 'resume ')
  let location
  await new Promise((done, failed) => {
    const upload = new tus.Upload(big, {
      endpoint: `${url}/storage/v1/upload/resumable`, chunkSize: 60000, retryDelays: null,
      headers: { authorization: `Bearer ${ada.token}` }, metadata: { bucketName: priv, objectName: mine('tus/resumed') },
      onError: failed, onChunkComplete: () => { location = upload.url; upload.abort().then(done) }
    })
    upload.start()
  })
  equal((await ada.storage.from(priv).exists(mine('tus/resumed'))).data, false)
  await resumable(ada, big, mine('tus/resumed'), { uploadUrl: location })
  equal(await text(must(await ada.storage.from(priv).download(mine('tus/resumed')))), big.toString())
})
await check('tus-js-client is refused where policies refuse, and ends an upload', async () => {
  const status = await resumable(bob, Buffer.from('x'), mine('tus/evil')).catch((e) => e.originalResponse.getStatus())
  equal(status, 403)
  const post = await fetch(`${url}/storage/v1/upload/resumable`, {
    method: 'POST', headers: { authorization: `Bearer ${ada.token}`, 'tus-resumable': '1.0.0', 'upload-length': '5',
      'upload-metadata': `bucketName ${btoa(priv)},objectName ${btoa(mine('tus/gone'))}` } })
  const location = post.headers.get('location')
  equal([post.status, location.startsWith('http')], [201, true])
  const asAda = { authorization: `Bearer ${ada.token}`, 'tus-resumable': '1.0.0' }
  equal((await fetch(location, { method: 'PATCH', headers: { ...asAda, 'upload-offset': '3', 'content-type': 'application/offset+octet-stream' }, body: 'x' })).status, 409)
  equal((await fetch(location, { method: 'DELETE', headers: { ...asAda, authorization: `Bearer ${bob.token}` } })).status, 403)
  equal((await fetch(location, { method: 'DELETE', headers: asAda })).status, 204)
  equal((await fetch(location, { method: 'HEAD', headers: { 'tus-resumable': '1.0.0' } })).status, 404)
})
await check('what there is not is refused by name', async () => {
  const no = ['400', 'NotSupported']
  equal(refused(await service.storage.createBucket(`a-${run}`, { type: 'ANALYTICS' })), no)
  equal(refused(await service.storage.createBucket(`v-${run}`, { public: false, versioningStatus: 'ENABLED' })), no)
  equal(refused(await service.storage.getBucketLifecycle(priv)), no)
  equal(refused(await service.storage.updateBucketLifecycle(priv, { rules: [] })), no)
  equal(refused(await service.storage.deleteBucketLifecycle(priv)), no)
  equal(refused(await service.storage.analytics.createBucket(`a-${run}`)), no)
  equal(refused(await service.storage.analytics.listBuckets()), no)
  equal((await service.storage.analytics.from('a').listNamespaces()).error !== null, true)
  equal((await service.storage.vectors.createBucket(`v-${run}`)).error?.code, 'NotSupported')
  equal((await service.storage.vectors.listBuckets()).error?.code, 'NotSupported')
  equal((await service.storage.vectors.from('v').index('i').queryVectors({ queryVector: { float32: [1] }, topK: 1 })).error?.code, 'NotSupported')
  equal(refused(await ada.storage.from(priv).move(mine('a.txt'), mine('v'), { sourceVersionId: 'x' })), no)
})
await check('caches are purged of what one may see', async () => {
  equal(must(await service.storage.purgeBucketCache(priv)), { message: 'success' })
  equal(must(await ada.storage.from(priv).purgeCache(mine('a.txt'), { transformations: true })), { message: 'success' })
  equal(refused(await bob.storage.from(priv).purgeCache(mine('a.txt'))), ['404', 'NoSuchKey'])
})
await check('a download streams, and buckets are listed by page and order', async () => {
  const chunks = []
  for await (const chunk of must(await ada.storage.from(priv).download(mine('a.txt')).asStream())) chunks.push(chunk)
  equal(Buffer.concat(chunks).toString(), 'three')
  const listed = must(await service.storage.listBuckets({ search: run, sortColumn: 'name', sortOrder: 'desc', limit: 2, offset: 1 }))
  equal(listed.map((b) => b.name), [priv, other].sort().reverse())
})
await check('listV2 sorts, and pages in any order', async () => {
  const store = ada.storage.from(priv)
  const names = async (sortBy) => {
    const all = []
    for (let cursor; ;) {
      const page = must(await store.listV2({ prefix: `${ada.id}/`, limit: 1, cursor, with_delimiter: true, sortBy }))
      all.push(...page.folders.map((f) => f.key), ...page.objects.map((o) => o.key))
      if (!page.hasNext) return all
      cursor = page.nextCursor
    }
  }
  const up = await names({ column: 'name', order: 'asc' })
  equal([up.length > 3, new Set(up).size], [true, up.length])
  equal(await names({ column: 'name', order: 'desc' }), [...up].reverse())
  equal((await names({ column: 'created_at', order: 'desc' })).sort(), [...up].sort())
  equal(refused(await store.listV2({ sortBy: { column: 'id', order: 'asc' } })), ['400', 'InvalidRequest'])
})
const keys = JSON.parse(execFileSync('bin/howdah', ['storage', 'keys']))
const s3As = (accessKeyId, sessionToken) => new S3Client({
  endpoint: `${url}/storage/v1/s3`, region: 'us-east-1', forcePathStyle: true, maxAttempts: 1,
  credentials: { accessKeyId, secretAccessKey: keys[accessKeyId], sessionToken }
})
const [s3, s3Ada, s3Bob] = [s3As('service_role'), s3As('project', ada.token), s3As('project', bob.token)]
const at = (Key, more = {}) => ({ Bucket: priv, Key, ...more })
const codeOf = (promise) => promise.then(() => '', (e) => e.name)
await check("AWS's client puts, gets, heads, lists, copies and deletes", async () => {
  equal((await s3.send(new ListBucketsCommand({}))).Buckets.some((b) => b.Name === priv), true)
  await s3.send(new HeadBucketCommand({ Bucket: priv }))
  equal((await s3.send(new GetBucketLocationCommand({ Bucket: priv }))).$metadata.httpStatusCode, 200)
  const put = await s3Ada.send(new PutObjectCommand(at(mine('s3/a b+c?.txt'), { Body: 'aws', ContentType: 'text/x-aws', Metadata: { by: 'sdk' } })))
  const got = await s3Ada.send(new GetObjectCommand(at(mine('s3/a b+c?.txt'))))
  equal([await got.Body.transformToString(), got.ContentType, got.Metadata, got.ETag], ['aws', 'text/x-aws', { by: 'sdk' }, put.ETag])
  equal(await (await s3Ada.send(new GetObjectCommand(at(mine('s3/a b+c?.txt'), { Range: 'bytes=1-' })))).Body.transformToString(), 'ws')
  equal((await s3Ada.send(new HeadObjectCommand(at(mine('s3/a b+c?.txt'))))).ContentLength, 3)
  await s3Ada.send(new CopyObjectCommand(at(mine('s3/copy'), { CopySource: `${priv}/${encodeURIComponent(mine('s3/a b+c?.txt'))}` })))
  const prefix = mine('s3/')
  equal((await s3Ada.send(new ListObjectsCommand({ Bucket: priv, Prefix: prefix }))).Contents.map((o) => o.Key), [mine('s3/a b+c?.txt'), mine('s3/copy')])
  const page = await s3Ada.send(new ListObjectsV2Command({ Bucket: priv, Prefix: prefix, MaxKeys: 1 }))
  const rest = await s3Ada.send(new ListObjectsV2Command({ Bucket: priv, Prefix: prefix, ContinuationToken: page.NextContinuationToken }))
  equal([page.IsTruncated, rest.Contents.map((o) => o.Key)], [true, [mine('s3/copy')]])
  const folders = await s3Ada.send(new ListObjectsV2Command({ Bucket: priv, Prefix: `${ada.id}/`, Delimiter: '/' }))
  equal(folders.CommonPrefixes.some((p) => p.Prefix === prefix), true)
  const gone = await s3Ada.send(new DeleteObjectsCommand({ Bucket: priv, Delete: { Objects: [{ Key: mine('s3/copy') }, { Key: mine('s3/none') }] } }))
  equal(gone.Deleted.length, 2)
  equal(await codeOf(s3Ada.send(new HeadObjectCommand(at(mine('s3/copy'))))), 'NotFound')
})
await check("AWS's client keeps conditions, and streams with checksums in trailers", async () => {
  equal(await codeOf(s3Ada.send(new PutObjectCommand(at(mine('s3/a b+c?.txt'), { Body: 'x', IfNoneMatch: '*' })))), 'PreconditionFailed')
  const { ETag } = await s3Ada.send(new HeadObjectCommand(at(mine('s3/a b+c?.txt'))))
  const statusIf = (condition) => s3Ada.send(new GetObjectCommand(at(mine('s3/a b+c?.txt'), condition))).catch((e) => e).then((r) => r.$metadata.httpStatusCode)
  equal([await statusIf({ IfNoneMatch: ETag }), await statusIf({ IfMatch: '"x"' }), await statusIf({ IfMatch: ETag })], [304, 412, 200])
  for (const ChecksumAlgorithm of ['CRC32', 'CRC32C', 'SHA1', 'SHA256', 'CRC64NVME']) {
    const Body = Readable.from([Buffer.alloc(70000, 'stream '), Buffer.alloc(30000, 'and end ')])
    const sent = s3Ada.send(new PutObjectCommand(at(mine(`s3/${ChecksumAlgorithm}`), { Body, ContentLength: 100000, ChecksumAlgorithm })))
    equal([ChecksumAlgorithm, await codeOf(sent)], [ChecksumAlgorithm, ''])
    equal((await s3Ada.send(new HeadObjectCommand(at(mine(`s3/${ChecksumAlgorithm}`))))).ContentLength, 100000)
  }
})
await check("AWS's client uploads in parts, copies parts, lists and aborts", async () => {
  const bytes = Buffer.alloc(6 << 20, 'parts ')
  await new Upload({ client: s3Ada, params: at(mine('s3/managed'), { Body: Readable.from([bytes, bytes]) }), partSize: 5 << 20 }).done()
  equal((await s3Ada.send(new HeadObjectCommand(at(mine('s3/managed'))))).ContentLength, 12 << 20)
  const { UploadId } = await s3Ada.send(new CreateMultipartUploadCommand(at(mine('s3/parts'), { ContentType: 'text/x-parts' })))
  const one = await s3Ada.send(new UploadPartCommand(at(mine('s3/parts'), { UploadId, PartNumber: 1, Body: bytes })))
  const two = await s3Ada.send(new UploadPartCopyCommand(at(mine('s3/parts'), {
    UploadId, PartNumber: 2, CopySource: `${priv}/${mine('s3/managed')}`, CopySourceRange: 'bytes=0-5' })))
  equal((await s3Ada.send(new ListMultipartUploadsCommand({ Bucket: priv, Prefix: mine('s3/') }))).Uploads.map((u) => u.UploadId), [UploadId])
  equal((await s3Bob.send(new ListMultipartUploadsCommand({ Bucket: priv }))).Uploads ?? [], [])
  equal((await s3Ada.send(new ListPartsCommand(at(mine('s3/parts'), { UploadId })))).Parts.map((p) => p.Size), [6 << 20, 6])
  equal(await codeOf(s3Bob.send(new AbortMultipartUploadCommand(at(mine('s3/parts'), { UploadId })))), 'AccessDenied')
  const Parts = [{ PartNumber: 1, ETag: one.ETag }, { PartNumber: 2, ETag: two.CopyPartResult.ETag }]
  await s3Ada.send(new CompleteMultipartUploadCommand(at(mine('s3/parts'), { UploadId, MultipartUpload: { Parts } })))
  const head = await s3Ada.send(new HeadObjectCommand(at(mine('s3/parts'))))
  equal([head.ContentLength, head.ContentType], [(6 << 20) + 6, 'text/x-parts'])
  const other = await s3Ada.send(new CreateMultipartUploadCommand(at(mine('s3/aborted'))))
  await s3Ada.send(new AbortMultipartUploadCommand(at(mine('s3/aborted'), { UploadId: other.UploadId })))
})
await check("AWS's client presigns, and policies hold for its session token", async () => {
  const get = await getSignedUrl(s3Ada, new GetObjectCommand(at(mine('s3/a b+c?.txt'))), { expiresIn: 60 })
  equal(await (await fetch(get)).text(), 'aws')
  equal((await fetch(get.replace('a%20b', 'x%20b'))).status, 403)
  equal((await fetch(get, { method: 'DELETE' })).status, 403)
  const put = await getSignedUrl(s3Ada, new PutObjectCommand(at(mine('s3/presigned'))), { expiresIn: 60 })
  equal((await fetch(put, { method: 'PUT', body: 'link' })).status, 200)
  equal(await text(must(await ada.storage.from(priv).download(mine('s3/presigned')))), 'link')
  equal(await codeOf(s3Bob.send(new PutObjectCommand(at(mine('s3/evil'), { Body: 'x' })))), 'AccessDenied')
  equal(await codeOf(s3Bob.send(new GetObjectCommand(at(mine('s3/presigned'))))), 'NoSuchKey')
  equal((await s3Bob.send(new ListObjectsV2Command({ Bucket: priv }))).KeyCount, 0)
})
await check('remove answers what went', async () => {
  const gone = must(await ada.storage.from(priv).remove([mine('a.txt'), mine('nope')]))
  equal(gone.map((o) => o.name), [mine('a.txt')])
  equal((await ada.storage.from(priv).exists(mine('a.txt'))).data, false)
})
await check('a bucket with files stays, an emptied one goes', async () => {
  equal(refused(await service.storage.deleteBucket(priv)), ['409', 'ResourceNotEmpty'])
  for (const bucket of [priv, pub, other]) {
    must(await service.storage.emptyBucket(bucket))
    must(await service.storage.deleteBucket(bucket))
  }
  equal(refused(await service.storage.getBucket(priv)), ['404', 'NoSuchBucket'])
})

execFileSync('psql', ['-X', '-q', env('DATABASE_URL'), '-c', `drop policy "own folder ${run}" on storage.objects`])
finish('storage')
