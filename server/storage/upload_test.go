package storage

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// sizes are of a file that is read before anybody is asked, and of one that is not.
var sizes = map[string]int{"small": 50_000, "large": 100_000}

func TestTwoWritersOfOneName(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	for kind, size := range sizes {
		for _, upsert := range []string{"false", "true"} {
			name := "race-" + kind + upsert
			var wg sync.WaitGroup
			results := make([]answer, 8)
			for i := range results {
				wg.Go(func() { results[i] = a.put(name, strings.Repeat(fmt.Sprint(i), size), "X-Upsert", upsert) })
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
			if len(got) != size || strings.Trim(got, got[:1]) != "" {
				t.Errorf("what is there is no writer's whole file: %d bytes", len(got))
			}
		}
	}
	a.whole()
}

func TestDeleteRacesUpload(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	var wg sync.WaitGroup
	for _, size := range sizes {
		text := strings.Repeat("x", size)
		for range 2 {
			wg.Go(func() {
				for range 10 {
					if r := a.put("x", text, "X-Upsert", "true"); r.status != http.StatusOK {
						t.Errorf("upload: %s", r.body)
					}
					if r := a.get("x"); r.status != http.StatusOK && r.code() != "NoSuchKey" ||
						r.status == http.StatusOK && len(r.body) != sizes["small"] && len(r.body) != sizes["large"] {
						t.Errorf("download: %d, %d bytes", r.status, len(r.body))
					}
					if r := a.call("DELETE", "/object/b/x", a.service, nil); r.status != http.StatusOK && r.code() != "NoSuchKey" {
						t.Errorf("delete: %s", r.body)
					}
				}
			})
		}
	}
	wg.Wait()
	a.whole()
}

func TestQuotasHoldUnderConcurrency(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	for kind, size := range sizes {
		a.exec(`select storage.quota_set('b', $1, null)`, 10*size)
		var wg sync.WaitGroup
		for i := range 16 {
			wg.Go(func() {
				if r := a.put(fmt.Sprint("q", i), strings.Repeat("x", size)); r.status != http.StatusOK && r.code() != "QuotaExceeded" {
					t.Errorf("%d %s", r.status, r.body)
				}
			})
		}
		wg.Wait()
		if n := a.count(`select count(*) from storage.objects`); n != 10 {
			t.Errorf("%d %s objects fit into ten times their size", n, kind)
		}
		if n := a.count(`select bytes from storage.usage where owner_id = ''`); n != 10*size {
			t.Errorf("%d bytes are counted", n)
		}
		a.call("DELETE", "/object/b/"+a.one(`select name from storage.objects limit 1`), a.service, nil)
		if r := a.put("again", strings.Repeat("x", size)); r.status != http.StatusOK {
			t.Errorf("after a delete: %s", r.body)
		}
		a.whole()
		a.call("POST", "/bucket/b/empty", a.service, nil)
	}
}

// Only a refusal says that nothing was committed: after a broken connection
// the bytes stay, for the object may be there.
func TestWhatIsARefusal(t *testing.T) {
	t.Parallel()
	for want, errs := range map[bool][]error{
		true:  {errNoKey, fmt.Errorf("call: %w", &pgconn.PgError{Severity: "ERROR", Code: "42501"})},
		false: {io.ErrUnexpectedEOF, fmt.Errorf("call: %w", &pgconn.PgError{Severity: "FATAL", Code: "57P01"}), context.DeadlineExceeded},
	} {
		for _, err := range errs {
			if isNo(err) != want {
				t.Errorf("isNo(%v) = %v", err, !want)
			}
		}
	}
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
	a := newAPI(t, nil)
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
		a := newAPI(t, b)
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
	a := newAPI(t, nil)
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
	a := newAPI(t, nil)
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
	a := newAPI(t, nil)
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
	if r := a.call("GET", a.server.URL+"/files/a/b.txt", a.service, nil); r.body != "alias" {
		t.Errorf("files: %s", r.body)
	}
	if r := a.call("GET", a.server.URL+"/_health/storage", "", nil); r.status != http.StatusOK {
		t.Errorf("health: %d %s", r.status, r.body)
	}
	if r := a.call("DELETE", base+"/files/a/b.txt", a.service, nil); r.status != http.StatusNoContent {
		t.Errorf("delete: %d %s", r.status, r.body)
	}
}

// A scan hook holds an upload back until its verdict; the scanner alone reads it before.
func TestScanHoldsUploadsBack(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	a.exec(`select jobs.register('scan'), storage.hook_set('scan', 'scan', 'b')`)
	for _, name := range []string{"good", "bad"} {
		if r := a.put(name, name); r.status != http.StatusOK {
			t.Fatal(r.body)
		}
		if r := a.get(name); r.code() != "NoSuchKey" {
			t.Errorf("%s is there before its scan: %d", name, r.status)
		}
		id := a.one(`select id::text from storage.uploads where name = '` + name + `'`)
		if r := a.call("GET", a.server.URL+"/_storage/scanning/"+id, a.service, nil); r.body != name {
			t.Errorf("the scanner reads: %d %s", r.status, r.body)
		}
		_, bearer := a.user()
		if r := a.call("GET", a.server.URL+"/_storage/scanning/"+id, bearer, nil); r.status == http.StatusOK {
			t.Error("a user reads what is not scanned")
		}
		a.exec(`select storage.scanned('` + id + `', ` + strconv.FormatBool(name == "good") + `)`)
	}
	if good, bad := a.get("good"), a.get("bad"); good.body != "good" || bad.code() != "NoSuchKey" {
		t.Errorf("after the verdicts: %d, %d", good.status, bad.status)
	}
	a.whole()
}

// Policies are asked when an upload begins and again when it ends: who may make
// files, but not replace others', must not do so by an upload that began first.
func TestPoliciesAreAskedAgainAtTheEnd(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	a.exec(`create policy makes on storage.objects for insert to authenticated with check (bucket_id = 'other')`)
	a.exec(`create policy sees on storage.objects for select to authenticated using (bucket_id = 'other')`)
	a.exec(`create policy own_file on storage.objects for update to authenticated using (bucket_id = 'other' and owner_id = (select auth.uid()::text))`)
	_, bearer := a.user()
	victim := func(name string) {
		if r := a.call("POST", "/object/other/"+name, a.service, strings.NewReader("genuine")); r.status != http.StatusOK {
			t.Error(r.body)
		}
	}
	began := func(name string) {
		for wait := time.Now().Add(10 * time.Second); a.count(`select count(*) from storage.uploads where name = '`+name+`'`) == 0; {
			if time.Now().After(wait) {
				t.Fatalf("the upload of %s does not begin", name)
			}
		}
	}
	pr, pw := io.Pipe()
	slow := make(chan answer)
	go func() {
		slow <- a.call("POST", "/object/other/slow", bearer, pr, "X-Upsert", "true", "Content-Type", "text/plain")
	}()
	_, _ = pw.Write(random(sizes["large"]))
	began("slow")
	victim("slow")
	pw.Close()
	if r := <-slow; r.code() != "AccessDenied" {
		t.Errorf("a slow upload: %d %s", r.status, r.body)
	}
	meta := "bucketName " + b64("other") + ",objectName " + b64("tus")
	created := a.call("POST", "/upload/resumable", bearer, nil, "Tus-Resumable", "1.0.0", "Upload-Length", "4", "Upload-Metadata", meta, "X-Upsert", "true")
	up := created.header.Get("Location")
	pr, pw = io.Pipe()
	go func() {
		slow <- a.call("PATCH", up, bearer, pr, "Tus-Resumable", "1.0.0", "Upload-Offset", "0", "Content-Type", tusContentType, "X-Upsert", "true")
	}()
	_, _ = pw.Write([]byte("evi"))
	for wait := time.Now().Add(10 * time.Second); a.count(`select count(*) from storage.uploads where writer is not null`) == 0; {
		if time.Now().After(wait) {
			t.Fatal("the last part does not begin")
		}
	}
	victim("tus")
	_, _ = pw.Write([]byte("l"))
	pw.Close()
	if r := <-slow; r.status != http.StatusForbidden {
		t.Errorf("a slow last part: %d %s", r.status, r.body)
	}
	if r := a.call("HEAD", up, "", nil, "Tus-Resumable", "1.0.0"); r.status != http.StatusNotFound {
		t.Errorf("what was refused goes on: %d", r.status)
	}
	for _, name := range []string{"slow", "tus"} {
		if r := a.call("GET", "/object/authenticated/other/"+name, a.service, nil); r.body != "genuine" {
			t.Errorf("%s was replaced: %d, %d bytes", name, r.status, len(r.body))
		}
	}
	a.whole()
}
