package server

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"

	"howdah/server/config"
	"howdah/server/token"
)

// Ask sends one request, as service_role, to a server made for it alone: what
// a command does goes through the API's own rules and audit, whether or not a
// server runs. body is sent as JSON, nil for none.
func Ask(ctx context.Context, c *config.Config, stand *Stand, method, path string, body any) (status int, answer []byte, err error) {
	s, err := New(ctx, c, stand.URL, "")
	if err != nil {
		return 0, nil, err
	}
	defer s.pool.Close()
	ring, err := token.Open(c.KeysDir(), c.Auth)
	if err != nil {
		return 0, nil, err
	}
	key, err := ring.MintAPIKey("service_role")
	if err != nil {
		return 0, nil, err
	}
	text, err := json.Marshal(body)
	if err != nil {
		return 0, nil, err
	}
	r, err := http.NewRequestWithContext(ctx, method, c.Server.ExternalURL+path, bytes.NewReader(text))
	if err != nil {
		return 0, nil, err
	}
	r.RemoteAddr = "127.0.0.1:0"
	r.Header.Set("Authorization", "Bearer "+key)
	r.Header.Set("Apikey", key)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	s.echo.ServeHTTP(w, r)
	return w.Code, w.Body.Bytes(), nil
}
