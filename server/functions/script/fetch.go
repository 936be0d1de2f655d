package script

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"time"

	"code.dny.dev/ssrf"
	"github.com/dop251/goja"
	"github.com/jackc/pgx/v5/pgconn"
)

// newClient reaches public addresses alone, and the networks that were allowed
// by name. The guard looks at the address that is dialled, so neither a name
// that resolves inwards nor a redirect gets around it.
func newClient(networks []string) *http.Client {
	options := []ssrf.Option{ssrf.WithAnyPort(), ssrf.WithNetworks("tcp4", "tcp6")}
	for _, cidr := range networks {
		prefix, err := netip.ParsePrefix(cidr)
		switch {
		case err != nil: // config has said so
		case prefix.Addr().Is4():
			options = append(options, ssrf.WithAllowedV4Prefixes(prefix))
		default:
			options = append(options, ssrf.WithAllowedV6Prefixes(prefix))
		}
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second, Control: ssrf.New(options...).Safe}
	return &http.Client{Transport: &http.Transport{
		DialContext: dialer.DialContext, TLSHandshakeTimeout: 10 * time.Second, ForceAttemptHTTP2: true,
		MaxIdleConnsPerHost: 16, IdleConnTimeout: time.Minute,
	}}
}

// longestAnswer bounds what fetch reads into memory.
const longestAnswer = 32 << 20

type fetchRequest struct {
	URL      string     `json:"url"`
	Method   string     `json:"method"`
	Headers  [][]string `json:"headers"`
	Redirect string     `json:"redirect"`
}

// fetch is the primitive behind fetch: it answers how to give up.
func (i *isolate) fetch(given *goja.Object, resolve, reject goja.Callable) func() {
	t := i.now
	ctx, cancel := context.WithCancel(t.ctx)
	var in fetchRequest
	if err := i.vm.ExportTo(given, &in); err != nil {
		i.throw("fetch: %v", err)
	}
	body := bytesOf(given.Get("body"))
	t.ask(func() func() error {
		defer cancel()
		answer, content, err := i.fn.host.do(ctx, &in, body) //nolint:bodyclose // do has read it to its end and closed it
		return func() error {
			if err != nil {
				_, err := reject(goja.Undefined(), i.vm.ToValue("fetch failed: "+err.Error()))
				return err
			}
			_, err := resolve(goja.Undefined(), i.fetched(answer, content))
			return err
		}
	})
	return cancel
}

func (h *Host) do(ctx context.Context, in *fetchRequest, body []byte) (*http.Response, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, in.Method, in.URL, bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	if req.URL.Scheme != "http" && req.URL.Scheme != "https" {
		return nil, nil, fmt.Errorf("%s: is no scheme for fetch", req.URL.Scheme)
	}
	for _, pair := range in.Headers {
		req.Header.Add(pair[0], pair[1])
	}
	client := *h.client
	if in.Redirect != "follow" {
		client.CheckRedirect = func(*http.Request, []*http.Request) error {
			if in.Redirect == "error" {
				return errors.New("it is redirected")
			}
			return http.ErrUseLastResponse
		}
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer res.Body.Close()
	content, err := io.ReadAll(io.LimitReader(res.Body, longestAnswer+1))
	if err == nil && len(content) > longestAnswer {
		err = fmt.Errorf("the answer is over %d bytes", longestAnswer)
	}
	return res, content, err
}

func (i *isolate) fetched(res *http.Response, content []byte) goja.Value {
	var headers []any
	for name, values := range res.Header {
		for _, value := range values {
			headers = append(headers, i.vm.NewArray(name, value))
		}
	}
	object := i.vm.NewObject()
	for name, value := range map[string]any{
		"status": res.StatusCode, "statusText": http.StatusText(res.StatusCode), "headers": i.vm.NewArray(headers...),
		"body": i.vm.NewArrayBuffer(content), "url": res.Request.URL.String(), "redirected": res.Request.Response != nil,
	} {
		_ = object.Set(name, value) // a plain object takes any member
	}
	return object
}

// query is the primitive behind db.query.
func (i *isolate) query(sql string, params []any, resolve, reject goja.Callable) {
	t := i.now
	if t.query == nil {
		i.throw("the database is there for requests, not while the file loads")
	}
	t.ask(func() func() error {
		rows, err := t.query(t.ctx, sql, params)
		return func() error {
			if err != nil {
				_, err := reject(goja.Undefined(), i.refused(err))
				return err
			}
			_, err := resolve(goja.Undefined(), i.vm.ToValue(string(rows)))
			return err
		}
	})
}

// refused is a database's error as the function sees it.
func (i *isolate) refused(err error) goja.Value {
	object := i.vm.NewObject()
	members := map[string]any{"name": "DatabaseError", "message": "the database did not answer"}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		members = map[string]any{
			"name": "DatabaseError", "message": pg.Message, "code": pg.Code, "constraint": pg.ConstraintName, "detail": pg.Detail, "hint": pg.Hint,
		}
	}
	for name, value := range members {
		_ = object.Set(name, value)
	}
	return object
}
