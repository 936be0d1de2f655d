package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"time"
)

// storage measures files against the standard library on the same disk:
// uploads against a bare handler that makes a file durable and renames it,
// downloads against http.FileServer, large ones against cp, lists against the
// bare statement. It makes a bucket of its own and 10,000 small objects.
func (b *bench) storage(ctx context.Context, out io.Writer) error {
	dir, err := os.MkdirTemp("", "bench-") // the disk that a throw-away server writes to
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := b.bucket(ctx); err != nil {
		return err
	}
	plain, err := plainServer(dir)
	if err != nil {
		return err
	}
	for _, size := range []struct {
		name  string
		bytes int
	}{{"1 KB", 1 << 10}, {"1 MB", 1 << 20}} {
		if err := b.files(ctx, out, plain, dir, size.name, bytes.Repeat([]byte("x"), size.bytes)); err != nil {
			return err
		}
	}
	if err := b.lists(ctx, out); err != nil {
		return err
	}
	return b.large(ctx, out, plain, dir)
}

const (
	benchBucket  = "bench"
	manyObjects  = 10_000
	largeFile    = 256 << 20
	bucketPolicy = `drop policy if exists bench_own on storage.objects`
	bucketMake   = `insert into storage.buckets (id, name) values ('bench', 'bench') on conflict (id) do nothing`
	bucketRule   = `create policy bench_own on storage.objects for all to authenticated
  using (bucket_id = 'bench' and (storage.foldername(name))[1] = (select auth.uid()::text))`
	objectsMake = `insert into storage.objects (bucket_id, name, owner_id, size, metadata)
select 'bench', $1 || '/many/' || lpad(n::text, 6, '0'), $1, 1, '{"size": 1, "mimetype": "text/plain"}' from generate_series(1, $2) n`
)

func (b *bench) bucket(ctx context.Context) error {
	var errs []error
	for _, sql := range []string{bucketMake, bucketPolicy, bucketRule} {
		_, err := b.pool.Exec(ctx, sql)
		errs = append(errs, err)
	}
	_, err := b.pool.Exec(ctx, objectsMake, b.users[0].User.ID, manyObjects)
	_, vacuum := b.pool.Exec(ctx, `analyze storage.objects`)
	return errors.Join(append(errs, err, vacuum)...)
}

// plainServer is what the standard library does with files: GET by FileServer,
// PUT into a temporary file, fsync, rename, fsync of the folder.
func plainServer(dir string) (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // a bench on loopback
	if err != nil {
		return "", err
	}
	files := http.FileServer(http.Dir(dir))
	var count atomic.Int64
	put := func(r *http.Request) error {
		f, err := os.CreateTemp(dir, ".put-*")
		if err != nil {
			return err
		}
		_, err = io.Copy(f, r.Body)
		folder, openErr := os.Open(dir)
		err = errors.Join(err, f.Sync(), f.Close(), os.Rename(f.Name(), filepath.Join(dir, strconv.FormatInt(count.Add(1), 36))), openErr)
		if openErr == nil {
			err = errors.Join(err, folder.Sync(), folder.Close())
		}
		return err
	}
	go http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { //nolint:errcheck,gosec // ends with the bench
		if r.Method != http.MethodPut {
			files.ServeHTTP(w, r)
		} else if err := put(r); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	}))
	return l.Addr().String(), nil
}

func (b *bench) fileRequest(method, path, token string, body []byte) []byte {
	var q bytes.Buffer
	fmt.Fprintf(&q, "%s %s HTTP/1.1\r\nHost: %s\r\napikey: %s\r\nAuthorization: Bearer %s\r\nContent-Type: text/plain\r\n", method, path, b.host, b.apikey, token)
	if body != nil {
		fmt.Fprintf(&q, "Content-Length: %d\r\n", len(body))
	}
	q.WriteString("\r\n")
	q.Write(body)
	return q.Bytes()
}

func (b *bench) files(ctx context.Context, out io.Writer, plain, dir, name string, body []byte) error {
	wires := make([]*wire, workers)
	for w := range wires {
		var err error
		if wires[w], err = dial(plain); err != nil {
			return err
		}
	}
	var count atomic.Int64
	next := func() string { return strconv.FormatInt(count.Add(1), 36) }
	path := func(w int, file string) string { return "/storage/v1/object/bench/" + b.users[w].User.ID + "/" + file }
	upload := func(_ context.Context, w int) error {
		_, err := b.wires[w].do(b.fileRequest("POST", path(w, strconv.Itoa(len(body))+"-"+next()), b.users[w].AccessToken, body), false)
		return err
	}
	bareUpload := func(_ context.Context, w int) error {
		_, err := wires[w].do(b.fileRequest("PUT", "/", "x", body), false)
		return err
	}
	if err := pair(ctx, out, "upload of "+name, "net/http: file, fsync, rename", upload, bareUpload); err != nil {
		return err
	}
	file := "read" + strconv.Itoa(len(body))
	for w := range workers {
		if _, err := b.wires[w].do(b.fileRequest("PUT", path(w, file), b.users[w].AccessToken, body), false); err != nil {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(dir, file), body, 0o600); err != nil {
		return err
	}
	download := func(_ context.Context, w int) error {
		_, err := b.wires[w].do(b.fileRequest("GET", path(w, file), b.users[w].AccessToken, nil), false)
		return err
	}
	bareDownload := func(_ context.Context, w int) error {
		_, err := wires[w].do(b.fileRequest("GET", "/"+file, "x", nil), false)
		return err
	}
	return pair(ctx, out, "download of "+name+" under RLS", "net/http: FileServer", download, bareDownload)
}

func (b *bench) lists(ctx context.Context, out io.Writer) error {
	const bare = `select coalesce(json_agg(t), '[]') from (select o.name, o.id, o.metadata, o.created_at, o.updated_at, o.last_accessed_at
  from storage.objects o where o.bucket_id = 'bench' and o.name >= $1 and o.name < $1 || '~' order by o.name limit 100) t`
	first := b.users[0]
	body, err := json.Marshal(map[string]any{"prefix": first.User.ID + "/many", "limit": 100})
	if err != nil {
		return err
	}
	list := func(_ context.Context, w int) error {
		req := request("POST", b.host, "/storage/v1/object/list/bench", first.AccessToken, b.apikey, body)
		_, err := b.wires[w].do(req, false)
		return err
	}
	same := *b
	same.users = make([]user, workers)
	for w := range same.users {
		same.users[w] = first
	}
	return pair(ctx, out, "list of 100 among 10,000 under RLS", "the bare statement in a pipeline", list, same.bare("POST", "/list", bare, first.User.ID+"/many/"))
}

// large moves one file of 256 MB each way, once, and says megabytes a second.
func (b *bench) large(ctx context.Context, out io.Writer, plain, dir string) error {
	source := filepath.Join(dir, "source")
	f, err := os.Create(source)
	if err != nil {
		return err
	}
	block := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	for range largeFile / len(block) {
		if _, err := f.Write(block); err != nil {
			return err
		}
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	path := "http://" + b.host + "/storage/v1/object/bench/" + b.users[0].User.ID + "/large"
	rates := map[string]float64{}
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"upload", func() error { return b.send(ctx, "PUT", path, source) }},
		{"cp", func() error { return copyDurably(source, filepath.Join(dir, "copy")) }},
		{"plain upload", func() error { return b.send(ctx, "PUT", "http://"+plain+"/large", source) }},
		{"download", func() error { return b.fetch(ctx, path) }},
		{"plain download", func() error { return b.fetch(ctx, "http://"+plain+"/source") }},
	} {
		began := time.Now()
		if err := step.do(); err != nil {
			return fmt.Errorf("256 MB, %s: %w", step.name, err)
		}
		rates[step.name] = largeFile / 1e6 / time.Since(began).Seconds()
	}
	line := func(what, ours, limit, is string) {
		fmt.Fprintf(out, "%s\t%.0f MB/s\t\t\t%.0f MB/s\t%.2f\t%s\n", what, rates[ours], rates[limit], rates[ours]/rates[limit], is)
	}
	line("upload of 256 MB", "upload", "cp", "cp and fsync")
	line("upload of 256 MB", "upload", "plain upload", "net/http: file, fsync, rename")
	line("download of 256 MB under RLS", "download", "plain download", "net/http: FileServer")
	return nil
}

func (b *bench) send(ctx context.Context, method, url, source string) error {
	f, err := os.Open(source)
	if err != nil {
		return err
	}
	defer f.Close()
	req, err := http.NewRequestWithContext(ctx, method, url, f)
	if err != nil {
		return err
	}
	req.ContentLength = largeFile
	req.Header.Set("Authorization", "Bearer "+b.users[0].AccessToken)
	req.Header.Set("Content-Type", "application/octet-stream")
	return answered(req)
}

func (b *bench) fetch(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+b.users[0].AccessToken)
	return answered(req)
}

func answered(req *http.Request) error {
	res, err := http.DefaultClient.Do(req) //nolint:gosec // a bench on loopback
	if err != nil {
		return err
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = errors.New(res.Status)
	}
	return err
}

// copyDurably is cp and fsync.
func copyDurably(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}
