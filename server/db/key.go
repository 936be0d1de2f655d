package db

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"

	"howdah/server/token"
)

type keyHits struct{}

// WithKeyHits tells the callers of a request how often its API key was counted
// on this node without the database knowing.
func WithKeyHits(ctx context.Context, hits int) context.Context {
	return context.WithValue(ctx, keyHits{}, hits)
}

// UseKey makes the caller an API key's, whose scopes must cover the surface. Until the database has answered, the
// role is believed to be a user's; only settings and logs go by that.
func (c *Caller) UseKey(ctx context.Context, key *token.APIKey, surface string) {
	c.Key, c.KeySurface, c.Role = key, surface, "authenticated"
	c.KeyHits, _ = ctx.Value(keyHits{}).(int)
}

// Surface is the first part of a path: rest, storage, functions, …
func Surface(path string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return strings.ToValidUTF8(strings.ReplaceAll(name, "\x00", ""), "")
}

// ResolveKey asks for the role and claims of a caller who brought an API key,
// for what runs outside the database: a key that does not hold is refused here.
func (p *Pool) ResolveKey(ctx context.Context, c *Caller) error {
	if c.Key == nil {
		return nil
	}
	conn, err := p.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	return c.ResolveKey(ctx, conn)
}

const resolveKeySQL = `select k.role, k.claims
from auth.assume_api_key(_prefix => $1, _mac => $2, _method => $3, _surface => $4, _hits => $5) as k`

// ResolveKey asks for an API key's role and claims ahead, for those who must
// know them before they send the prelude: a round trip more.
func (c *Caller) ResolveKey(ctx context.Context, conn *pgxpool.Conn) error {
	if c.Key == nil {
		return nil
	}
	var claims string
	err := conn.QueryRow(ctx, resolveKeySQL, c.Key.Prefix, c.Key.MAC, c.Method, c.KeySurface, c.KeyHits).Scan(&c.Role, &claims)
	if err != nil {
		return fmt.Errorf("API key: %w", Broken(ctx, conn.Conn(), err))
	}
	c.Key, c.Claims = nil, []byte(claims)
	return nil
}
