package storage

import (
	"io"
	"net/http"
	"runtime"
	"sync/atomic"
	"testing"
)

// zeros is a body of n bytes that takes no room, and looks at the heap as it goes.
type zeros struct {
	n    int64
	peak *atomic.Uint64
}

func (z *zeros) Read(p []byte) (int, error) {
	if z.n == 0 {
		return 0, io.EOF
	}
	n := min(int64(len(p)), z.n)
	clear(p[:n])
	if z.n>>24 != (z.n-n)>>24 { // each 16 MB
		watch(z.peak)
	}
	z.n -= n
	return int(n), nil
}

func watch(peak *atomic.Uint64) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if m.HeapInuse > peak.Load() {
		peak.Store(m.HeapInuse)
	}
}

// A large file goes through in constant memory, either way and on both
// backends. Not parallel: the heap is everybody's.
func TestHeapStaysSmall(t *testing.T) {
	const size, most = 256 << 20, 64 << 20
	disk, err := NewDisk(t.TempDir(), false)
	if err != nil {
		t.Fatal(err)
	}
	bucket, err := NewS3(newGateway(t).config)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range []Backend{disk, bucket} {
		a := newAPI(t, b)
		runtime.GC()
		var peak atomic.Uint64
		r := a.call("POST", "/object/b/large", a.service, &zeros{size, &peak}, "Content-Type", "application/octet-stream")
		if r.status != http.StatusOK {
			t.Fatalf("%s: %d %s", b.Name(), r.status, r.body)
		}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, a.server.URL+Prefix+"/object/authenticated/b/large", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+a.service)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		n, err := io.Copy(io.Discard, res.Body)
		res.Body.Close()
		watch(&peak)
		if n != size || err != nil {
			t.Errorf("%s: got %d bytes, %v", b.Name(), n, err)
		}
		if peak.Load() > most {
			t.Errorf("%s: the heap grew to %d MB", b.Name(), peak.Load()>>20)
		}
		t.Logf("%s: at most %d MB of heap for %d MB", b.Name(), peak.Load()>>20, size>>20)
	}
}
