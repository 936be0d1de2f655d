package script

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/dop251/goja"
)

//go:embed web.js
var webSource string

// web is the prelude, compiled once for all runtimes.
var web = sync.OnceValue(func() *goja.Program { return goja.MustCompile("howdah:web", webSource, true) })

// deepest bounds recursion before Go's own stack would end the process.
const deepest = 2000

// Request is what the handler is called with.
type Request struct {
	URL     string
	Method  string
	Headers [][2]string
	Body    []byte // nil for none
}

// Response is what it answered.
type Response struct {
	Status  int
	Headers [][2]string
	Body    []byte
}

// Query runs a statement as the caller and answers its rows as JSON.
type Query func(ctx context.Context, sql string, args []any) ([]byte, error)

// isolate is one runtime with a function in it. One request at a time has it.
type isolate struct {
	fn       *Function
	vm       *goja.Runtime
	module   goja.Value
	describe goja.Callable
	invoke   goja.Callable
	now      *turn // of the request that has it
}

// turn is one request's stay in an isolate. What goroutines bring back runs on
// the isolate's own goroutine, and only while the turn lasts.
type turn struct {
	ctx    context.Context //nolint:containedctx // it is the turn's own: goroutines that outlive the turn end by it
	query  Query
	tasks  chan func() error
	timers map[int64]*time.Timer
	last   int64
	asking int           // queries and fetches that are under way
	slots  chan struct{} // those that may be at once: a function has not the pool to itself
}

// atOnce is how many queries and fetches of one request run at a time; more wait.
const atOnce = 6

// ask runs work beside the isolate, and what it answers in it.
func (t *turn) ask(work func() func() error) {
	t.asking++
	go func() {
		select {
		case t.slots <- struct{}{}:
		case <-t.ctx.Done():
			return
		}
		task := work()
		<-t.slots
		t.post(func() error {
			t.asking--
			return task()
		})
	}()
}

// post brings a task to the isolate's goroutine.
func (t *turn) post(task func() error) {
	select {
	case t.tasks <- task:
	case <-t.ctx.Done():
	}
}

// open makes a runtime and runs the function's file in it.
func (f *Function) open(ctx context.Context) (*isolate, error) {
	iso := &isolate{fn: f, vm: goja.New()}
	iso.vm.SetMaxCallStackSize(deepest)
	iso.vm.SetFieldNameMapper(goja.TagFieldNameMapper("json", true))
	iso.begin(ctx, nil)
	stop := context.AfterFunc(ctx, func() { iso.vm.Interrupt(context.Cause(ctx)) })
	defer stop()
	made, err := iso.vm.RunProgram(web())
	if err != nil {
		return nil, err
	}
	setup, _ := goja.AssertFunction(made)
	api, err := setup(goja.Undefined(), iso.primitives())
	if err != nil {
		return nil, err
	}
	iso.describe, _ = goja.AssertFunction(api.ToObject(iso.vm).Get("describe"))
	iso.invoke, _ = goja.AssertFunction(api.ToObject(iso.vm).Get("invoke"))
	if _, err := iso.vm.RunProgram(f.program); err != nil {
		return nil, explain(ctx, err)
	}
	iso.module = iso.vm.Get(moduleName)
	return iso, nil
}

func (i *isolate) begin(ctx context.Context, query Query) {
	i.now = &turn{ctx: ctx, query: query, tasks: make(chan func() error, 16), timers: map[int64]*time.Timer{}, slots: make(chan struct{}, atOnce)}
}

// run answers one request; whole says that the isolate may serve another.
func (i *isolate) run(ctx context.Context, in *Request, query Query) (out *Response, whole bool, err error) {
	ctx, end := context.WithCancel(ctx)
	defer end() // goroutines of this turn end with it
	i.begin(ctx, query)
	defer func() {
		for _, timer := range i.now.timers {
			timer.Stop()
		}
	}()
	stop := context.AfterFunc(ctx, func() { i.vm.Interrupt(context.Cause(ctx)) })
	promised, err := i.invoke(goja.Undefined(), i.module, i.given(in))
	if err == nil {
		promise, _ := promised.Export().(*goja.Promise)
		err = i.settle(ctx, promise)
		if err == nil {
			out, err = i.answered(promise)
		}
	}
	whole = stop() // else it was interrupted, who knows where
	if i.now.asking > 0 && err == nil {
		slog.WarnContext(ctx, "a function answered while it still asked; what it asked is given up: await it", "function", i.fn.Name, "under_way", i.now.asking)
	}
	return out, whole, explain(ctx, err)
}

// settle runs what comes back until the promise is settled.
func (i *isolate) settle(ctx context.Context, promise *goja.Promise) error {
	for promise.State() == goja.PromiseStatePending {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case task := <-i.now.tasks:
			if err := task(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (i *isolate) given(in *Request) goja.Value {
	object := i.vm.NewObject()
	headers := make([]any, len(in.Headers))
	for n, pair := range in.Headers {
		headers[n] = i.vm.NewArray(pair[0], pair[1])
	}
	for name, value := range map[string]any{"url": in.URL, "method": in.Method, "headers": i.vm.NewArray(headers...)} {
		_ = object.Set(name, value) // a plain object takes any member
	}
	if in.Body != nil {
		_ = object.Set("body", i.vm.NewArrayBuffer(in.Body))
	}
	return object
}

// Failure is what the function threw, with its place in the file.
type Failure struct {
	Message string
	Stack   string
}

func (e *Failure) Error() string { return e.Stack }

func (i *isolate) answered(promise *goja.Promise) (*Response, error) {
	if promise.State() == goja.PromiseStateRejected {
		return nil, failure(promise.Result())
	}
	object := promise.Result().ToObject(i.vm)
	out := &Response{Status: int(object.Get("status").ToInteger())}
	var headers [][]string
	if err := i.vm.ExportTo(object.Get("headers"), &headers); err != nil {
		return nil, err
	}
	for _, pair := range headers {
		out.Headers = append(out.Headers, [2]string{pair[0], pair[1]})
	}
	out.Body = bytesOf(object.Get("body"))
	return out, nil
}

// bytesOf is a body as web.js hands it over: text, a buffer or null.
func bytesOf(v goja.Value) []byte {
	if v == nil {
		return nil
	}
	switch body := v.Export().(type) {
	case string:
		return []byte(body)
	case goja.ArrayBuffer:
		return append([]byte{}, body.Bytes()...)
	default:
		return nil
	}
}

func failure(thrown goja.Value) (f *Failure) {
	f = &Failure{Message: "it threw a value that cannot be shown", Stack: "it threw a value that cannot be shown"}
	defer func() {
		_ = recover() // its toString or stack threw in turn: what is known so far must do
	}()
	f.Message = thrown.String()
	f.Stack = f.Message
	if object, ok := thrown.(*goja.Object); ok {
		if stack := object.Get("stack"); stack != nil && stack.String() != "" {
			f.Stack = stack.String()
		}
	}
	return f
}

// explain turns goja's errors into those that callers know.
func explain(ctx context.Context, err error) error {
	var interrupted *goja.InterruptedError
	var thrown *goja.Exception
	var deep *goja.StackOverflowError
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil, errors.As(err, &interrupted):
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		return err
	case errors.As(err, &deep):
		return &Failure{Message: "too much recursion", Stack: deep.String()}
	case errors.As(err, &thrown):
		return failure(thrown.Value())
	default:
		return err
	}
}

// log writes what the function prints.
func (i *isolate) log(level, text string) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		l = slog.LevelInfo
	}
	slog.Log(i.now.ctx, l, "function says", "function", i.fn.Name, "text", text)
}

// throw raises a TypeError in the function.
func (i *isolate) throw(format string, args ...any) {
	panic(i.vm.NewTypeError(fmt.Sprintf(format, args...)))
}
