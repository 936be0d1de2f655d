package storage

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/google/uuid"
)

func TestTwoWritersOfOneName(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil, nil)
	for _, upsert := range []string{"false", "true"} {
		name := "race-" + upsert
		var wg sync.WaitGroup
		results := make([]answer, 8)
		for i := range results {
			wg.Go(func() { results[i] = a.put(name, strings.Repeat(fmt.Sprint(i), 50_000), "X-Upsert", upsert) })
		}
		wg.Wait()
		won := 0
		for _, r := range results {
			switch {
			case r.status == http.StatusOK:
				won++
			case r.code() != "KeyAlreadyExists":
				t.Errorf("%d %s", r.status, r.body)
			}
		}
		if upsert == "false" && won != 1 || upsert == "true" && won != len(results) {
			t.Errorf("with upsert %s %d of %d writers won", upsert, won, len(results))
		}
		got := a.get(name).body
		if len(got) != 50_000 || strings.Trim(got, got[:1]) != "" {
			t.Errorf("what is there is no writer's whole file: %d bytes", len(got))
		}
	}
	a.whole()
}

func TestDeleteRacesUpload(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil, nil)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 10 {
				if r := a.put("x", "bytes", "X-Upsert", "true"); r.status != http.StatusOK {
					t.Errorf("upload: %s", r.body)
				}
				if r := a.get("x"); r.status != http.StatusOK && r.code() != "NoSuchKey" || r.status == http.StatusOK && r.body != "bytes" {
					t.Errorf("download: %d %s", r.status, r.body)
				}
				if r := a.call("DELETE", "/object/b/x", a.service, nil); r.status != http.StatusOK && r.code() != "NoSuchKey" {
					t.Errorf("delete: %s", r.body)
				}
			}
		})
	}
	wg.Wait()
	a.whole()
}

func TestQuotasHoldUnderConcurrency(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil, nil)
	a.exec(`select storage.quota_set('b', 1000, null)`)
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			if r := a.put(fmt.Sprint("q", i), strings.Repeat("x", 100)); r.status != http.StatusOK && r.code() != "QuotaExceeded" {
				t.Errorf("%d %s", r.status, r.body)
			}
		})
	}
	wg.Wait()
	if n := a.count(`select count(*) from storage.objects`); n != 10 {
		t.Errorf("%d objects of 100 bytes fit into 1000", n)
	}
	if n := a.count(`select bytes from storage.usage where owner_id = ''`); n != 1000 {
		t.Errorf("%d bytes are counted", n)
	}
	a.call("DELETE", "/object/b/"+a.one(`select name from storage.objects limit 1`), a.service, nil)
	if r := a.put("again", strings.Repeat("x", 100)); r.status != http.StatusOK {
		t.Errorf("after a delete: %s", r.body)
	}
	a.whole()
}

func (a *api) one(sql string) (text string) {
	a.t.Helper()
	if err := a.owner.QueryRow(a.t.Context(), sql).Scan(&text); err != nil {
		a.t.Fatal(err)
	}
	return text
}

func TestHostileNamesAndHeaders(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil, nil)
	for name, code := range map[string]string{
		"..%2f..%2fetc%2fpasswd": "InvalidKey", "a/../../b": "InvalidKey", "%2fabs": "InvalidKey", "a%00b": "", "a//b": "InvalidKey",
		strings.Repeat("n", 1025): "InvalidKey", "u%CC%88": "InvalidKey", "%C3%BC": "InvalidKey", "a%0Ab": "InvalidKey", "a%5Cb": "InvalidKey",
		"%ff": "", "./a": "InvalidKey", "a%25b": "InvalidKey", "": "",
	} {
		r := a.put(name, "x")
		if r.status < 400 || r.status >= 500 || code != "" && r.code() != code {
			t.Errorf("%q: %d %s", name, r.status, r.body)
		}
	}
	for _, kind := range []string{"text", "text/", "a b/c", strings.Repeat("x", 2000) + "/y"} {
		if r := a.put("m", "x", "Content-Type", kind); r.status < 400 || r.status >= 500 {
			t.Errorf("type %q: %d %s", kind, r.status, r.body)
		}
	}
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	_ = w.WriteField("cacheControl", "1\r\nSet-Cookie: x=1")
	part, _ := w.CreateFormFile("", "f")
	_, _ = part.Write([]byte("x"))
	_ = w.Close()
	if r := a.call("POST", "/object/b/split", a.service, &form, "Content-Type", w.FormDataContentType()); r.code() != "InvalidRequest" {
		t.Errorf("a header in a header: %d %s", r.status, r.body)
	}
	if n := a.count(`select count(*) from storage.objects`) + a.stored(); n != 0 {
		t.Errorf("%d things were stored", n)
	}
}

func TestBodiesThatLie(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b Backend) {
		a := newAPI(t, b, nil)
		for _, header := range []string{"Content-Length: 100000", "Transfer-Encoding: chunked"} {
			conn, err := net.Dial("tcp", a.server.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(conn, "POST %s/object/b/short HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: text/plain\r\n%s\r\n\r\n5\r\nhello",
				Prefix, a.service, header)
			if tcp, ok := conn.(*net.TCPConn); ok {
				_ = tcp.CloseWrite()
			}
			_, _ = io.ReadAll(conn)
			conn.Close()
		}
		if r := a.get("short"); r.code() != "NoSuchKey" {
			t.Errorf("half a body was stored: %d %s", r.status, r.body)
		}
		a.exec(`update storage.buckets set file_size_limit = 1000 where id = 'b'`)
		for _, body := range []io.Reader{strings.NewReader(strings.Repeat("x", 1001)), iotest.OneByteReader(strings.NewReader(strings.Repeat("x", 1001)))} {
			if r := a.call("POST", "/object/b/big", a.service, body, "Content-Type", "text/plain"); r.code() != "EntityTooLarge" {
				t.Errorf("too large: %d %s", r.status, r.body)
			}
		}
		if r := a.put("full", strings.Repeat("x", 1000)); r.status != http.StatusOK {
			t.Errorf("just large enough: %s", r.body)
		}
		a.whole()
	})
}

func TestServingIsHarmless(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil, nil)
	a.exec(`update storage.buckets set public = true where id = 'b'`)
	for kind, want := range map[string]string{"text/html": "text/plain", "image/svg+xml": "image/svg+xml", "application/xhtml+xml": "application/xhtml+xml"} {
		a.put("page", "<script>alert(1)</script>", "Content-Type", kind, "X-Upsert", "true")
		r := a.call("GET", "/object/public/b/page", "", nil)
		if r.status != http.StatusOK || !strings.HasPrefix(r.header.Get("Content-Type"), want) ||
			!strings.Contains(r.header.Get("Content-Security-Policy"), "sandbox") || r.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d %v", kind, r.status, r.header)
		}
	}
	if r := a.call("POST", "/object/b/sniffed", a.service, strings.NewReader("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")); r.status != http.StatusOK {
		t.Fatal(r.body)
	}
	if got := a.call("GET", "/object/public/b/sniffed", "", nil).header.Get("Content-Type"); got != "image/png" {
		t.Errorf("a type that was not said: %s", got)
	}
}

func TestSessionsThatEndedAreRefused(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil, nil)
	user, bearer := a.user()
	if r := a.call("POST", "/object/b/"+user+"/f", bearer, strings.NewReader("x")); r.status != http.StatusOK {
		t.Fatal(r.body)
	}
	a.exec(`delete from auth.sessions`)
	if r := a.call("GET", "/object/authenticated/b/"+user+"/f", bearer, nil); r.code() != "AccessDenied" {
		t.Errorf("a dead session reads: %d %s", r.status, r.body)
	}
	if r := a.call("POST", "/object/b/"+user+"/g", "", strings.NewReader("x")); !strings.Contains(r.body, "authorization") {
		t.Errorf("without a token: %d %s", r.status, r.body)
	}
}

func TestAliases(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil, nil)
	a.exec(`insert into storage.buckets (id, name) values ('files', 'files')`)
	base := a.server.URL + "/_storage"
	up := a.call("POST", base+"/upload?filename=a%2Fb.txt", a.service, strings.NewReader("alias"), "Content-Type", "text/plain")
	if up.status != http.StatusCreated || !strings.Contains(up.body, base+"/download/a/b.txt") {
		t.Fatalf("%d %s", up.status, up.body)
	}
	if r := a.call("GET", base+"/download/a/b.txt", a.service, nil); r.body != "alias" {
		t.Errorf("download: %s", r.body)
	}
	if r := a.call("GET", base+"/metadata/a/b.txt", a.service, nil); !strings.Contains(r.body, `"size":5`) {
		t.Errorf("metadata: %s", r.body)
	}
	if r := a.call("GET", base+"/list?prefix=a/", a.service, nil); !strings.Contains(r.body, `"a/b.txt"`) {
		t.Errorf("list: %s", r.body)
	}
	if r := a.call("GET", base+"/backend-info", "", nil); !strings.Contains(r.body, `"backend":"local"`) {
		t.Errorf("backend-info: %s", r.body)
	}
	if r := a.call("DELETE", base+"/files/a/b.txt", a.service, nil); r.status != http.StatusNoContent {
		t.Errorf("delete: %d %s", r.status, r.body)
	}
}

func TestDiskFull(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("a small disk cannot be mounted here: %s", out)
	}
	t.Cleanup(func() { _ = exec.Command("umount", dir).Run() })
	disk, err := NewDisk(dir, true)
	if err != nil {
		t.Fatal(err)
	}
	a := newAPI(t, disk, nil)
	if r := a.put("big", string(random(2<<20))); r.code() != "InsufficientStorage" {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := a.put("small", "fits"); r.status != http.StatusOK || a.get("small").body != "fits" {
		t.Errorf("a small file after a large one: %s", r.body)
	}
	a.whole()
}

func TestS3DownInMidUpload(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	b, err := NewS3(g.config)
	if err != nil {
		t.Fatal(err)
	}
	a := newAPI(t, b, nil)
	if r := a.put("before", "there"); r.status != http.StatusOK {
		t.Fatal(r.body)
	}
	pr, pw := io.Pipe()
	done := make(chan answer)
	go func() { done <- a.call("POST", "/object/b/cut", a.service, pr, "Content-Type", "text/plain") }()
	_, _ = io.CopyN(pw, rand.Reader, 20<<20) // more than a part of the backend's
	g.stop()
	_, _ = io.CopyN(pw, rand.Reader, 20<<20)
	pw.Close()
	if r := <-done; r.status < 500 {
		t.Errorf("an upload into nothing: %d %s", r.status, r.body)
	}
	if r := a.get("before"); r.status < 500 {
		t.Errorf("a download from nothing: %d %s", r.status, r.body)
	}
	g.start()
	if r := a.get("cut"); r.code() != "NoSuchKey" {
		t.Errorf("half an object: %d", r.status)
	}
	if r := a.get("before"); r.body != "there" {
		t.Errorf("an acknowledged object is lost: %d %s", r.status, r.body)
	}
	a.whole()
}

func TestReaperBothWays(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil, nil)
	a.put("kept", "kept")
	a.put("lost", "lost")
	orphan := uuid.New()
	if _, err := a.s.Backend.Put(t.Context(), orphan, strings.NewReader("x"), 1); err != nil {
		t.Fatal(err)
	}
	if n, err := a.s.keeper.Sweep(t.Context(), sweepAge, true); n != 0 || err != nil {
		t.Errorf("what is new is left alone: %d, %v", n, err)
	}
	if n, err := a.s.keeper.Sweep(t.Context(), 0, true); n != 1 || err != nil {
		t.Errorf("bytes without a row: %d, %v", n, err)
	}
	version := uuid.MustParse(a.one(`select version::text from storage.objects where name = 'lost'`))
	if err := a.s.Backend.Delete(t.Context(), []uuid.UUID{version}); err != nil {
		t.Fatal(err)
	}
	if r := a.get("lost"); r.code() != "NoSuchKey" {
		t.Errorf("a row without bytes: %d %s", r.status, r.body)
	}
	var lost []string
	if err := a.s.keeper.Lost(context.WithoutCancel(t.Context()), true, func(path string) { lost = append(lost, path) }); err != nil || len(lost) != 1 || lost[0] != "b/lost" {
		t.Errorf("rows without bytes: %v, %v", lost, err)
	}
	a.whole()
	if a.get("kept").body != "kept" {
		t.Error("a good object was reaped")
	}
}
