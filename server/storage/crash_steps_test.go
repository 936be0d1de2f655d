package storage

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/uuid"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// died waits for a child's end and checks that it was the kill that was meant.
func (a *api) died(cmd *exec.Cmd) {
	a.t.Helper()
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL { //nolint:forcetypeassert // Unix has no other
		a.t.Errorf("the child did not die at the fault: %v", err)
	}
}

// An S3 multipart upload after a kill -9 of any step: parts that were answered
// are there, and what was not can be sent again.
func TestMultipartSurvivesKill(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"part stored", "part noted", "parts joined", "committed"} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			a := newAPIAt(t, home)
			ctx, one, two := t.Context(), random(100_000), random(70_000)
			client := func(dieAt string) (*minio.Core, *exec.Cmd) {
				server, cmd := a.fork(a.url, home, dieAt)
				u, err := url.Parse(server)
				if err != nil {
					t.Fatal(err)
				}
				c, err := minio.NewCore(u.Host, &minio.Options{
					Creds: credentials.NewStaticV4(s3ServiceKey, S3Secret(a.ring, s3ServiceKey), ""), Region: "us-east-1", BucketLookup: minio.BucketLookupPath,
					MaxRetries: 1, Transport: &prefixed{http.DefaultTransport},
				})
				if err != nil {
					t.Fatal(err)
				}
				return c, cmd
			}
			c, cmd := client("")
			id, err := c.NewMultipartUpload(ctx, "other", "m", minio.PutObjectOptions{})
			if err != nil {
				t.Fatal(err)
			}
			put := func(n int, text []byte) (minio.CompletePart, error) {
				p, err := c.PutObjectPart(ctx, "other", "m", id, n, bytes.NewReader(text), int64(len(text)), minio.PutObjectPartOptions{})
				return minio.CompletePart{PartNumber: n, ETag: p.ETag}, err
			}
			first, err := put(1, one)
			if err != nil {
				t.Fatal(err)
			}
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
			c, cmd = client(step)
			second, err := put(2, two)
			if err == nil {
				_, err = c.CompleteMultipartUpload(ctx, "other", "m", id, []minio.CompletePart{first, second}, minio.PutObjectOptions{})
			}
			if err == nil {
				t.Fatal("the child answered")
			}
			a.died(cmd)
			c, _ = client("")
			if step != "committed" {
				if list, err := c.ListObjectParts(ctx, "other", "m", id, 0, 9); err != nil || strings.Trim(list.ObjectParts[0].ETag, `"`) != strings.Trim(first.ETag, `"`) {
					t.Errorf("the part that was answered: %+v, %v", list, err)
				}
				if second, err = put(2, two); err == nil {
					_, err = c.CompleteMultipartUpload(ctx, "other", "m", id, []minio.CompletePart{first, second}, minio.PutObjectOptions{})
				}
				if err != nil {
					t.Error(err)
				}
			}
			if r := a.call("GET", "/object/authenticated/other/m", a.service, nil); r.body != string(one)+string(two) {
				t.Errorf("%d, %d bytes", r.status, len(r.body))
			}
			a.whole()
		})
	}
}

// prefixed puts the endpoint's prefix before a client's paths, as a proxy would.
type prefixed struct{ http.RoundTripper }

func (p *prefixed) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Path = Prefix + "/s3" + r.URL.Path
	if r.URL.RawPath != "" {
		r.URL.RawPath = Prefix + "/s3" + r.URL.RawPath
	}
	return p.RoundTripper.RoundTrip(r)
}

// A copy is there whole or not at all; its source stays.
func TestCopySurvivesKill(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"bytes copied", "committed"} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			a := newAPIAt(t, home)
			a.put("f", "text")
			server, cmd := a.fork(a.url, home, step)
			body := bytes.NewReader([]byte(`{"bucketId": "b", "sourceKey": "f", "destinationKey": "g"}`))
			if r := a.call("POST", server+Prefix+"/object/copy", a.service, body); r.status != 0 {
				t.Fatalf("the child answered: %d %s", r.status, r.body)
			}
			a.died(cmd)
			a.whole()
			if r := a.get("g"); (r.body == "text") != (step == "committed") {
				t.Errorf("the copy: %d %s", r.status, r.body)
			}
			if r := a.get("f"); r.body != "text" {
				t.Errorf("the source: %d %s", r.status, r.body)
			}
		})
	}
}

// A reaper that dies between the bytes and their note deletes them once more.
func TestReaperSurvivesKill(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	a := newAPIAt(t, home)
	a.put("kept", "kept")
	a.put("gone", "gone")
	a.call("DELETE", "/object/b/gone", a.service, nil)
	a.exec(`update storage.garbage set due_at = now() - interval '1 second'`)
	_, cmd := a.fork(a.url, home, "bytes reaped", "reap")
	a.died(cmd)
	if n := a.count(`select count(*) from storage.garbage`); n != 1 {
		t.Errorf("%d things are to be reaped", n)
	}
	a.whole()
	if r := a.get("kept"); r.body != "kept" {
		t.Errorf("%d %s", r.status, r.body)
	}
}

// A migration that was killed goes on, and verifies what is there already.
func TestMigrateSurvivesKill(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	a := newAPIAt(t, home)
	for i := range 3 {
		a.put(fmt.Sprint("f", i), fmt.Sprint("text ", i))
	}
	_, cmd := a.fork(a.url, home, "object copied", "migrate")
	a.died(cmd)
	to, err := NewDisk(filepath.Join(home, "elsewhere"), true)
	if err != nil {
		t.Fatal(err)
	}
	none := func(path string) { t.Errorf("%s is lost", path) }
	if m, err := Migrate(t.Context(), a.s.Pool, a.s.Backend, to, true, none); err != nil || m != (Moved{Copied: 2, Bytes: 12, Present: 1}) {
		t.Fatalf("it went on with %+v, %v", m, err)
	}
	if m, err := Migrate(t.Context(), a.s.Pool, a.s.Backend, to, true, none); err != nil || m != (Moved{Present: 3}) {
		t.Errorf("and once more with %+v, %v", m, err)
	}
	for i := range 3 {
		version := uuid.MustParse(a.one(`select version::text from storage.objects where name = '` + fmt.Sprint("f", i) + `'`))
		if got := string(contents(t, to, version)); got != fmt.Sprint("text ", i) {
			t.Errorf("f%d: %q", i, got)
		}
	}
}
