// Package script runs JavaScript and TypeScript functions in this process: each
// file is bundled once, and run in runtimes that are kept for the next request.
//
// The limits of time and memory keep a mistake from taking the server along.
// They are no prison: the functions are the operator's own code.
package script

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dlclark/regexp2/v2"
	"github.com/dop251/goja"
	"golang.org/x/sync/semaphore"

	"howdah/server/config"
)

// Host holds the functions of one folder. A nil Host has none.
type Host struct {
	dir       string
	cfg       config.Functions
	functions atomic.Pointer[map[string]*Function]
	loading   sync.Mutex
	running   *semaphore.Weighted
	memory    *watchdog
	client    *http.Client
}

// New makes a host for dir; Load fills it.
func New(dir string, cfg config.Functions) *Host {
	slots := cfg.Concurrency
	if slots == 0 {
		slots = 4 * runtime.GOMAXPROCS(0)
	}
	// A match that cannot be interrupted gives up only after its function has.
	boundMatches(cfg.Timeout)
	h := &Host{
		dir: dir, cfg: cfg, running: semaphore.NewWeighted(int64(slots)),
		memory: &watchdog{limit: uint64(cfg.MemoryMiB) << 20}, //nolint:gosec // config has checked that it is positive
		client: newClient(cfg.AllowNetworks),
	}
	h.functions.Store(&map[string]*Function{})
	return h
}

var matchesBound sync.Once

// boundMatches is for the process: goja's backtracking has no other hook.
func boundMatches(longest time.Duration) {
	matchesBound.Do(func() { regexp2.DefaultMatchTimeout = longest })
}

// Function is one file, bundled and ready.
type Function struct {
	Name      string
	VerifyJWT bool
	Roles     []string
	Timeout   time.Duration

	host    *Host
	source  string
	program *goja.Program
	idle    chan *isolate
}

// Find answers the function of a name, or nil.
func (h *Host) Find(name string) *Function {
	if h == nil {
		return nil
	}
	return (*h.functions.Load())[name]
}

// Load reads the folder again. Functions that have not changed keep their
// runtimes; one that cannot be built keeps its last good version. It answers
// the names that changed, and every function's error by name.
func (h *Host) Load(ctx context.Context) (changed []string, failed map[string]error) {
	h.loading.Lock()
	defer h.loading.Unlock()
	before := *h.functions.Load()
	after := map[string]*Function{}
	failed = map[string]error{}
	found := map[string]string{}
	var err error
	if h.dir != "" {
		found, err = sources(h.dir)
	}
	if err != nil {
		return nil, map[string]error{"functions/": err}
	}
	for name, path := range found {
		old := before[name]
		fn, err := h.build(ctx, name, path, old)
		if err != nil {
			failed[name] = err
			fn = old
		}
		if fn != nil {
			after[name] = fn
		}
		if fn != old {
			changed = append(changed, name)
		}
	}
	for name := range before {
		if after[name] == nil {
			changed = append(changed, name)
		}
	}
	h.functions.Store(&after)
	slices.Sort(changed)
	return changed, failed
}

// Names lists the functions.
func (h *Host) Names() []string {
	if h == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(*h.functions.Load()))
}

func (h *Host) build(ctx context.Context, name, path string, old *Function) (*Function, error) {
	source, err := bundle(h.dir, path)
	if err != nil {
		return nil, err
	}
	if old != nil && old.source == source {
		return old, nil
	}
	program, err := goja.Compile("functions/"+name, source, false)
	if err != nil {
		return nil, fmt.Errorf("functions/%s: %w", name, err)
	}
	const kept = 16 // idle runtimes; more are made as needed
	fn := &Function{Name: name, VerifyJWT: true, Timeout: h.cfg.Timeout, host: h, source: source, program: program, idle: make(chan *isolate, kept)}
	return fn, fn.configure(ctx)
}

// configure runs the file once and reads its exported config.
func (f *Function) configure(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, f.host.cfg.Timeout)
	defer cancel()
	iso, err := f.open(ctx)
	if err != nil {
		return fmt.Errorf("functions/%s: %w", f.Name, err)
	}
	stop := context.AfterFunc(ctx, func() { iso.vm.Interrupt(context.Cause(ctx)) })
	defer stop()
	described, err := iso.describe(goja.Undefined(), iso.module)
	if err != nil {
		return fmt.Errorf("functions/%s: %w", f.Name, explain(ctx, err))
	}
	var settings struct {
		VerifyJWT *bool    `json:"verify_jwt"`
		Roles     []string `json:"roles"`
		Timeout   *int64   `json:"timeout"`
	}
	if err := iso.vm.ExportTo(described, &settings); err != nil {
		return fmt.Errorf("functions/%s: config: %w", f.Name, err)
	}
	if settings.VerifyJWT != nil {
		f.VerifyJWT = *settings.VerifyJWT
	}
	f.Roles = settings.Roles
	if settings.Timeout != nil {
		f.Timeout = min(f.Timeout, time.Duration(*settings.Timeout)*time.Millisecond)
	}
	f.idle <- iso
	return nil
}

// Errors of Run that are the platform's, not the function's.
var (
	ErrBusy   = errors.New("too many functions are running")
	ErrMemory = errors.New("the function used too much memory")
	ErrSlow   = errors.New("the function took too long")
)

// queueFor is how long a request waits for others to end.
const queueFor = 5 * time.Second

// Run calls the function with a request and a way to the database.
func (f *Function) Run(ctx context.Context, in *Request, query Query) (*Response, error) {
	wait, cancel := context.WithTimeoutCause(ctx, queueFor, ErrBusy)
	err := f.host.running.Acquire(wait, 1)
	cancel()
	if err != nil {
		return nil, context.Cause(wait)
	}
	ctx, stop := context.WithTimeoutCause(ctx, f.Timeout, ErrSlow)
	defer stop()
	watched, end := f.host.memory.watch(ctx)
	done := make(chan outcome, 1)
	go func() {
		o := f.serve(watched, in, query)
		end() // before anyone hears of it: the next must not be taken for its fellow
		f.host.running.Release(1)
		done <- o
	}()
	select {
	case o := <-done:
		return o.out, o.err
	case <-watched.Done():
	}
	// It is interrupted between two instructions. One that takes long, such as a
	// regular expression, keeps its slot until it is through; nobody waits for it.
	select {
	case o := <-done:
		return o.out, o.err
	case <-time.After(unwinding):
		return nil, context.Cause(watched)
	}
}

// unwinding is how long an interrupted function has to end by itself.
const unwinding = 250 * time.Millisecond

type outcome struct {
	out *Response
	err error
}

// serve runs one request in an idle runtime, or a new one. A panic is of goja
// or of this package, and ends the function alone.
func (f *Function) serve(ctx context.Context, in *Request, query Query) (o outcome) {
	defer func() {
		if r := recover(); r != nil {
			o = outcome{nil, explain(ctx, panicked(r))}
		}
	}()
	var iso *isolate
	select {
	case iso = <-f.idle:
	default:
		var err error
		if iso, err = f.open(ctx); err != nil {
			return outcome{nil, err}
		}
	}
	out, whole, err := iso.run(ctx, in, query)
	if whole {
		select {
		case f.idle <- iso:
		default: // enough are idle
		}
	}
	return outcome{out, err}
}

// panicked is what goja panics with where JavaScript runs outside of a call,
// such as in a getter or a toString.
func panicked(r any) error {
	if err, ok := r.(error); ok {
		return err
	}
	if value, ok := r.(goja.Value); ok {
		return &Failure{Message: "it threw a value that cannot be shown", Stack: fmt.Sprint(value.ExportType())}
	}
	return &Failure{Message: "the runtime failed", Stack: fmt.Sprint(r)}
}
