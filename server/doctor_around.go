package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"howdah/server/config"
	"howdah/server/token"
)

const (
	clockSQL = `select clock_timestamp(), current_setting('max_connections')::int`
	dataSQL  = `select current_setting('data_directory')`
)

// apart is how far two clocks may be: tokens forgive as much.
const apart = 30 * time.Second

// aroundChecked is what neither the files nor the database know alone.
func aroundChecked(ctx context.Context, c *config.Config, conn *pgx.Conn) ([]Finding, error) {
	var now time.Time
	var most int32
	asked := time.Now()
	if err := conn.QueryRow(ctx, clockSQL).Scan(&now, &most); err != nil {
		return nil, err
	}
	halfway := asked.Add(time.Since(asked) / 2)
	off := halfway.Sub(now).Abs()
	out := []Finding{
		{
			Check: "the clocks of server and database agree", OK: off < apart,
			Detail: fmt.Sprintf("they are %s apart", off.Round(time.Millisecond)), Fix: "run an NTP client on both machines",
		},
		{
			Check: "the pool fits into the database's connections", OK: c.DB.PoolMax+5 <= most,
			Detail: fmt.Sprintf("DB_POOL_MAX_SIZE is %d, max_connections %d", c.DB.PoolMax, most), Fix: fmt.Sprintf("set DB_POOL_MAX_SIZE=%d, or: alter system set max_connections = %d; and restart PostgreSQL", max(most-5, 1), c.DB.PoolMax+20),
		},
	}
	if c.Auth.JWTSecret != "" {
		out = append(out, Finding{
			Check: "no symmetric secret verifies tokens", Detail: "JWT_SECRET is set: whoever knows it can be anybody", Fix: "unset JWT_SECRET once the tokens that it signed have expired",
		})
	}
	for _, line := range c.WeakSecrets() {
		out = append(out, Finding{Check: "configured secrets cannot be guessed", Detail: line, Fix: "howdah env gen-secret"})
	}
	if disk, known := diskChecked(ctx, conn); known {
		out = append(out, disk)
	}
	return append(append(out, secretsChecked(c)...), jwksChecked(ctx, c)), nil
}

// diskChecked looks at the data directory where it lies on this machine.
func diskChecked(ctx context.Context, conn *pgx.Conn) (Finding, bool) {
	host := conn.Config().Host
	if ip := net.ParseIP(host); !filepath.IsAbs(host) && host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return Finding{}, false
	}
	var dir string
	if err := conn.QueryRow(ctx, dataSQL).Scan(&dir); err != nil {
		return Finding{}, false // not every owner may know
	}
	return diskFinding(dir)
}

// roomy is how much of a disk should be free: a twentieth, or a gigabyte.
const roomy, roomyBytes = 20, 1 << 30

func diskFinding(dir string) (Finding, bool) {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		return Finding{}, false
	}
	free, all := fs.Bavail*uint64(fs.Bsize), fs.Blocks*uint64(fs.Bsize) //nolint:gosec // sizes are not negative
	return Finding{
		Check: "the disk of the database has room", OK: free >= min(all/roomy, roomyBytes),
		Detail: fmt.Sprintf("%d of %d MiB are free in %s", free>>20, all>>20, dir), Fix: "make room, or a bigger disk: PostgreSQL stops when it is full",
	}, true
}

// secretsChecked reminds of keys and secrets that are to be rotated or pruned.
func secretsChecked(c *config.Config) []Finding {
	keys, err := token.Keys(c.KeysDir())
	if err != nil {
		return nil // keysChecked has said so
	}
	var out []Finding
	for _, k := range keys {
		if k.State == token.Active && time.Since(k.CreatedAt) > 2*365*24*time.Hour {
			out = append(out, Finding{Check: "the signing key is renewed now and then", Level: "info", Detail: k.KID + " signs since " + k.CreatedAt.Format(time.DateOnly), Fix: "howdah keygen rotate"})
		}
	}
	secrets, err := token.Secrets(c.KeysDir())
	if err != nil {
		return out
	}
	for _, s := range secrets {
		if s.PruneAt != nil && time.Now().After(*s.PruneAt) {
			out = append(out, Finding{Check: "retired secrets are pruned", Level: "info", Detail: fmt.Sprintf("%s of %s is past its grace", s.ID, s.Purpose), Fix: "howdah secret prune " + string(s.Purpose)})
		}
	}
	return out
}

// jwksChecked asks the server that runs here, if one does, for its JWKS: it
// must publish the key that signs, or other services refuse every token.
func jwksChecked(ctx context.Context, c *config.Config) Finding {
	f := Finding{Check: "the JWKS publishes the key that signs"}
	if !Find(ctx, c) {
		return Finding{Check: f.Check, Level: "info", Detail: "no server answers at " + c.Server.ExternalURL, Fix: "howdah serve, then ask again"}
	}
	published, err := fetchJWKS(ctx, c.Server.ExternalURL+"/auth/v1/.well-known/jwks.json")
	if err != nil {
		f.Detail, f.Fix = err.Error(), "howdah info tells the server's address; API_EXTERNAL_URL must be where it is reached"
		return f
	}
	keys, err := token.Keys(c.KeysDir())
	if err != nil {
		f.Detail, f.Fix = err.Error(), "howdah keygen init"
		return f
	}
	for _, k := range keys {
		if k.State == token.Active && !published[k.KID] {
			f.Detail, f.Fix = "the server does not publish "+k.KID, "copy "+c.KeysDir()+" to each server: they take it over within seconds"
			return f
		}
	}
	f.OK, f.Detail = true, fmt.Sprintf("%d keys", len(published))
	return f
}

func fetchJWKS(ctx context.Context, url string) (map[string]bool, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, errors.New(url + " does not answer")
	}
	defer res.Body.Close()
	var set struct {
		Keys []struct {
			KID string `json:"kid"`
		} `json:"keys"`
	}
	if err := json.NewDecoder(res.Body).Decode(&set); err != nil || res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %d", url, res.StatusCode)
	}
	out := map[string]bool{}
	for _, k := range set.Keys {
		out[k.KID] = true
	}
	return out, nil
}
