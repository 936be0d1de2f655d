package script_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"howdah/server/functions/script"
)

// What an ended function holds until its last instruction is through is not
// taken for the next one's. It comes before the bombs: the largest copies on for a
// while after its end.
func TestMemoryIsTheEndedFunctionsOwn(t *testing.T) {
	cfg := settings(t)
	cfg.Timeout, cfg.MemoryMiB = time.Minute, 64
	h, failed := host(t, cfg, map[string]string{
		"hoards.ts": `export default () => {
			const held = [new Uint8Array(48 * 2 ** 20), new Uint8Array(48 * 2 ** 20)], all = Array.from({ length: 3e4 }, Math.random)
			for (let n = 0; n < 500; n++) all.slice().sort() // each one instruction: however slow the watch is, one is under way when it ends
			return new Response(String(held.length))
		}`,
		"well.ts": `export default async () => {
			await new Promise((done) => setTimeout(done, 100)) // long enough to be looked at
			return new Response('well')
		}`,
	})
	if len(failed) > 0 {
		t.Fatal(failed)
	}
	for range 3 {
		if out, err := call(t, h, "hoards", ""); !errors.Is(err, script.ErrMemory) {
			t.Errorf("%v, %v", out, err)
		}
		if out, err := call(t, h, "well", ""); err != nil || string(out.Body) != "well" {
			t.Errorf("after it: %+v, %v", out, err)
		}
	}
}

// Not in parallel: memory is the process's. What a function does at once must
// not outgrow the process, whatever it is.
func TestAllocationBombs(t *testing.T) {
	cfg := settings(t)
	cfg.Timeout, cfg.MemoryMiB = 20*time.Second, 64
	bombs := map[string]string{
		"repeats":   `'x'.repeat(2 ** 33)`,
		"pads":      `'x'.padEnd(2 ** 33)`,
		"buffers":   `new ArrayBuffer(2 ** 40)`,
		"typed":     `new Float64Array(2 ** 33)`,
		"again":     `new (new Uint8Array(1).constructor)(2 ** 34)`,
		"fills":     `new Array(2 ** 32 - 1).fill(0)`,
		"joins":     `new Array(2 ** 32 - 1).join('xx')`,
		"lists":     `Array.from({ length: 2 ** 32 })`,
		"doubles":   `(() => { let s = 'xy'; for (;;) s += s })()`,
		"pushes":    `(() => { const a = []; for (;;) a.push({ a }) })()`,
		"timers":    `(() => { for (;;) setTimeout(() => {}, 1e9) })()`,
		"maps":      `(() => { const m = new Map(); for (let i = 0; ; i++) m.set(i, String(i)) })()`,
		"promises":  `(() => { const all = []; for (;;) all.push(new Promise(() => {})) })()`,
		"templates": "(() => { let s = 'x'; for (;;) s = `${s}${s}${s}` })()",
	}
	files := map[string]string{"well.ts": `export default () => new Response('well')`}
	for name, code := range bombs {
		files[name+".ts"] = `export default () => { ` + code + `; return new Response('through') }`
	}
	h, failed := host(t, cfg, files)
	if len(failed) > 0 {
		t.Fatal(failed)
	}
	for name := range bombs {
		out, err := call(t, h, name, "")
		var failure *script.Failure
		if !errors.Is(err, script.ErrMemory) && !errors.Is(err, script.ErrSlow) && !errors.As(err, &failure) {
			t.Errorf("%s: %v, %v", name, out, err)
		}
		if out, err := call(t, h, "well", ""); err != nil || string(out.Body) != "well" {
			t.Errorf("after %s: %+v, %v", name, out, err)
		}
	}
}

// What never ends is ended, wherever it runs, and others go on. Not in parallel:
// some fill memory, which would end other tests' functions.
func TestLoopsEnd(t *testing.T) {
	cfg := settings(t)
	cfg.Timeout, cfg.Concurrency, cfg.MemoryMiB = 400*time.Millisecond, 64, 64
	loops := map[string]string{
		"microtasks": `const again = () => Promise.resolve().then(again); await again()`,
		"waits":      `for (;;) await new Promise((done) => setTimeout(done, 1))`,
		"intervals":  `setInterval(() => { for (;;) {} }, 1); await new Promise(() => {})`,
		"answers":    `return Object.assign(new Response('x'), { status: { valueOf() { for (;;) {} } } })`,
		"throws":     `throw { toString() { for (;;) {} } }`,
		"stacks":     `throw { get stack() { for (;;) {} } }`,
		"matches":    `/^(?=(a+)+$)(a+)+\1$/.test('a'.repeat(40) + '!')`,
		"generators": `function* g() { for (;;) yield 1 }; for (const _ of g()) {}`,
		"proxies":    `const p = new Proxy({}, { get() { for (;;) {} } }); return p.x`,
	}
	files := map[string]string{}
	for name, code := range loops {
		files[name+".ts"] = `export default async () => { ` + code + ` }`
	}
	h, failed := host(t, cfg, files)
	if len(failed) > 0 {
		t.Fatal(failed)
	}
	for name := range loops {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// Some fill memory as they run, and memory's limit ends all who run.
			if _, err := call(t, h, name, ""); !errors.Is(err, script.ErrSlow) && !errors.Is(err, script.ErrMemory) {
				t.Errorf("%v", err)
			}
		})
	}
}

// What is thrown, answered or asked in odd shapes fails the function alone.
func TestOddShapesFailTheFunctionAlone(t *testing.T) {
	t.Parallel()
	shapes := map[string]string{
		"nothing":  `throw undefined`,
		"bare":     `throw Object.create(null)`,
		"unshown":  `throw { toString() { throw 1 } }`,
		"getters":  `throw { get stack() { throw 1 } }`,
		"statuses": `return new Response('', { status: NaN })`,
		"deep":     `let o = {}; for (let i = 0; i < 1e5; i++) o = { o }; return Response.json(o)`,
		"cycles":   `const a = []; a.push(a); await db.query('x', [a])`,
		"headers":  `return new Response('', { headers: { 'a b': 'c' } })`,
		"recursed": `const f = () => { try { return f() } finally { f() } }; return f()`,
		"broken":   `Response.prototype.peek = () => { throw new Error('broken') }; return new Response('x')`,
		"sorts":    `return new Response([3, 1, 2].sort(() => { throw new Error('sorted') }).join())`,
	}
	files := map[string]string{}
	for name, code := range shapes {
		files[name+".ts"] = `export default async () => { ` + code + ` }`
	}
	cfg := settings(t)
	cfg.Timeout = 10 * time.Second
	h, failed := host(t, cfg, files)
	if len(failed) > 0 {
		t.Fatal(failed)
	}
	for name := range shapes {
		var failure *script.Failure
		if out, err := call(t, h, name, ""); !errors.As(err, &failure) && !errors.Is(err, script.ErrSlow) && !errors.Is(err, script.ErrMemory) {
			t.Errorf("%s: %+v, %v", name, out, err)
		}
	}
}

// The prelude's own primitives, files, processes and modules are out of reach,
// and what one function does to its globals another does not see.
func TestHostIsOutOfReach(t *testing.T) {
	t.Parallel()
	h, failed := host(t, settings(t), map[string]string{
		"reach.ts": `export default () => new Response([
			typeof host, typeof globalThis.require, typeof globalThis.process, typeof globalThis.module, typeof globalThis.Go,
			typeof new Function('return this')().host, typeof db.query.constructor('return host' )._,
			(() => { try { env.FUNCTION_GREETING = 'x' } catch { } return env.FUNCTION_GREETING })(),
			(() => { try { db.query = null } catch { } return typeof db.query })(),
		].join())`,
		"taints.ts": `Object.prototype.tainted = 'yes'; Array.prototype.map = null; export default () => new Response('tainted')`,
		"clean.ts":  `export default () => new Response(String(({}).tainted) + [1].map(String))`,
	})
	if len(failed) > 0 {
		t.Fatal(failed)
	}
	if out, err := call(t, h, "reach", ""); err != nil || string(out.Body) != "undefined,undefined,undefined,undefined,undefined,undefined,undefined,hello,function" {
		t.Errorf("%+v, %v", out, err)
	}
	_, _ = call(t, h, "taints", "")
	if out, err := call(t, h, "clean", ""); err != nil || string(out.Body) != "undefined1" {
		t.Errorf("%+v, %v", out, err)
	}
}

func TestFetchStaysOutside(t *testing.T) {
	t.Parallel()
	h, failed := host(t, settings(t), map[string]string{
		"inwards.ts": `export default async (r) => new Response(await fetch(await r.text(), { redirect: 'follow' }).then(() => 'reached', (e) => e.message))`,
	})
	if len(failed) > 0 {
		t.Fatal(failed)
	}
	for _, url := range []string{
		"http://127.0.0.1:1/", "http://localhost:1/", "http://[::1]:1/", "http://[::ffff:127.0.0.1]:1/", "http://0.0.0.0:1/", "http://2130706433:1/", "http://0x7f000001:1/",
		"http://10.0.0.1/", "http://192.168.0.1/", "http://169.254.169.254/latest/meta-data", "http://[fd00::1]/", "http://[fe80::1]/", "http://100.64.0.1/",
		"file:///etc/passwd", "gopher://127.0.0.1/", "data:text/plain,x", "//127.0.0.1/", "http://user@127.0.0.1:1/",
	} {
		if out, err := call(t, h, "inwards", url); err != nil || string(out.Body) == "reached" {
			t.Errorf("%s: %+v, %v", url, out, err)
		}
	}
}

// One request does not see what another left under way, nor asks in its name.
func TestCallersDoNotMix(t *testing.T) {
	t.Parallel()
	cfg := settings(t)
	cfg.Concurrency = 8
	h, failed := host(t, cfg, map[string]string{"who.ts": `
export default async (r) => {
  const name = await r.text()
  db.query('unawaited ' + name)
  setTimeout(() => db.query('unawaited ' + name), 3)
  const [row] = await db.query('who')
  await new Promise((done) => setTimeout(done, 2))
  const again = await db.one('who')
  return Response.json([name, row.who, again.who])
}`})
	if len(failed) > 0 {
		t.Fatal(failed)
	}
	var wrong atomic.Int64
	var callers sync.WaitGroup
	for n := range 200 {
		name := string(rune('a'+n%26)) + strings.Repeat("x", n/26)
		callers.Go(func() {
			in := &script.Request{URL: "http://localhost/functions/v1/who", Method: http.MethodPost, Body: []byte(name)}
			out, err := h.Find("who").Run(t.Context(), in, func(_ context.Context, sql string, _ []any) ([]byte, error) {
				if other, ok := strings.CutPrefix(sql, "unawaited "); ok && other != name {
					wrong.Add(1)
				}
				return []byte(`[{"who": "` + name + `"}]`), nil
			})
			if want := `["` + name + `","` + name + `","` + name + `"]`; err != nil || string(out.Body) != want {
				t.Errorf("%s: %+v, %v", name, out, err)
			}
		})
	}
	callers.Wait()
	if wrong.Load() > 0 {
		t.Errorf("%d queries went to another's connection", wrong.Load())
	}
}

// A request does not have the pool to itself.
func TestQueriesAtOnceAreBounded(t *testing.T) {
	t.Parallel()
	h, failed := host(t, settings(t), map[string]string{"greedy.ts": `export default async () => new Response(String((await Promise.all(Array.from({ length: 100 }, () => db.query('x')))).length))`})
	if len(failed) > 0 {
		t.Fatal(failed)
	}
	var mu sync.Mutex
	var now, most int
	count := func(n int) {
		mu.Lock()
		defer mu.Unlock()
		now += n
		most = max(most, now)
	}
	out, err := h.Find("greedy").Run(t.Context(), &script.Request{URL: "http://localhost/", Method: http.MethodGet}, func(context.Context, string, []any) ([]byte, error) {
		count(1)
		defer count(-1)
		return []byte(`[]`), nil
	})
	if err != nil || string(out.Body) != "100" || most > 6 {
		t.Errorf("%+v, %v, %d at once", out, err, most)
	}
}
