package realtime

import (
	"bufio"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
)

// gathering is a socket's connection. Frames are held back while more of them
// are queued: what comes together goes out in one system call, which is most of
// what a small frame costs.
type gathering struct {
	net.Conn
	socket   *socket
	held     *[]byte
	deadline time.Time
}

const (
	gatherMost  = 64 << 10 // bytes held
	closeFrame  = 0x88     // first byte of a close frame, which nothing follows
	gatherFirst = 4 << 10
)

var gatherBuffers = sync.Pool{New: func() any {
	b := make([]byte, 0, gatherFirst)
	return &b
}}

// Write is called by one goroutine at a time: the websocket sees to that.
func (g *gathering) Write(b []byte) (int, error) {
	more := g.socket.waiting.Load() > 1 && !g.socket.dropped.Load() && b[0] != closeFrame
	if g.held == nil && !more || len(b) > gatherMost {
		if err := g.flush(); err != nil {
			return 0, err
		}
		_ = g.Conn.SetWriteDeadline(g.deadline) // the write tells what is wrong
		return g.Conn.Write(b)
	}
	if g.held == nil {
		g.held = gatherBuffers.Get().(*[]byte)
	}
	*g.held = append(*g.held, b...)
	if more && len(*g.held) < gatherMost {
		return len(b), nil
	}
	return len(b), g.flush()
}

func (g *gathering) flush() error {
	if g.held == nil {
		return nil
	}
	_ = g.Conn.SetWriteDeadline(g.deadline) // the write tells what is wrong
	_, err := g.Conn.Write(*g.held)
	*g.held = (*g.held)[:0]
	gatherBuffers.Put(g.held)
	g.held = nil
	return err
}

// SetWriteDeadline is for the next write that reaches the network.
func (g *gathering) SetWriteDeadline(t time.Time) error {
	g.deadline = t
	return nil
}

// handshake is the response that a socket is made of.
type handshake struct {
	http.ResponseWriter
	socket *socket
}

// Hijack hands the connection over to the websocket.
func (h handshake) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	return &gathering{Conn: conn, socket: h.socket}, rw, nil
}

// hijackable is the response without the headers that a handshake needs not.
func hijackable(c echo.Context, sock *socket) http.ResponseWriter {
	h := c.Response().Header()
	h.Del(echo.HeaderContentSecurityPolicy)
	h.Del(echo.HeaderXFrameOptions)
	return handshake{c.Response(), sock}
}
