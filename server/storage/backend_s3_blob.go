package storage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/google/uuid"
	"github.com/minio/minio-go/v7"
)

// s3Blob reads one GET until somebody seeks elsewhere.
type s3Blob struct {
	ctx  context.Context //nolint:containedctx // a reader has no other way to its request's context
	s    *S3
	id   uuid.UUID
	body io.ReadCloser
	at   int64 // where body stands
	want int64 // where the next Read is to begin
	size int64
}

func (b *s3Blob) get(from int64) (minio.ObjectInfo, error) {
	var opts minio.GetObjectOptions
	if from > 0 {
		if err := opts.SetRange(from, 0); err != nil {
			return minio.ObjectInfo{}, err
		}
	}
	body, info, _, err := b.s.client.GetObject(b.ctx, b.s.bucket, b.s.key(b.id), opts)
	if minio.ToErrorResponse(err).StatusCode == http.StatusNotFound {
		return info, fmt.Errorf("%w: %s", ErrNoBytes, b.id)
	}
	b.body, b.at = body, from
	return info, err
}

// Size is that of all the bytes.
func (b *s3Blob) Size() int64 { return b.size }

func (b *s3Blob) Read(p []byte) (int, error) {
	if b.want >= b.size {
		return 0, io.EOF
	}
	if b.body == nil || b.at != b.want {
		if err := b.Close(); err != nil {
			return 0, err
		}
		if _, err := b.get(b.want); err != nil {
			return 0, err
		}
	}
	n, err := b.body.Read(p)
	b.at += int64(n)
	b.want = b.at
	return n, err
}

func (b *s3Blob) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += b.want
	case io.SeekEnd:
		offset += b.size
	}
	if offset < 0 {
		return 0, errors.New("seek before the beginning")
	}
	b.want = offset
	return offset, nil
}

func (b *s3Blob) Close() error {
	if b.body == nil {
		return nil
	}
	body := b.body
	b.body = nil
	return body.Close()
}

// chain reads parts one after another.
type chain struct {
	ctx   context.Context //nolint:containedctx // as s3Blob's
	s     *S3
	parts []Piece
	open  Blob
}

func (c *chain) Read(p []byte) (int, error) {
	for {
		if c.open == nil {
			if len(c.parts) == 0 {
				return 0, io.EOF
			}
			blob, err := c.s.Open(c.ctx, c.parts[0].ID)
			if err != nil {
				return 0, err
			}
			c.open, c.parts = blob, c.parts[1:]
		}
		n, err := c.open.Read(p)
		if n > 0 || err != nil && !errors.Is(err, io.EOF) {
			return n, ignoreEOF(err)
		}
		if err != nil {
			c.Close()
		}
	}
}

func ignoreEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// Close closes the part that is open.
func (c *chain) Close() {
	if c.open != nil {
		_ = c.open.Close()
		c.open = nil
	}
}
