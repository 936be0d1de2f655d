package hooks

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"howdah/server/db"
)

const askSQL = `select question, answer from auth.ask(_function => $1, _arguments => $2)`

// Asker calls flows in SQL and gives them the answers of HTTP hooks.
type Asker struct {
	*Client
	Pool   *db.Pool
	recent recent
}

// inside are the events that a flow waits for; what the others are told leaves as a job.
var inside = []string{"custom_access_token", "password_verification_attempt", "mfa_verification_attempt", "before_user_created"}

// asks says whether any flow may have to wait.
func (a *Asker) asks() bool {
	return slices.ContainsFunc(inside, func(event string) bool { return a.has(event) })
}

func (a *Asker) has(event string) bool {
	_, ok := a.hooks[event]
	return ok
}

// question is what a flow needs to know, and what it then is given.
type question struct {
	ID     string          `json:"id,omitempty"`
	Event  string          `json:"event"`
	Key    string          `json:"key"`
	Input  json.RawMessage `json:"input,omitempty"`
	Answer json.RawMessage `json:"answer,omitempty"`
}

// rounds is how many questions a call may have. A flow has three at most; one whose
// answer no longer fits, as things changed meanwhile, is asked anew.
const rounds = 6

// Call calls a function of sql/auth or of a domain that issues tokens, as the caller
// if there is one. sql names its arguments. Without settings among them, or without an
// HTTP hook, that is all. With one, it calls again after each question, with the same ids
// for what the flow makes: a hook hears of the user that there will be.
func Call[T any](ctx context.Context, a *Asker, caller *db.Caller, sql string, args ...any) (T, error) {
	if !a.asks() || !strings.Contains(sql, "_settings => ") {
		return call[T](ctx, a.Pool, caller, sql, args...)
	}
	out, _, err := ask[T](ctx, a, caller, sql, args)
	return out, err
}

// CallEvenly is Call for a flow that asks the event's hook about some accounts and
// not about others, of which the answer must not tell.
func CallEvenly[T any](ctx context.Context, a *Asker, event, sql string, args ...any) (T, error) {
	if !a.asks() {
		return call[T](ctx, a.Pool, nil, sql, args...)
	}
	out, asked, err := ask[T](ctx, a, nil, sql, args)
	if err == nil && a.has(event) && !slices.Contains(asked, event) {
		err = a.recent.repeat(ctx, event)
	}
	return out, err
}

// Through is Call for a domain that cannot import this package: the function's row as
// JSON, or nil where no flow has to wait and the domain calls as it always does.
func (a *Asker) Through(ctx context.Context, sql string, args ...any) (json.RawMessage, error) {
	if !a.asks() {
		return nil, nil
	}
	out, _, err := ask[json.RawMessage](ctx, a, nil, sql, args)
	return out, err
}

func call[T any](ctx context.Context, pool *db.Pool, caller *db.Caller, sql string, args ...any) (T, error) {
	if caller != nil {
		return db.RowAs[T](ctx, pool, caller, sql, args...)
	}
	return db.CallRow[T](ctx, pool, sql, args...)
}

func ask[T any](ctx context.Context, a *Asker, caller *db.Caller, sql string, args []any) (out T, asked []string, err error) {
	function, given, err := named(sql, args)
	if err != nil {
		return out, nil, err
	}
	answers := []question{} // null is no list
	ids := map[string]any{"new_user_id": uuid.New(), "new_session_id": uuid.New()}
	for range rounds {
		ids["hook_answers"] = answers
		if given["_settings"], err = with(given["_settings"], ids); err != nil {
			return out, asked, err
		}
		arguments, err := json.Marshal(given)
		if err != nil {
			return out, asked, fmt.Errorf("arguments of %s: %w", function, err)
		}
		row, err := call[struct{ Question, Answer json.RawMessage }](ctx, a.Pool, caller, askSQL, function, json.RawMessage(arguments))
		if err != nil {
			return out, asked, err
		}
		if row.Question == nil {
			return out, asked, json.Unmarshal(row.Answer, &out)
		}
		var q question
		if err := json.Unmarshal(row.Question, &q); err != nil {
			return out, asked, fmt.Errorf("question of %s: %w", function, err)
		}
		if q.Answer, err = a.answer(ctx, q); err != nil {
			return out, append(asked, q.Event), err
		}
		q.ID, q.Input = "", nil
		answers, asked = append(answers, q), append(asked, q.Event)
	}
	return out, asked, failed("The hooks' answers did not fit: what they were asked about kept changing")
}

// answer asks a question's hook; how that went is what unknown accounts repeat.
func (a *Asker) answer(ctx context.Context, q question) (json.RawMessage, error) {
	done := a.recent.begin(q.Event)
	answer, err := a.Ask(ctx, q.Event, q.ID, q.Input)
	if ctx.Err() == nil {
		done(err)
	}
	return answer, err
}

var (
	called   = regexp.MustCompile(`from ([a-z_]+\.[a-z_]+)\(`)
	argument = regexp.MustCompile(`(_[a-z0-9_]+) => \$(\d+)`)
)

// named reads the function and the names of the arguments off a call.
func named(sql string, args []any) (function string, given map[string]any, err error) {
	name := called.FindStringSubmatch(sql)
	pairs := argument.FindAllStringSubmatch(sql, -1)
	if name == nil || len(pairs) != len(args) {
		return "", nil, fmt.Errorf("%q is no call in named notation of %d arguments", sql, len(args))
	}
	given = map[string]any{}
	for _, pair := range pairs {
		n, err := strconv.Atoi(pair[2])
		if err != nil || n < 1 || n > len(args) {
			return "", nil, fmt.Errorf("%q has no argument %s", sql, pair[2])
		}
		switch value := args[n-1].(type) {
		case []byte: // as PostgreSQL writes it
			given[pair[1]] = Bytes(value)
		default:
			given[pair[1]] = value
		}
	}
	return name[1], given, nil
}

// with is settings and more.
func with(settings any, more map[string]any) (json.RawMessage, error) {
	all := map[string]any{}
	if text, ok := settings.(json.RawMessage); ok {
		if err := json.Unmarshal(text, &all); err != nil {
			return nil, fmt.Errorf("settings: %w", err)
		}
	}
	for name, value := range more {
		all[name] = value
	}
	return json.Marshal(all)
}
