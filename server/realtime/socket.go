package realtime

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/olahol/melody"
)

// socket is one connection and its channels.
type socket struct {
	session *melody.Session
	service *Service
	version version
	caller  *caller // of the connection's key
	headers []byte  // x- headers of the handshake, as JSON

	waiting      atomic.Int64 // messages that are queued
	waitingBytes atomic.Int64
	dropped      atomic.Bool
	heard        atomic.Int64 // when the last frame came, Unix ms
	emptySince   atomic.Int64 // since when there is no channel; 0 while there are

	mu       sync.Mutex
	channels map[string]*channel // by wire topic

	joins, events, presence limit      // touched by the reading goroutine alone
	lot                     []delivery // touched by the feed alone: what it is about to tell
}

const (
	socketKey = "socket"
	reserved  = 16               // room in a queue for what a dropped socket is told
	maxQueued = 64 << 20         // bytes that may wait for one socket
	idleClose = 10 * time.Minute // a socket without channels
	topicRoot = "realtime:"
)

// connect answers GET /websocket: the handshake.
func (s *Service) connect(c echo.Context) error {
	r := c.Request()
	key, given := r.Header.Get("X-Api-Key"), true
	if key == "" {
		given = r.URL.Query().Has("apikey")
		key = r.URL.Query().Get("apikey")
	}
	if !given {
		return refuse(c, http.StatusUnauthorized, "API key is missing")
	}
	who, err := s.identify(key)
	if err != nil {
		return refuse(c, http.StatusUnauthorized, handshakeReason(err))
	}
	select {
	case <-s.ready:
	default:
		return refuse(c, http.StatusServiceUnavailable, "Realtime is starting; try again")
	}
	if s.open.Add(1) > int64(s.Config.MaxConnections) {
		s.open.Add(-1)
		return refuse(c, http.StatusTooManyRequests, "Too many connected users")
	}
	defer s.open.Add(-1)
	sock := &socket{service: s, version: v2, caller: who, headers: handshakeHeaders(r), channels: map[string]*channel{}}
	if strings.HasPrefix(r.URL.Query().Get("vsn"), "1.") {
		sock.version = v1
	}
	now := time.Now().UnixMilli()
	sock.heard.Store(now)
	sock.emptySince.Store(now)
	err = s.sockets.HandleRequestWithKeys(hijackable(c, sock), r, map[string]any{socketKey: sock})
	if err != nil && !errors.Is(err, melody.ErrClosed) {
		slog.DebugContext(r.Context(), "handshake", "error", err)
		return nil // the upgrader has answered
	}
	return nil
}

func refuse(c echo.Context, status int, why string) error {
	return c.JSON(status, map[string]string{"error": why})
}

// originAllowed checks a browser's origin. Tokens are not cookies, so that a
// foreign page gains nothing: any origin will do unless some are configured.
func (s *Service) originAllowed(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if len(s.Config.Origins) == 0 || origin == "" || slices.Contains(s.Config.Origins, "*") {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && (slices.Contains(s.Config.Origins, u.Scheme+"://"+u.Host) || u.Host == r.Host)
}

func of(ms *melody.Session) *socket { return ms.Keys[socketKey].(*socket) }

func (s *Service) connected(ms *melody.Session) {
	sock := of(ms)
	sock.session = ms
	sock.session.Request = nil // keeps the handshake's buffers alive otherwise
}

func (s *Service) disconnected(ms *melody.Session) {
	sock := of(ms)
	for _, c := range sock.list() {
		c.end()
	}
}

func sent(ms *melody.Session, frame []byte) {
	sock := of(ms)
	sock.waiting.Add(-1)
	sock.waitingBytes.Add(-int64(len(frame)))
}

func (sock *socket) list() []*channel {
	sock.mu.Lock()
	defer sock.mu.Unlock()
	out := make([]*channel, 0, len(sock.channels))
	for _, c := range sock.channels {
		out = append(out, c)
	}
	return out
}

func (sock *socket) channel(topic string) *channel {
	sock.mu.Lock()
	defer sock.mu.Unlock()
	return sock.channels[topic]
}

// send queues a frame. A socket that does not keep up is told so and dropped:
// it can come back and resume, and nobody else waits for it.
func (sock *socket) send(frame []byte, isBinary bool) {
	if sock.dropped.Load() {
		return
	}
	limit := int64(sock.service.Config.QueueSize)
	queued, size := sock.waiting.Add(1), sock.waitingBytes.Add(int64(len(frame)))
	if queued > limit || size > maxQueued && queued > 1 {
		sock.drop("The client reads too slowly; connect again and resume")
		return
	}
	sock.write(frame, isBinary)
}

func (sock *socket) write(frame []byte, isBinary bool) {
	if isBinary {
		_ = sock.session.WriteBinary(frame) // closed: nobody is there to be told
		return
	}
	_ = sock.session.Write(frame) // likewise
}

// drop tells the socket why and closes it.
func (sock *socket) drop(why string) {
	if !sock.dropped.CompareAndSwap(false, true) {
		return
	}
	told, channels := 0, sock.list()
	for _, c := range channels {
		if told++; told < reserved-2 {
			sock.waiting.Add(1)
			sock.write(sock.version.encode(nil, nil, c.topic, "system", systemPayload("system", "error", why, c.room.Topic, "")), false)
		}
	}
	_ = sock.session.Close()      // closed already is closed
	sock.service.work.Go(func() { // the caller may hold a room's or a channel's lock
		for _, c := range channels {
			c.end()
		}
	})
}

// dropSilent drops sockets that missed their heartbeats, or have had no channel for long.
func (s *Service) dropSilent() {
	all, err := s.sockets.Sessions()
	if err != nil {
		return
	}
	now := time.Now()
	silent := now.Add(-time.Duration(s.Config.HeartbeatTimeout) * time.Second).UnixMilli()
	idle := now.Add(-idleClose).UnixMilli()
	for _, ms := range all {
		sock := of(ms)
		if empty := sock.emptySince.Load(); sock.heard.Load() < silent || empty != 0 && empty < idle {
			_ = ms.Close() // closed already is closed
		}
	}
}

// limit counts events in windows.
type limit struct {
	began time.Time
	n     int
}

func (l *limit) over(most int, window time.Duration) bool {
	now := time.Now()
	if now.Sub(l.began) >= window {
		l.began, l.n = now, 0
	}
	l.n++
	return l.n > most
}
