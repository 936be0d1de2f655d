package outbound

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"
)

func TestHostHasSoManyRequests(t *testing.T) {
	t.Parallel()
	entered, release := make(chan struct{}), make(chan struct{})
	s := serve(t, func(http.ResponseWriter, *http.Request) { entered <- struct{}{}; <-release })
	c := settings("127.0.0.1/32")
	c.HostConcurrency = 1
	client := NewClient(c)
	first := make(chan error, 1)
	go func() { _, err := client.Do(t.Context(), get(s.URL)); first <- err }()
	<-entered
	_, err := client.Do(t.Context(), get(s.URL))
	if e := wantKind(t, err, Busy); e.Wait <= 0 {
		t.Error("busy without a pause")
	}
	close(release)
	if err := <-first; err != nil {
		t.Error(err)
	}
	go func() { _, err := client.Do(t.Context(), get(s.URL)); first <- err }()
	<-entered
	if err := <-first; err != nil {
		t.Errorf("the slot did not come back: %v", err)
	}
}

func TestFailingHostIsLeftAlone(t *testing.T) {
	t.Parallel()
	var hits atomic.Int32
	var well atomic.Bool
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		hits.Add(1)
		if !well.Load() {
			w.WriteHeader(http.StatusBadGateway)
		}
	})
	c := settings("127.0.0.1/32")
	c.BreakerFailures, c.BreakerPause = 2, 100*time.Millisecond
	client := NewClient(c)
	var alone error
	for tries := 0; alone == nil; tries++ { // a machine that stalls for the pause begins again
		for range 2 {
			if resp, err := client.Do(t.Context(), get(s.URL)); err == nil && resp.Status != http.StatusBadGateway {
				t.Fatal(resp, err)
			}
		}
		before := hits.Load()
		_, alone = client.Do(t.Context(), get(s.URL))
		if alone != nil && hits.Load() != before || tries == 100 {
			t.Fatalf("requests reach a host that should be left alone: %v", alone)
		}
	}
	wantKind(t, alone, Busy)
	if hits.Load() < 2 {
		t.Errorf("left alone after %d failures", hits.Load())
	}
	well.Store(true)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		if resp, err := client.Do(ctx, get(s.URL)); err == nil && resp.Status == http.StatusOK {
			return
		}
		if ctx.Err() != nil {
			t.Fatal("the host stays alone")
		}
	}
}

func TestHostsAreForgotten(t *testing.T) {
	t.Parallel()
	h := newHosts(settings())
	for i := range 3 * mostHosts {
		done, err := h.enter(fmt.Sprint(i))
		if err != nil {
			t.Fatal(err)
		}
		done(nil)
	}
	if len(h.known) > mostHosts {
		t.Errorf("%d hosts are remembered", len(h.known))
	}
}
