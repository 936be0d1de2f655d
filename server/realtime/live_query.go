package realtime

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// answer collects what the REST handler writes.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) { a.status = status }

func (a *answer) Write(b []byte) (int, error) { return a.body.Write(b) }

var errNotRows = errors.New("the query answers no list of rows")

// query runs a REST query as a caller.
func (s *Service) query(ctx context.Context, who *caller, path string) (rows []json.RawMessage, refused []byte, err error) {
	bounded, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(bounded, http.MethodGet, s.RestPrefix+path, http.NoBody)
	if err != nil {
		return nil, []byte(`{"status":400,"error":{"message":"query is no path"}}`), nil
	}
	r.Header.Set("Accept", "application/json")
	if who.token != "" {
		r.Header.Set("Authorization", "Bearer "+who.token)
	}
	a := &answer{header: http.Header{}, status: http.StatusOK}
	s.Rest.ServeHTTP(a, r)
	body := bytes.TrimSpace(a.body.Bytes())
	if a.status >= http.StatusInternalServerError {
		return nil, nil, fmt.Errorf("live query: status %d", a.status)
	}
	if a.status >= http.StatusBadRequest {
		if !json.Valid(body) {
			body = []byte("{}")
		}
		return nil, fmt.Appendf(nil, `{"status":%d,"error":%s}`, a.status, body), nil
	}
	if err := json.Unmarshal(body, &rows); err != nil {
		return nil, nil, errNotRows
	}
	for i, row := range rows {
		var compact bytes.Buffer
		if err := json.Compact(&compact, row); err == nil {
			rows[i] = compact.Bytes()
		}
	}
	return rows, nil, nil
}
