package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

const (
	listeners = 1000
	messages  = 60
	window    = 20 // sent before the first of them has come back
)

// fanOut has one socket speak to 1,000, on ours and on the bare loop.
func (b *bench) fanOut(ctx context.Context) error {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	address := l.Addr().String()
	_ = l.Close()
	limit := exec.CommandContext(ctx, os.Args[0], "melody", address) //nolint:gosec // it is this very program
	if err := limit.Start(); err != nil {
		return err
	}
	defer func() {
		_ = limit.Process.Kill()
		_ = limit.Wait()
	}()
	for { // until it listens
		if conn, err := net.Dial("tcp", address); err == nil { //nolint:noctx // a bench on loopback
			_ = conn.Close()
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	var ratios []float64
	var ours, bare float64
	for range 3 {
		if ours, err = b.speak(b.url, join("fan", `{"broadcast":{"self":true}}`, "", 1)); err != nil {
			return err
		}
		if bare, err = b.speak("http://"+address, func(int, *websocket.Conn) error { return nil }); err != nil {
			return err
		}
		ratios = append(ratios, ours/bare)
	}
	slices.Sort(ratios)
	fmt.Fprintf(b.out, "broadcast to %d sockets\t%.0f deliveries/s\t%.0f/s bare melody\tratio %.2f\n", listeners, ours, bare, ratios[1])
	return nil
}

// speak answers deliveries a second.
func (b *bench) speak(base string, ready func(int, *websocket.Conn) error) (float64, error) {
	conns, err := dial(base, b.key, listeners, ready)
	defer closeAll(conns)
	if err != nil {
		return 0, err
	}
	frame := append([]byte{3, 1, 1, 12, 5, 0, 1}, `11realtime:fanshout{"text":"what one says to a thousand others, of the length that such things have"}`...)
	tokens := make(chan struct{}, window)
	var wait sync.WaitGroup
	start := time.Now()
	for i, c := range conns {
		wait.Go(func() {
			for range messages {
				if _, _, err := c.ReadMessage(); err != nil {
					return
				}
				if i == 0 {
					<-tokens
				}
			}
		})
	}
	for range messages {
		tokens <- struct{}{}
		if err := conns[0].WriteMessage(websocket.BinaryMessage, frame); err != nil {
			return 0, err
		}
	}
	wait.Wait()
	return listeners * messages / time.Since(start).Seconds(), nil
}
