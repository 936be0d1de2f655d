package server

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"howdah/server/config"
	"howdah/server/db/cluster"
)

// A server leaves its address under HOWDAH_HOME, so that `howdah keys` and
// `howdah info` find one that took a free port.

type announcement struct {
	URL string `json:"url"`
	PID int    `json:"pid"`
}

func announcementPath(c *config.Config) string { return filepath.Join(c.Home, "server.json") }

// Announce writes the server's address down; the returned function takes it back.
func Announce(c *config.Config) (forget func(), err error) {
	text, err := json.Marshal(announcement{URL: c.Server.ExternalURL, PID: os.Getpid()})
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(c.Home, 0o700); err != nil {
		return nil, err
	}
	path := announcementPath(c)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		return nil, fmt.Errorf("write down the address: %w", err)
	}
	return func() {
		var now announcement
		if text, err := os.ReadFile(path); err == nil && json.Unmarshal(text, &now) == nil && now.PID == os.Getpid() {
			_ = os.Remove(path) // a stale one does no harm: Find dials
		}
	}, nil
}

// Find sets ExternalURL to the address of the server that runs on this
// HOWDAH_HOME, and says whether one answers.
func Find(ctx context.Context, c *config.Config) bool {
	var found announcement
	text, err := os.ReadFile(announcementPath(c))
	if err != nil || json.Unmarshal(text, &found) != nil || !answers(ctx, found.URL) {
		return answers(ctx, c.Server.ExternalURL)
	}
	c.Moved(found.URL)
	return true
}

func answers(ctx context.Context, address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	port := u.Port()
	if port == "" {
		port = u.Scheme
	}
	dialer := net.Dialer{Timeout: time.Second}
	conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}

// OwnerURL is the owner's connection without starting anything; empty when
// there is no database yet.
func OwnerURL(c *config.Config) string {
	if c.DB.URL != "" {
		return c.DB.URL.Reveal()
	}
	info, err := cluster.Describe(c.Home)
	if err != nil {
		return ""
	}
	return info.URL
}
