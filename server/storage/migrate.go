package storage

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"github.com/google/uuid"

	"howdah/server/db"
)

// Moved is what a migration did.
type Moved struct {
	Copied  int   `json:"copied"`
	Bytes   int64 `json:"bytes"`
	Present int   `json:"present"` // were there already
	Lost    int   `json:"lost"`    // have no bytes where they should
}

// Migrate copies the bytes of all objects to another backend. What is there
// already, whole, is left, so that it goes on where it was stopped; verify
// reads and compares that too. What is copied is always read back and
// compared. Each lost object is told to note.
func Migrate(ctx context.Context, pool *db.Pool, from, to Backend, verify bool, note func(string)) (Moved, error) {
	var m Moved
	if err := errors.Join(from.Check(ctx), to.Check(ctx)); err != nil {
		return m, fmt.Errorf("a backend cannot be used: %w", err)
	}
	err := eachAfter(ctx, pool, uuid.Nil, func(o row) error {
		there, err := holds(ctx, from, to, o, verify)
		if err != nil || there {
			m.Present++
			return err
		}
		err = move(ctx, from, to, o)
		if errors.Is(err, ErrNoBytes) {
			m.Lost++
			note(fullPath(o.Bucket, o.Name))
			return nil
		}
		m.Copied, m.Bytes = m.Copied+1, m.Bytes+o.Size
		return err
	})
	return m, err
}

// holds says whether to has an object's bytes: by their size, or all of them.
func holds(ctx context.Context, from, to Backend, o row, verify bool) (bool, error) {
	blob, err := to.Open(ctx, o.Version)
	if errors.Is(err, ErrNoBytes) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	size := blob.Size()
	if err := blob.Close(); err != nil || size != o.Size || !verify {
		return size == o.Size, err
	}
	want, err := digestOf(ctx, from, o.Version)
	if errors.Is(err, ErrNoBytes) {
		return true, nil // moved and cleaned up before
	}
	if err != nil {
		return false, err
	}
	got, err := digestOf(ctx, to, o.Version)
	return bytes.Equal(want, got), err
}

func digestOf(ctx context.Context, b Backend, id uuid.UUID) ([]byte, error) {
	blob, err := b.Open(ctx, id)
	if err != nil {
		return nil, err
	}
	defer blob.Close()
	sum := sha256.New()
	_, err = transfer(sum, blob)
	return sum.Sum(nil), err
}

func move(ctx context.Context, from, to Backend, o row) error {
	blob, err := from.Open(ctx, o.Version)
	if err != nil {
		return err
	}
	defer blob.Close()
	sum := sha256.New()
	if _, err := to.Put(ctx, o.Version, io.TeeReader(blob, sum), blob.Size()); err != nil {
		return fmt.Errorf("copy %s: %w", o.Version, err)
	}
	if err := fault("object copied"); err != nil {
		return err
	}
	got, err := digestOf(ctx, to, o.Version)
	if err == nil && !bytes.Equal(got, sum.Sum(nil)) {
		err = fmt.Errorf("copy %s: what was written is not what was read", o.Version)
	}
	return err
}
