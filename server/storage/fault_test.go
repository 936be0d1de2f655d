package storage

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/uuid"
)

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
	a := newAPI(t, disk)
	if r := a.put("big", string(random(2<<20))); r.code() != "InsufficientStorage" {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := a.put("small", "fits"); r.status != http.StatusOK || a.get("small").body != "fits" {
		t.Errorf("a small file after a large one: %s", r.body)
	}
	for i := 0; ; i++ { // until there is no room for small ones, either
		if r := a.put(fmt.Sprint("f", i), string(random(sizes["small"]))); r.code() == "InsufficientStorage" {
			break
		} else if r.status != http.StatusOK || i > 100 {
			t.Fatalf("file %d: %d %s", i, r.status, r.body)
		}
	}
	if r := a.call("DELETE", "/object/b/f0", a.service, nil); r.status != http.StatusOK {
		t.Errorf("a delete on a full disk: %s", r.body)
	}
	a.reapAll()
	if r := a.put("again", string(random(sizes["small"]))); r.status != http.StatusOK {
		t.Errorf("after a delete: %d %s", r.status, r.body)
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
	a := newAPI(t, b)
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
	a := newAPI(t, nil)
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
