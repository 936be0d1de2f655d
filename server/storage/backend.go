package storage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/google/uuid"

	"howdah/server/config"
)

// Backend keeps bytes under random ids: no name that a user chose ever reaches
// it. Bytes never change: what is written under an id is there whole or not at
// all, and stays until it is deleted.
type Backend interface {
	// Put stores all that r gives and answers how much that was; size is -1
	// when it is not known before. When it fails, nothing is left under id.
	Put(ctx context.Context, id uuid.UUID, r io.Reader, size int64) (int64, error)
	// Open answers the bytes, or ErrNoBytes.
	Open(ctx context.Context, id uuid.UUID) (Blob, error)
	// Join stores the parts' bytes, one after another, under id.
	Join(ctx context.Context, id uuid.UUID, parts []Piece) error
	// Copy stores the bytes of from under to as well, or answers ErrNoBytes.
	Copy(ctx context.Context, from, to uuid.UUID) error
	// Delete removes bytes; what is not there is no error.
	Delete(ctx context.Context, ids []uuid.UUID) error
	// Walk calls fn for all that is stored, and for remains of what failed.
	Walk(ctx context.Context, fn func(id uuid.UUID, modified time.Time) error) error
	// Check says whether the backend can be used.
	Check(ctx context.Context) error
	// Small is how large a body may be to be stored before anybody asked whether
	// it may: as much as costs less than to ask the database once more.
	Small() int64
	// Name is the backend's kind: local or s3.
	Name() string
}

// Blob is stored bytes, opened.
type Blob interface {
	io.ReadSeekCloser
	Size() int64
}

// Piece is a part of an upload.
type Piece struct {
	ID   uuid.UUID
	Size int64
}

// ErrNoBytes says that nothing is stored under an id.
var ErrNoBytes = errors.New("no bytes are stored under this id")

// errFull says that the backend has no room.
var errFull = errors.New("the storage backend is full")

// NewBackend opens the backend that the configuration means.
func NewBackend(c config.Storage) (Backend, error) {
	switch c.Kind() {
	case "local":
		return NewDisk(c.LocalPath, c.LocalSync)
	case "s3":
		return NewS3(c)
	default:
		return nil, fmt.Errorf("unknown storage backend %q", c.Kind())
	}
}

// chunk is how much is copied at once; a request holds one buffer.
const chunk = 256 << 10

var buffers = sync.Pool{New: func() any { return new([chunk]byte) }}

// transfer is io.Copy with a pooled buffer. It hides what the ends could do
// beside Read and Write, so that the buffer is used.
func transfer(w io.Writer, r io.Reader) (int64, error) {
	buf, _ := buffers.Get().(*[chunk]byte)
	defer buffers.Put(buf)
	return io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{r}, buf[:])
}
