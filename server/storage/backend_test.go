package storage

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/uuid"
)

func contents(t *testing.T, b Backend, id uuid.UUID) []byte {
	t.Helper()
	blob, err := b.Open(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	defer blob.Close()
	text, err := io.ReadAll(blob)
	if err != nil || int64(len(text)) != blob.Size() {
		t.Errorf("read %d of %d bytes: %v", len(text), blob.Size(), err)
	}
	return text
}

func mustPut(t *testing.T, b Backend, text []byte, size int64) uuid.UUID {
	t.Helper()
	id := uuid.New()
	if n, err := b.Put(t.Context(), id, bytes.NewReader(text), size); err != nil || n != int64(len(text)) {
		t.Fatalf("Put = %d, %v", n, err)
	}
	return id
}

// What every backend promises.
func TestBackends(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b Backend) {
		ctx := t.Context()
		if err := b.Check(ctx); err != nil {
			t.Fatal(err)
		}
		for _, text := range [][]byte{nil, []byte("small"), random(300_000), random(17 << 20)} {
			for _, size := range []int64{int64(len(text)), -1} {
				if got := contents(t, b, mustPut(t, b, text, size)); !bytes.Equal(got, text) {
					t.Errorf("%d bytes of size %d come back as %d others", len(text), size, len(got))
				}
			}
		}
		text := random(100_000)
		id := mustPut(t, b, text, -1)
		blob, err := b.Open(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		defer blob.Close()
		if err := iotest.TestReader(blob, text); err != nil {
			t.Error(err)
		}
		broken := uuid.New()
		if _, err := b.Put(ctx, broken, io.MultiReader(strings.NewReader("half"), iotest.ErrReader(io.ErrUnexpectedEOF)), -1); err == nil {
			t.Error("a broken body was stored")
		}
		if _, err := b.Open(ctx, broken); !errors.Is(err, ErrNoBytes) {
			t.Errorf("a broken body: %v", err)
		}
		twin := uuid.New()
		if err := errors.Join(b.Copy(ctx, id, twin), b.Delete(ctx, []uuid.UUID{id, uuid.New()}), b.Delete(ctx, []uuid.UUID{id})); err != nil {
			t.Error(err)
		}
		if _, err := b.Open(ctx, id); !errors.Is(err, ErrNoBytes) {
			t.Errorf("what was deleted: %v", err)
		}
		if err := b.Copy(ctx, id, uuid.New()); !errors.Is(err, ErrNoBytes) {
			t.Errorf("a copy of nothing: %v", err)
		}
		if !bytes.Equal(contents(t, b, twin), text) {
			t.Error("a copy went with its source")
		}
	})
}

func TestBackendsJoin(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b Backend) {
		for _, sizes := range [][]int{{10}, {10, 0, 20}, {6 << 20, 5 << 20, 3}, {}} {
			var parts []Piece
			var want []byte
			for _, n := range sizes {
				text := random(n)
				parts = append(parts, Piece{mustPut(t, b, text, -1), int64(n)})
				want = append(want, text...)
			}
			id := uuid.New()
			if err := b.Join(t.Context(), id, parts); err != nil {
				t.Fatalf("%v: %v", sizes, err)
			}
			if !bytes.Equal(contents(t, b, id), want) {
				t.Errorf("parts of %v are joined wrong", sizes)
			}
		}
		seen := map[uuid.UUID]bool{}
		if err := b.Walk(t.Context(), func(id uuid.UUID, at time.Time) error {
			if seen[id] || time.Since(at) > time.Hour {
				t.Errorf("%s at %s", id, at)
			}
			seen[id] = true
			return nil
		}); err != nil || len(seen) != 7+4 {
			t.Errorf("walked over %d things, %v", len(seen), err)
		}
	})
}
