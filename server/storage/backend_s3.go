package storage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"howdah/server/config"
)

// S3 keeps bytes in one bucket of an S3 service, under prefix and id.
type S3 struct {
	client minio.Core
	bucket string
	prefix string
}

const (
	partSize    = 16 << 20 // what an upload of unknown length holds in memory
	minPart     = 5 << 20  // S3 takes no smaller part but the last
	maxParts    = 10_000
	s3Tries     = 4
	noSuchKey   = "NoSuchKey"
	copyPerPart = 5 << 30
)

// NewS3 makes a backend of a bucket, without connecting.
func NewS3(c config.Storage) (*S3, error) {
	u, err := url.Parse(c.S3Endpoint)
	if err != nil {
		return nil, fmt.Errorf("STORAGE_S3_ENDPOINT: %w", err)
	}
	lookup := minio.BucketLookupDNS
	if c.S3PathStyle {
		lookup = minio.BucketLookupPath
	}
	core, err := minio.NewCore(u.Host, &minio.Options{
		Creds:  credentials.NewStaticV4(c.S3AccessKey.Reveal(), c.S3SecretKey.Reveal(), ""),
		Secure: u.Scheme == "https", Region: c.S3Region, BucketLookup: lookup, MaxRetries: s3Tries,
	})
	if err != nil {
		return nil, fmt.Errorf("S3 backend: %w", err)
	}
	return &S3{client: *core, bucket: c.S3Bucket, prefix: c.S3Prefix}, nil
}

// Name implements Backend.
func (s *S3) Name() string { return "s3" }

func (s *S3) key(id uuid.UUID) string { return s.prefix + id.String() }

// Put implements Backend. Large and endless bodies go as multipart uploads,
// which the client aborts when r fails.
func (s *S3) Put(ctx context.Context, id uuid.UUID, r io.Reader, size int64) (int64, error) {
	part := uint64(partSize)
	for size > 0 && uint64(size)/part >= maxParts-1 {
		part *= 2
	}
	src := &honest{r: r}
	info, err := s.client.Client.PutObject(ctx, s.bucket, s.key(id), src, size,
		minio.PutObjectOptions{PartSize: part, NumThreads: 1, ContentType: "application/octet-stream"})
	if src.err != nil { // the reader's own words, for the client of ours
		err = src.err
	}
	return info.Size, err
}

// honest keeps a reader's failure from being taken for its end: the client
// would store what came before an io.ErrUnexpectedEOF as if it were all.
type honest struct {
	r   io.Reader
	err error
}

var errSource = errors.New("the source failed")

func (h *honest) Read(p []byte) (int, error) {
	n, err := h.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		h.err = err
		return n, errSource
	}
	return n, err
}

// Open implements Backend.
func (s *S3) Open(ctx context.Context, id uuid.UUID) (Blob, error) {
	b := &s3Blob{ctx: ctx, s: s, id: id}
	info, err := b.get(0)
	if err != nil {
		return nil, err
	}
	b.size = info.Size
	return b, nil
}

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

// Join implements Backend: within the service where its rules for parts
// allow, else through here.
func (s *S3) Join(ctx context.Context, id uuid.UUID, parts []Piece) error {
	srcs, total, compose := make([]minio.CopySrcOptions, len(parts)), int64(0), len(parts) > 0
	for i, part := range parts {
		srcs[i] = minio.CopySrcOptions{Bucket: s.bucket, Object: s.key(part.ID)}
		total += part.Size
		compose = compose && part.Size <= copyPerPart && (part.Size >= minPart || i == len(parts)-1 && part.Size > 0)
	}
	if compose {
		_, err := s.client.ComposeObject(ctx, minio.CopyDestOptions{Bucket: s.bucket, Object: s.key(id)}, srcs...)
		return err
	}
	r := &chain{ctx: ctx, s: s, parts: parts}
	defer r.Close()
	n, err := s.Put(ctx, id, r, total)
	if err == nil && n != total {
		err = fmt.Errorf("joined %d bytes, not %d", n, total)
	}
	return err
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

// Copy implements Backend, within the service.
func (s *S3) Copy(ctx context.Context, from, to uuid.UUID) error {
	_, err := s.client.ComposeObject(ctx, minio.CopyDestOptions{Bucket: s.bucket, Object: s.key(to)},
		minio.CopySrcOptions{Bucket: s.bucket, Object: s.key(from)})
	if minio.ToErrorResponse(err).StatusCode == http.StatusNotFound || minio.ToErrorResponse(err).Code == noSuchKey {
		return fmt.Errorf("%w: %s", ErrNoBytes, from)
	}
	return err
}

// Delete implements Backend.
func (s *S3) Delete(ctx context.Context, ids []uuid.UUID) error {
	queue := make(chan minio.ObjectInfo, len(ids))
	for _, id := range ids {
		queue <- minio.ObjectInfo{Key: s.key(id)}
	}
	close(queue)
	var errs []error
	for failed := range s.client.RemoveObjects(ctx, s.bucket, queue, minio.RemoveObjectsOptions{}) {
		if minio.ToErrorResponse(failed.Err).Code != noSuchKey {
			errs = append(errs, failed.Err)
		}
	}
	return errors.Join(errs...)
}

// Walk implements Backend.
func (s *S3) Walk(ctx context.Context, fn func(uuid.UUID, time.Time) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends the listing where fn does
	for info := range s.client.Client.ListObjects(ctx, s.bucket, minio.ListObjectsOptions{Prefix: s.prefix, Recursive: true}) {
		if info.Err != nil {
			return info.Err
		}
		id, err := uuid.Parse(strings.TrimPrefix(info.Key, s.prefix))
		if err != nil {
			continue // somebody else's
		}
		if err := fn(id, info.LastModified); err != nil {
			return err
		}
	}
	for rest := range s.client.ListIncompleteUploads(ctx, s.bucket, s.prefix, true) {
		if rest.Err != nil || time.Since(rest.Initiated) < sweepAge {
			continue // not all services list them, and those expire them by themselves
		}
		if err := s.client.AbortMultipartUpload(ctx, s.bucket, rest.Key, rest.UploadID); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// Check implements Backend.
func (s *S3) Check(ctx context.Context) error {
	there, err := s.client.BucketExists(ctx, s.bucket)
	if err == nil && !there {
		err = fmt.Errorf("there is no bucket %q", s.bucket)
	}
	return err
}
