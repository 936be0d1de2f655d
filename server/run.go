package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"time"
)

// Listen opens the port. Port 0 takes a free one; ExternalURL follows.
func Listen(ctx context.Context, host string, port int) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(port)))
	if err != nil {
		return nil, fmt.Errorf("listen on %s:%d: %w (is another server running? set PORT, or PORT=0 for a free one)", host, port, err)
	}
	return l, nil
}

// Serve answers on l until ctx ends, then drains: readiness goes off, no new
// connection is taken, requests under way get grace to finish, the pool
// closes. Requests do not depend on ctx, so that its end does not cut them.
func (s *Server) Serve(ctx context.Context, l net.Listener, grace time.Duration) error {
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	done := s.start(background)
	hs := &http.Server{
		Handler:           s.echo,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       s.readTimeout,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(slog.Default().Handler(), slog.LevelDebug),
		BaseContext:       func(net.Listener) context.Context { return background },
	}
	failed := make(chan error, 1)
	go func() { failed <- hs.Serve(l) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	s.health.Drain()
	drain, cancel := context.WithTimeout(background, grace)
	defer cancel()
	err := hs.Shutdown(drain)
	if errors.Is(err, context.DeadlineExceeded) {
		slog.Warn("requests still under way are cut", "grace", grace.String())
		err = hs.Close()
	}
	stop()
	<-done
	s.pool.Close()
	return err
}
