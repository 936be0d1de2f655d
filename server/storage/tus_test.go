package storage

import (
	"context"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func signalContext() (context.Context, context.CancelFunc) {
	return signal.NotifyContext(context.Background(), syscall.SIGTERM)
}

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// create opens a resumable upload in bucket b and answers its path.
func (a *api) create(name string, length int, server string) string {
	a.t.Helper()
	r := a.call("POST", server+Prefix+"/upload/resumable", a.service, nil, "Tus-Resumable", "1.0.0", "Upload-Length", strconv.Itoa(length),
		"Upload-Metadata", "bucketName "+b64("b")+",objectName "+b64(name)+",contentType "+b64("text/plain"))
	if r.status != http.StatusCreated {
		a.t.Fatalf("create: %d %s", r.status, r.body)
	}
	location, err := url.Parse(r.header.Get("Location"))
	if err != nil || !location.IsAbs() {
		a.t.Fatalf("Location %q: %v", r.header.Get("Location"), err)
	}
	return location.Path
}

func (a *api) patch(location string, offset int, body string, more ...string) answer {
	a.t.Helper()
	more = append([]string{
		"Tus-Resumable", "1.0.0", "Upload-Offset", strconv.Itoa(offset), "Content-Type", tusContentType,
	}, more...)
	return a.call("PATCH", location, a.service, strings.NewReader(body), more...)
}

func (a *api) offset(location string) string {
	a.t.Helper()
	return a.call("HEAD", location, "", nil, "Tus-Resumable", "1.0.0").header.Get("Upload-Offset")
}

func TestResumable(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b Backend) {
		a := newAPI(t, b)
		up := a.server.URL + a.create("f", 9, a.server.URL)
		for _, test := range []struct {
			name   string
			offset int
			body   string
			more   []string
			status int
			after  string
		}{
			{"a wrong offset", 1, "x", nil, http.StatusConflict, "0"},
			{"a wrong checksum", 0, "abc", []string{"Upload-Checksum", "sha1 " + b64("nonsense")}, statusChecksumMismatch, "0"},
			{"an unknown checksum", 0, "abc", []string{"Upload-Checksum", "crc7 AAAA"}, http.StatusBadRequest, "0"},
			{"a right checksum", 0, "abc", []string{"Upload-Checksum", "sha1 " + sha("abc")}, http.StatusNoContent, "3"},
			{"another version", 3, "def", []string{"Tus-Resumable", "0.2.0"}, http.StatusPreconditionFailed, "3"},
			{"another type", 3, "def", []string{"Content-Type", "text/plain"}, http.StatusUnsupportedMediaType, "3"},
			{"more than was announced", 3, "defghij", nil, http.StatusRequestEntityTooLarge, "3"},
			{"the next part", 3, "def", nil, http.StatusNoContent, "6"},
			{"the last part", 6, "ghi", nil, http.StatusNoContent, "9"},
		} {
			if r := a.patch(up, test.offset, test.body, test.more...); r.status != test.status {
				t.Errorf("%s: %d %s", test.name, r.status, r.body)
			}
			if got := a.offset(up); got != test.after {
				t.Errorf("%s: offset %s", test.name, got)
			}
		}
		if r := a.get("f"); r.body != "abcdefghi" {
			t.Errorf("%d %s", r.status, r.body)
		}
		if r := a.call("DELETE", up, a.service, nil, "Tus-Resumable", "1.0.0", "X-Upsert", "true"); r.status != http.StatusBadRequest {
			t.Errorf("ending a finished upload: %d", r.status)
		}
		a.whole()
	})
}

func sha(s string) string {
	sum := sha1.Sum([]byte(s))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// What came before a connection broke is kept.
func TestResumableKeepsWhatCame(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	path := a.create("f", 10, a.server.URL)
	conn, err := net.Dial("tcp", a.server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(conn, "PATCH %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Type: %s\r\n"+
		"Content-Length: 10\r\n\r\n0123", path, a.service, tusContentType)
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.CloseWrite()
	}
	_, _ = io.ReadAll(conn)
	conn.Close()
	up := a.server.URL + path
	if got := a.offset(up); got != "4" {
		t.Fatalf("offset %s", got)
	}
	if r := a.patch(up, 4, "456789"); r.status != http.StatusNoContent || a.get("f").body != "0123456789" {
		t.Errorf("%d %s", r.status, r.body)
	}
	a.whole()
}

// A second writer stops the first, and no byte counts twice.
func TestResumableIsTakenOver(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	up := a.server.URL + a.create("f", 6, a.server.URL)
	pr, pw := io.Pipe()
	first := make(chan answer)
	go func() {
		first <- a.call("PATCH", up, a.service, pr, "Tus-Resumable", "1.0.0", "Upload-Offset", "0", "Content-Type", tusContentType)
	}()
	_, _ = pw.Write([]byte("old"))
	for wait := time.Now().Add(10 * time.Second); a.count(`select count(*) from storage.uploads where writer is not null`) == 0; {
		if time.Now().After(wait) {
			t.Fatal("the first writer does not begin")
		}
	}
	if r := a.patch(up, 0, "newest"); r.status != http.StatusNoContent {
		t.Errorf("the second writer: %d %s", r.status, r.body)
	}
	pw.Close()
	if r := <-first; r.status == http.StatusNoContent {
		t.Error("the first writer was believed")
	}
	if r := a.get("f"); r.body != "newest" {
		t.Errorf("%d %s", r.status, r.body)
	}
	a.whole()
}

func TestResumableManySmallParts(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	const parts = manyParts + 20
	up := a.server.URL + a.create("f", parts, a.server.URL)
	var want strings.Builder
	for i := range parts {
		one := string(rune('a' + i%26))
		want.WriteString(one)
		if r := a.patch(up, i, one); r.status != http.StatusNoContent {
			t.Fatalf("part %d: %d %s", i, r.status, r.body)
		}
	}
	if a.get("f").body != want.String() {
		t.Error("the parts are in disorder")
	}
	a.whole()
}

func TestResumableExpires(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	up := a.server.URL + a.create("f", 6, a.server.URL)
	a.patch(up, 0, "abc")
	a.exec(`update storage.uploads set expires_at = now() - interval '1 second'`)
	if r := a.call("HEAD", up, "", nil, "Tus-Resumable", "1.0.0"); r.status != http.StatusGone {
		t.Errorf("HEAD: %d", r.status)
	}
	if r := a.patch(up, 3, "def"); r.status != http.StatusGone {
		t.Errorf("PATCH: %d", r.status)
	}
	a.whole()
	if n := a.stored(); n != 0 {
		t.Errorf("%d things are left", n)
	}
}

// A signed upload link works for resumable uploads, too, and for nothing but its own path.
func TestResumableBySignedLink(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	user, bearer := a.user()
	name := user + "/f"
	link := a.call("POST", "/object/upload/sign/b/"+name, bearer, nil)
	var signed struct{ Token string }
	if err := json.Unmarshal([]byte(link.body), &signed); err != nil || link.status != http.StatusOK {
		t.Fatalf("%d %s", link.status, link.body)
	}
	meta := func(name string) string { return "bucketName " + b64("b") + ",objectName " + b64(name) }
	post := func(name, signature string) answer {
		return a.call("POST", "/upload/resumable/sign", "", strings.NewReader("abc"), "Tus-Resumable", "1.0.0", "Upload-Length", "6",
			"Upload-Metadata", meta(name), "X-Signature", signature, "Content-Type", tusContentType)
	}
	for what, r := range map[string]answer{"another path": post(user+"/g", signed.Token), "no link": post(name, ""), "a bearer token": post(name, bearer)} {
		if r.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", what, r.status, r.body)
		}
	}
	r := post(name, signed.Token)
	location := r.header.Get("Location")
	if r.status != http.StatusCreated || r.header.Get("Upload-Offset") != "3" || !strings.Contains(location, "/upload/resumable/sign/") {
		t.Fatalf("%d %s %v", r.status, r.body, r.header)
	}
	r = a.call("PATCH", location, "", strings.NewReader("def"), "Tus-Resumable", "1.0.0", "Upload-Offset", "3", "Content-Type", tusContentType, "X-Signature", signed.Token)
	if r.status != http.StatusNoContent {
		t.Fatalf("%d %s", r.status, r.body)
	}
	if got := a.get(name); got.body != "abcdef" {
		t.Errorf("%d %s", got.status, got.body)
	}
	if owner := a.one(`select owner_id from storage.objects`); owner != user {
		t.Errorf("the owner is %s", owner)
	}
	a.whole()
}
