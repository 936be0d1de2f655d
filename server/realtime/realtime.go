// Package realtime holds the sockets of /realtime/v1: database changes,
// broadcast, presence and live queries over Phoenix channels. SQL decides what
// changed and who may see it; this package carries it.
package realtime

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/olahol/melody"

	"howdah/server/config"
	"howdah/server/db"
	"howdah/server/token"
)

// Deps is what realtime needs of the rest of the server.
type Deps struct {
	Pool       *db.Pool
	Listener   *db.Listener
	Verifier   token.Verifier
	Config     config.Realtime
	AnonRole   string
	SearchPath string       // what policies run with, quoted
	Rest       http.Handler // answers the queries that clients keep live; nil for none
	RestPrefix string       // where Rest serves
	Demo       bool         // serve the chat page
}

// Service is the domain.
type Service struct {
	Deps
	node    [16]byte
	nodeID  string
	sockets *melody.Melody
	open    atomic.Int64
	refs    atomic.Uint64
	rooms   rooms
	feed    *feed
	bus     bus
	cluster *cluster
	ctx     context.Context //nolint:containedctx // sockets outlive the requests that opened them: their work ends with Run
	ready   chan struct{}   // closed when Run has put this node down
	beatNow chan struct{}
	work    sync.WaitGroup
}

// New makes the service; nothing runs before Run.
func New(d Deps) *Service {
	s := &Service{Deps: d, ready: make(chan struct{}), beatNow: make(chan struct{}, 1), ctx: context.Background()}
	_, _ = rand.Read(s.node[:]) // never fails, says its documentation
	s.nodeID = uuidOf(s.node)
	s.rooms.members = map[room]map[*channel]struct{}{}
	s.feed = newFeed(s)
	s.cluster = newCluster(s)
	if d.Config.Bus == "nats" {
		s.bus = newNATS(d.Config.NATSURL.Reveal(), s.nodeID)
	} else {
		s.bus = newPostgresBus(d.Pool, s.nodeID)
	}
	s.sockets = melody.New()
	s.sockets.Config.MessageBufferSize = d.Config.QueueSize + reserved
	s.sockets.Config.MaxMessageSize = d.Config.MaxFrame
	s.sockets.Upgrader.CheckOrigin = s.originAllowed
	s.sockets.Upgrader.WriteBufferSize, s.sockets.Upgrader.WriteBufferPool = 4<<10, &sync.Pool{} // an idle socket needs none
	s.sockets.HandleConnect(s.connected)
	s.sockets.HandleDisconnect(s.disconnected)
	s.sockets.HandleMessage(func(ms *melody.Session, frame []byte) { s.received(ms, frame, false) })
	s.sockets.HandleMessageBinary(func(ms *melody.Session, frame []byte) { s.received(ms, frame, true) })
	s.sockets.HandleSentMessage(sent)
	s.sockets.HandleSentMessageBinary(sent)
	d.Listener.On("howdah_realtime", func(string) { s.feed.wake() })
	d.Listener.On("howdah_sessions", func(string) { nudge(s.beatNow) })
	return s
}

// uuidOf writes random bytes as a UUID of version 4.
func uuidOf(b [16]byte) string {
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:])
	return strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")
}

func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails, says its documentation
	return uuidOf(b)
}

func nudge(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Mount serves the API below a group.
func (s *Service) Mount(g *echo.Group) {
	g.GET("/websocket", s.connect)
	g.GET("/socket/websocket", s.connect)
	g.POST("/api/broadcast", s.postBroadcast)
	g.POST("/api/broadcast/:topic/events/:event", s.postEvent)
	g.POST("/broadcast/:topic", s.postTopic)
	if s.Demo {
		g.GET("/demo/chat", demoChat)
	}
}

const (
	startNodeSQL = `select realtime.start_node(_node => $1)`
	stopNodeSQL  = `select realtime.stop_node(_node => $1)`
	trimSQL      = `select realtime.trim(_retention => $1)`
)

// Run reads changes, keeps the node alive and talks to the others until ctx
// ends; then it closes the sockets and takes the node away.
func (s *Service) Run(ctx context.Context) {
	s.ctx = ctx
	if !s.start(ctx) {
		return
	}
	close(s.ready)
	s.work.Go(func() { s.feed.run(ctx) })
	s.work.Go(func() { s.bus.run(ctx, s.cluster.receive, s.cluster.hello) })
	s.work.Go(func() { s.cluster.run(ctx) })
	s.work.Go(func() { s.housekeep(ctx) })
	<-ctx.Done()
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	s.bus.say(last, &note{Kind: noteBye})
	if err := s.sockets.Close(); err != nil {
		slog.WarnContext(last, "closing sockets", "error", err)
	}
	s.work.Wait()
	if _, err := s.Pool.Exec(last, stopNodeSQL, s.nodeID); err != nil {
		slog.WarnContext(last, "the node could not be taken away; others will", "error", err)
	}
}

// start puts the node down as soon as the database is there.
func (s *Service) start(ctx context.Context) bool {
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
		place, err := s.startNode(ctx)
		if err == nil {
			s.feed.place = cursor{prev: place}
			return true
		}
		slog.WarnContext(ctx, "realtime waits for the database", "error", err)
		select {
		case <-ctx.Done():
			return false
		case <-time.After(pause):
		}
	}
}

func (s *Service) startNode(ctx context.Context) (place string, err error) {
	conn, err := s.Pool.Acquire(ctx)
	if err != nil {
		return "", err
	}
	defer conn.Release()
	if err := conn.QueryRow(ctx, startNodeSQL, s.nodeID).Scan(&place); err != nil {
		return "", fmt.Errorf("start node: %w", err)
	}
	return place, nil
}

// housekeep trims once a minute, and drops sockets that stay silent.
func (s *Service) housekeep(ctx context.Context) {
	trim, silent := time.NewTicker(time.Minute), time.NewTicker(5*time.Second)
	defer trim.Stop()
	defer silent.Stop()
	s.trim(ctx)
	for {
		select {
		case <-ctx.Done():
			return
		case <-trim.C:
			s.trim(ctx)
		case <-silent.C:
			s.dropSilent()
		}
	}
}

func (s *Service) trim(ctx context.Context) {
	if _, err := s.Pool.Exec(ctx, trimSQL, s.Config.Retention); err != nil && ctx.Err() == nil {
		slog.WarnContext(ctx, "trim the outbox", "error", err)
	}
}
