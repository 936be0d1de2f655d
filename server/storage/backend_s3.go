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

// Small implements Backend: a write costs more than any question.
func (s *S3) Small() int64 { return 0 }

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
