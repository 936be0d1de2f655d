// Package hooks asks HTTP hooks: what they are told and answer, and how a flow in
// SQL gets an answer without a transaction or a connection waiting for it.
package hooks

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"howdah/server/config"
	"howdah/server/problem"
	"howdah/server/token"
)

// Limits are how long a hook may take and how much it may say.
type Limits struct {
	Total time.Duration // for all tries
	Pause time.Duration // before each but the first
	Tries int
	Bytes int64
}

// GoTrue's.
var defaults = Limits{Total: 5 * time.Second, Pause: 2 * time.Second, Tries: 3, Bytes: 200 << 10}

// Client asks HTTP hooks.
type Client struct {
	hooks  map[string]config.Hook // by event
	Limits Limits
	http   *http.Client
}

// NewClient knows the HTTP hooks of the configuration.
func NewClient(c config.Hooks) *Client {
	client := &Client{hooks: map[string]config.Hook{}, Limits: defaults, http: &http.Client{
		// What one address is told is for no other.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy: nil, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 16, IdleConnTimeout: 30 * time.Second, MaxResponseHeaderBytes: 64 << 10,
		},
	}}
	for _, hook := range c.List() {
		if hook.URL != "" {
			client.hooks[hook.Event] = hook
		}
	}
	return client
}

// Events are those that have an HTTP hook.
func (c *Client) Events() []string {
	var out []string
	for event := range c.hooks {
		out = append(out, event)
	}
	return out
}

// errUnreached is a try that got no answer and may be followed by another.
var errUnreached = errors.New("the hook was not reached")

// errBusy is a hook that asks to be called again.
var errBusy = errors.New("the hook has no time")

// Ask posts the input to the event's hook and answers what it answers: JSON, {} for
// none. id is the message's, the same for each try. Errors are what a client may see.
func (c *Client) Ask(ctx context.Context, event, id string, input json.RawMessage) (json.RawMessage, error) {
	hook, ok := c.hooks[event]
	if !ok {
		return nil, failed("There is no HTTP hook for " + event)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, c.Limits.Total, errUnreached)
	defer cancel()
	var err error
	for try := range c.Limits.Tries {
		if try > 0 && !pause(ctx, c.Limits.Pause) {
			break
		}
		var answer json.RawMessage
		answer, err = c.once(ctx, hook, id, input)
		if ctx.Err() != nil || !errors.Is(err, errUnreached) && !errors.Is(err, errBusy) {
			if err == nil {
				return answer, nil
			}
			break
		}
	}
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, errUnreached):
		return nil, problem.New(http.StatusUnprocessableEntity, "hook_timeout",
			"Failed to reach hook within maximum time of "+strconv.FormatFloat(c.Limits.Total.Seconds(), 'f', 6, 64)+" seconds")
	case cause != nil:
		return nil, cause // the request itself is over
	case errors.Is(err, errUnreached):
		return nil, problem.New(http.StatusUnprocessableEntity, "hook_timeout_after_retry", "Failed to reach hook after maximum retries")
	case errors.Is(err, errBusy):
		return nil, failed("Service currently unavailable due to hook")
	default:
		return nil, err
	}
}

// Tell posts what needs no answer; an answer may be an error all the same. final says
// that the hook will not think better of it.
func (c *Client) Tell(ctx context.Context, event, id string, input json.RawMessage) (final bool, err error) {
	if _, ok := c.hooks[event]; !ok {
		return true, errors.New("HOOK_" + strings.ToUpper(event) + "_URI names no HTTP hook any more")
	}
	text, err := c.Ask(ctx, event, id, input)
	if err != nil {
		return false, err
	}
	var answer struct {
		Error struct {
			HTTPCode int `json:"http_code"`
			Message  string
		}
	}
	if err := json.Unmarshal(text, &answer); err != nil || answer.Error.Message == "" {
		return false, err
	}
	code := answer.Error.HTTPCode
	final = code >= 400 && code < 500 && code != http.StatusRequestTimeout && code != http.StatusTooManyRequests
	return final, errors.New("the hook answered an error, " + strconv.Itoa(code)) // what it says may repeat the code
}

// pause is false when time is up.
func pause(ctx context.Context, d time.Duration) bool {
	wait := time.NewTimer(d)
	defer wait.Stop()
	select {
	case <-wait.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func failed(message string) *problem.Problem {
	return problem.New(http.StatusInternalServerError, "unexpected_failure", message)
}

// once is one try.
func (c *Client) once(ctx context.Context, hook config.Hook, id string, input []byte) (json.RawMessage, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, hook.URL, bytes.NewReader(input))
	if err != nil {
		return nil, failed("Hook failed to make request object")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Howdah")
	req.Header.Set("Accept-Encoding", "identity")
	// GoTrue joins signatures by ", "; verifiers split at blanks, and would not know the first.
	token.SignWebhook(req.Header, id, time.Now(), input, hook.Keys...)
	res, err := c.http.Do(req)
	if err != nil {
		return nil, errUnreached // the cause names the address alone, which may hold a secret
	}
	defer res.Body.Close()
	switch res.StatusCode {
	case http.StatusNoContent:
		return json.RawMessage("{}"), nil
	case http.StatusOK, http.StatusAccepted:
		return c.read(res)
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		if res.Header.Get("Retry-After") != "" {
			return nil, errBusy
		}
		return nil, failed("Service currently unavailable due to hook")
	case http.StatusBadRequest:
		return nil, failed("Invalid payload sent to hook")
	case http.StatusUnauthorized:
		return nil, failed("Hook requires authorization token")
	default:
		return nil, failed("Unexpected status code returned from hook: " + strconv.Itoa(res.StatusCode))
	}
}

func (c *Client) read(res *http.Response) (json.RawMessage, error) {
	kind, _, err := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return nil, problem.New(http.StatusBadRequest, "hook_payload_invalid_content_type", "Invalid JSON response of the hook: its Content-Type must be application/json")
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, c.Limits.Bytes+1))
	switch {
	case err != nil:
		return nil, errUnreached
	case int64(len(body)) > c.Limits.Bytes:
		return nil, problem.New(http.StatusUnprocessableEntity, "hook_payload_over_size_limit",
			"Payload size exceeded size limit of "+strconv.FormatInt(c.Limits.Bytes, 10)+" bytes")
	case !isObject(body):
		return nil, failed("Error unmarshaling JSON output.")
	}
	return body, nil
}

// isObject says whether text is a JSON object that PostgreSQL can keep.
func isObject(text []byte) bool {
	var object map[string]json.RawMessage
	return json.Unmarshal(text, &object) == nil && object != nil && !bytes.Contains(text, []byte(`\u0000`))
}
