package gen

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"

	"github.com/jackc/pgx/v5"
)

const openAPISQL = `select rest.openapi(_schema => $1, _settings => $2::jsonb)`

// OpenAPI is the data API's OpenAPI document for a schema, with everything in
// it whoever may see it, as served at base.
func OpenAPI(ctx context.Context, ownerURL, schema, base, version string) ([]byte, error) {
	at, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	settings, err := json.Marshal(map[string]any{
		"mode": "ignore-privileges", "security": true, "scheme": at.Scheme, "host": at.Host, "base": at.Path, "version": version,
	})
	if err != nil {
		return nil, err
	}
	conn, err := pgx.Connect(ctx, ownerURL)
	if err != nil {
		return nil, fmt.Errorf("connect as the owner: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var doc []byte
	if err := conn.QueryRow(ctx, openAPISQL, schema, string(settings)).Scan(&doc); err != nil {
		return nil, fmt.Errorf("describe the API: %w", err)
	}
	var out bytes.Buffer
	if err := json.Indent(&out, doc, "", "  "); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}
