// What a function finds around it: the parts of the Web's API that handlers
// use, over the few primitives of `host`. Runs once in each runtime.
(function (host) {
  'use strict'
  const global = globalThis
  const define = (name, value) => Object.defineProperty(global, name, { value, writable: true, configurable: true })

  const view = (data) => {
    if (data instanceof ArrayBuffer) return data
    if (ArrayBuffer.isView(data)) return data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength)
    return null
  }

  // What makes much in one step cannot be interrupted in it: it is refused before.
  const room = (bytes) => {
    if (bytes > host.limit) throw new RangeError(`Out of memory: ${bytes} bytes at once`)
  }
  const guard = (target, name, size) => {
    const made = target[name]
    Object.defineProperty(target, name, { value: { [name](...args) { room(size(this, ...args)); return made.apply(this, args) } }[name], writable: true, configurable: true })
  }
  guard(String.prototype, 'repeat', (text, n) => String(text).length * n)
  guard(String.prototype, 'padStart', (_, n) => n)
  guard(String.prototype, 'padEnd', (_, n) => n)
  const cell = 16
  guard(Array.prototype, 'fill', (list) => list.length * cell)
  guard(Array.prototype, 'join', (list, by = ',') => list.length * String(by).length)
  guard(Array, 'from', (_, list) => (list && typeof list[Symbol.iterator] !== 'function' ? list.length * cell : 0))
  for (const name of ['ArrayBuffer', 'Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array', 'Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array']) {
    const made = global[name]
    if (!made) continue
    const guarded = { [name]: function (...args) {
      if (typeof args[0] === 'number') room(args[0] * (made.BYTES_PER_ELEMENT ?? 1))
      return Reflect.construct(made, args, new.target)
    } }[name]
    guarded.prototype = made.prototype
    Object.setPrototypeOf(guarded, made)
    made.prototype.constructor = guarded
    define(name, guarded)
  }

  class Headers {
    #map = new Map()
    constructor(init) {
      if (init == null) return
      const pairs = init instanceof Headers ? init.raw() : Array.isArray(init) ? init : Object.entries(init)
      for (const [name, value] of pairs) this.append(name, value)
    }
    append(name, value) {
      const key = String(name).toLowerCase()
      if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(key)) throw new TypeError(`Invalid header name: ${name}`)
      this.#map.set(key, [...(this.#map.get(key) ?? []), String(value).trim()])
    }
    set(name, value) { this.delete(name); this.append(name, value) }
    delete(name) { this.#map.delete(String(name).toLowerCase()) }
    has(name) { return this.#map.has(String(name).toLowerCase()) }
    get(name) { const all = this.#map.get(String(name).toLowerCase()); return all ? all.join(', ') : null }
    getSetCookie() { return [...(this.#map.get('set-cookie') ?? [])] }
    raw() { return [...this.#map].flatMap(([name, values]) => values.map((value) => [name, value])) }
    *entries() { for (const name of [...this.#map.keys()].sort()) yield [name, this.get(name)] }
    *keys() { for (const [name] of this.entries()) yield name }
    *values() { for (const [, value] of this.entries()) yield value }
    forEach(fn, self) { for (const [name, value] of this.entries()) fn.call(self, value, name, this) }
    [Symbol.iterator]() { return this.entries() }
  }
  define('Headers', Headers)

  class URLSearchParams {
    #pairs = []
    #changed = () => {}
    constructor(init = '', changed) {
      if (changed) this.#changed = changed
      if (typeof init === 'string') this.#pairs = host.parseQuery(init.replace(/^\?/, ''))
      else if (init && typeof init[Symbol.iterator] === 'function') for (const [k, v] of init) this.#pairs.push([String(k), String(v)])
      else for (const [k, v] of Object.entries(init ?? {})) this.#pairs.push([k, String(v)])
    }
    append(name, value) { this.#pairs.push([String(name), String(value)]); this.#changed() }
    delete(name) { this.#pairs = this.#pairs.filter(([k]) => k !== name); this.#changed() }
    get(name) { const hit = this.#pairs.find(([k]) => k === name); return hit ? hit[1] : null }
    getAll(name) { return this.#pairs.filter(([k]) => k === name).map(([, v]) => v) }
    has(name) { return this.#pairs.some(([k]) => k === name) }
    set(name, value) {
      const at = this.#pairs.findIndex(([k]) => k === name)
      if (at < 0) return this.append(name, value)
      this.#pairs = this.#pairs.filter(([k], i) => k !== name || i === at)
      this.#pairs[this.#pairs.findIndex(([k]) => k === name)] = [name, String(value)]
      this.#changed()
    }
    sort() { this.#pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)); this.#changed() }
    forEach(fn, self) { for (const [k, v] of this.#pairs) fn.call(self, v, k, this) }
    keys() { return this.#pairs.map(([k]) => k)[Symbol.iterator]() }
    values() { return this.#pairs.map(([, v]) => v)[Symbol.iterator]() }
    entries() { return this.#pairs.map((pair) => [...pair])[Symbol.iterator]() }
    get size() { return this.#pairs.length }
    [Symbol.iterator]() { return this.entries() }
    toString() { return host.formatQuery(this.#pairs) }
  }
  define('URLSearchParams', URLSearchParams)

  class URL {
    #at
    #params
    constructor(url, base) {
      this.#at = host.parseURL(String(url), base === undefined ? '' : String(base))
      if (!this.#at) throw new TypeError(`Invalid URL: ${url}`)
      this.#params = new URLSearchParams(this.#at.search, () => { const text = this.#params.toString(); this.#at.search = text ? `?${text}` : '' })
    }
    static canParse(url, base) { return !!host.parseURL(String(url), base === undefined ? '' : String(base)) }
    get searchParams() { return this.#params }
    get search() { return this.#at.search }
    set search(text) {
      text = String(text)
      this.#at.search = text === '' || text.startsWith('?') ? text : `?${text}`
      this.#params = new URL(this.href).#params
    }
    get host() { return this.#at.port ? `${this.#at.hostname}:${this.#at.port}` : this.#at.hostname }
    get origin() { return `${this.#at.protocol}//${this.host}` }
    get href() {
      const { protocol, username, password, pathname, search, hash } = this.#at
      const user = username ? `${username}${password ? `:${password}` : ''}@` : ''
      return `${protocol}//${user}${this.host}${pathname}${search}${hash}`
    }
    toString() { return this.href }
    toJSON() { return this.href }
    static {
      for (const part of ['protocol', 'username', 'password', 'hostname', 'port', 'pathname', 'hash']) {
        Object.defineProperty(URL.prototype, part, { get() { return this.#at[part] }, set(value) { this.#at[part] = String(value) }, enumerable: true })
      }
    }
  }
  define('URL', URL)

  class TextEncoder { get encoding() { return 'utf-8' } encode(text = '') { return new Uint8Array(host.encode(String(text))) } }
  class TextDecoder { get encoding() { return 'utf-8' } decode(data) { return data === undefined ? '' : host.decode(view(data)) } }
  define('TextEncoder', TextEncoder)
  define('TextDecoder', TextDecoder)

  class AbortSignal {
    aborted = false
    reason = undefined
    onabort = null
    #listeners = []
    addEventListener(kind, fn) { if (kind === 'abort') this.#listeners.push(fn) }
    removeEventListener(kind, fn) { this.#listeners = this.#listeners.filter((l) => l !== fn) }
    throwIfAborted() { if (this.aborted) throw this.reason }
    abort(reason) {
      if (this.aborted) return
      this.aborted = true
      this.reason = reason ?? Object.assign(new Error('The operation was aborted.'), { name: 'AbortError' })
      for (const fn of [this.onabort, ...this.#listeners]) if (fn) fn.call(this, { type: 'abort', target: this })
    }
    static timeout(ms) {
      const signal = new AbortSignal()
      setTimeout(() => signal.abort(Object.assign(new Error('The operation timed out.'), { name: 'TimeoutError' })), ms)
      return signal
    }
  }
  define('AbortSignal', AbortSignal)
  define('AbortController', class AbortController { signal = new AbortSignal(); abort(reason) { this.signal.abort(reason) } })

  // What Request and Response share: a body that is read once.
  class Body {
    #data
    bodyUsed = false
    constructor(data) { this.#data = data }
    #take() {
      if (this.bodyUsed) return Promise.reject(new TypeError('Body already used'))
      this.bodyUsed = true
      return Promise.resolve(this.#data)
    }
    peek() { return this.#data }
    text() { return this.#take().then((data) => (typeof data === 'string' ? data : data == null ? '' : host.decode(data))) }
    json() { return this.text().then(JSON.parse) }
    arrayBuffer() { return this.#take().then((data) => (typeof data === 'string' ? host.encode(data) : data ?? new ArrayBuffer(0))) }
    bytes() { return this.arrayBuffer().then((buffer) => new Uint8Array(buffer)) }
    formData() {
      return this.text().then((text) => {
        if (!(this.headers.get('content-type') ?? '').startsWith('application/x-www-form-urlencoded')) throw new TypeError('The body is no URL-encoded form')
        return new URLSearchParams(text)
      })
    }
  }
  // A body in one of the forms that a caller may give, with the type it implies.
  const give = (body) => {
    if (body == null) return [null, null]
    if (typeof body === 'string') return [body, 'text/plain;charset=UTF-8']
    if (body instanceof URLSearchParams) return [body.toString(), 'application/x-www-form-urlencoded;charset=UTF-8']
    const buffer = view(body)
    if (buffer) return [buffer, null]
    return [String(body), 'text/plain;charset=UTF-8']
  }

  class Request extends Body {
    constructor(input, init = {}) {
      const from = input instanceof Request ? input : null
      const [data, type] = init.body !== undefined ? give(init.body) : [from ? from.peek() : null, null]
      super(data)
      this.url = from ? from.url : new URL(input).href
      this.method = String(init.method ?? (from ? from.method : 'GET')).toUpperCase()
      this.headers = new Headers(init.headers ?? (from ? from.headers : undefined))
      this.signal = init.signal ?? (from ? from.signal : new AbortSignal())
      this.redirect = init.redirect ?? 'follow'
      if (type && !this.headers.has('content-type')) this.headers.set('content-type', type)
      if (data != null && (this.method === 'GET' || this.method === 'HEAD')) throw new TypeError(`A ${this.method} request cannot have a body`)
    }
    clone() { return new Request(this) }
  }
  define('Request', Request)

  class Response extends Body {
    constructor(body = null, init = {}) {
      const [data, type] = give(body)
      super(data)
      this.status = init.status ?? 200
      if (!(this.status >= 200 && this.status <= 599)) throw new RangeError(`Invalid status: ${this.status}`)
      this.statusText = init.statusText ?? ''
      this.headers = new Headers(init.headers)
      this.url = init.url ?? ''
      this.redirected = init.redirected ?? false
      if (type && !this.headers.has('content-type')) this.headers.set('content-type', type)
    }
    get ok() { return this.status >= 200 && this.status < 300 }
    clone() { return new Response(this.peek(), this) }
    static json(value, init = {}) {
      const headers = new Headers(init.headers)
      if (!headers.has('content-type')) headers.set('content-type', 'application/json')
      return new Response(JSON.stringify(value), { ...init, headers })
    }
    static redirect(url, status = 302) { return new Response(null, { status, headers: { location: String(url) } }) }
    static error() { return new Response(null, { status: 500 }) }
  }
  define('Response', Response)

  define('fetch', (input, init) => new Promise((resolve, reject) => {
    const request = new Request(input, init)
    request.signal.throwIfAborted()
    const cancel = host.fetch(
      { url: request.url, method: request.method, headers: request.headers.raw(), body: request.peek(), redirect: request.redirect },
      (got) => resolve(new Response(got.body, got)), (message) => reject(new TypeError(message)))
    request.signal.addEventListener('abort', () => { cancel(); reject(request.signal.reason) })
  }))

  define('setTimeout', (fn, ms = 0, ...args) => host.timer(() => fn(...args), Number(ms) || 0, false))
  define('setInterval', (fn, ms = 0, ...args) => host.timer(() => fn(...args), Number(ms) || 0, true))
  define('clearTimeout', (id) => host.clear(id ?? 0))
  define('clearInterval', (id) => host.clear(id ?? 0))
  define('queueMicrotask', (fn) => { Promise.resolve().then(fn) })
  define('structuredClone', (value) => (value === undefined ? undefined : JSON.parse(JSON.stringify(value))))
  define('btoa', (text) => host.btoa(String(text)))
  define('atob', (text) => host.atob(String(text)))
  define('crypto', {
    randomUUID: () => host.uuid(),
    getRandomValues: (array) => {
      const random = new Uint8Array(host.random(array.byteLength))
      new Uint8Array(array.buffer, array.byteOffset, array.byteLength).set(random)
      return array
    },
    subtle: {
      digest: (algorithm, data) => new Promise((resolve) => resolve(host.digest(String(algorithm.name ?? algorithm), view(data)))),
    },
  })

  const show = (value) => {
    if (typeof value === 'string') return value
    if (value instanceof Error) return value.stack ?? String(value)
    try { return JSON.stringify(value) ?? String(value) } catch { return String(value) }
  }
  const say = (level) => (...values) => host.log(level, values.map(show).join(' '))
  define('console', { debug: say('debug'), log: say('info'), info: say('info'), warn: say('warn'), error: say('error') })

  define('env', Object.freeze(host.env))
  define('db', Object.freeze({
    query: (sql, params = []) => new Promise((resolve, reject) => host.query(String(sql), params, (text) => resolve(JSON.parse(text)), (e) => reject(Object.assign(new Error(e.message), e)))),
    async one(sql, params = []) { return (await this.query(sql, params))[0] ?? null },
  }))

  // Functions written for Deno.serve run as they are.
  let served = null
  define('Deno', { serve: (...args) => { served = args[args.length - 1] }, env: { get: (name) => env[name], toObject: () => ({ ...env }) } })

  const handler = (module) => {
    const made = module?.default
    const found = typeof made === 'function' ? made : made && typeof made.fetch === 'function' ? (request) => made.fetch(request) : served
    if (typeof found !== 'function') throw new TypeError('export default a function that takes a Request and answers a Response')
    return found
  }
  return {
    describe: (module) => { handler(module); return module?.config ?? {} },
    invoke: async (module, given) => {
      const request = new Request(given.url, given)
      const answer = await handler(module)(request)
      if (!(answer instanceof Response)) throw new TypeError('The function answered no Response')
      return { status: Number(answer.status), headers: answer.headers.raw().map(([name, value]) => [String(name), String(value)]), body: answer.peek() }
    },
  }
})
