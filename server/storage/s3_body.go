package storage

import (
	"bufio"
	"bytes"
	"crypto/hmac"
	"crypto/md5"  //nolint:gosec // a checksum of the protocol, no secret
	"crypto/sha1" //nolint:gosec // a checksum of the protocol, no secret
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// Bodies of S3 requests, which prove themselves as they are read: by a hash of
// the whole, or in chunks, each with a signature, perhaps with a checksum in a
// trailer. What does not hold is an error of the reader, so that nothing of it
// is ever committed.

const (
	streamSigned          = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
	streamSignedTrailer   = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
	streamUnsignedTrailer = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
	emptyHash             = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	maxChunk              = 16 << 20 // a signed chunk is read whole before any of it is believed
)

var (
	errBodyHash  = refuse(http.StatusBadRequest, "XAmzContentSHA256Mismatch", "The body is not the one that was signed")
	errBadDigest = refuse(http.StatusBadRequest, "BadDigest", "The body does not have the checksum that it should")
	errChunk     = refuse(http.StatusBadRequest, "IncompleteBody", "The chunks of the body are not as they should be")
)

func (sig *signature) body(r *http.Request, key []byte) (io.ReadCloser, error) {
	body := func(reader io.Reader) io.ReadCloser {
		return struct {
			io.Reader
			io.Closer
		}{announced(reader, r.Header), r.Body}
	}
	switch sig.payload {
	case "", unsigned:
		return body(r.Body), nil
	case streamSigned, streamSignedTrailer, streamUnsignedTrailer:
		length, err := strconv.ParseInt(r.Header.Get("X-Amz-Decoded-Content-Length"), 10, 64)
		if err != nil || length < 0 {
			return nil, refuse(http.StatusLengthRequired, "MissingContentLength", "X-Amz-Decoded-Content-Length is missing")
		}
		r.ContentLength = length
		chunks := &chunked{r: bufio.NewReaderSize(r.Body, 64<<10), left: length}
		if sig.payload != streamUnsignedTrailer {
			chunks.sig, chunks.key, chunks.last = sig, key, sig.value
		}
		chunks.check = trailerSum(r.Header.Get("X-Amz-Trailer"))
		return body(chunks), nil
	default:
		want, err := hex.DecodeString(sig.payload)
		if err != nil || len(want) != sha256.Size {
			return nil, badRequest("InvalidArgument", "X-Amz-Content-Sha256 must be a hash or a kind of stream")
		}
		return body(&hashed{r: r.Body, sum: sha256.New(), want: want, no: errBodyHash}), nil
	}
}

// hashed fails at its end if what was read has another hash.
type hashed struct {
	r    io.Reader
	sum  hash.Hash
	want []byte
	no   error
}

func (h *hashed) Read(p []byte) (int, error) {
	n, err := h.r.Read(p)
	h.sum.Write(p[:n])
	if errors.Is(err, io.EOF) && !hmac.Equal(h.sum.Sum(nil), h.want) {
		return n, h.no
	}
	return n, err
}

// chunked decodes aws-chunked bodies.
type chunked struct {
	r     *bufio.Reader
	left  int64 // of the decoded body
	sig   *signature
	key   []byte
	last  string // the signature before
	buf   []byte
	check *trailer
	done  bool
}

func (c *chunked) Read(p []byte) (int, error) {
	if len(c.buf) == 0 {
		if c.done {
			return 0, io.EOF
		}
		if err := c.next(); err != nil {
			return 0, err
		}
		if c.done {
			return 0, io.EOF
		}
	}
	n := copy(p, c.buf)
	c.buf = c.buf[n:]
	return n, nil
}

// next reads and checks one chunk, whole: nothing unproven leaves here.
func (c *chunked) next() error {
	line, err := c.line()
	if err != nil {
		return err
	}
	text, extension, _ := strings.Cut(line, ";")
	size, err := strconv.ParseInt(strings.TrimSpace(text), 16, 64)
	if err != nil || size < 0 || size > maxChunk || size > c.left {
		return errChunk
	}
	chunk := make([]byte, size)
	if _, err := io.ReadFull(c.r, chunk); err != nil {
		return errChunk
	}
	if c.sig != nil {
		if err := c.proven(chunk, strings.TrimPrefix(strings.TrimSpace(extension), "chunk-signature=")); err != nil {
			return err
		}
	}
	c.left -= size
	c.check.write(chunk)
	if size > 0 {
		c.buf = chunk
		if end, err := c.line(); err != nil || end != "" {
			return errChunk
		}
		return nil
	}
	if c.left != 0 {
		return errChunk
	}
	c.done = true
	return c.trailers()
}

func (c *chunked) line() (string, error) {
	line, err := c.r.ReadSlice('\n')
	if err != nil {
		return "", errChunk
	}
	return string(bytes.TrimRight(line, "\r\n")), nil
}

func (c *chunked) proven(chunk []byte, signature string) error {
	sum := sha256.Sum256(chunk)
	text := strings.Join([]string{"AWS4-HMAC-SHA256-PAYLOAD", c.sig.at, c.sig.scope, c.last, emptyHash, hex.EncodeToString(sum[:])}, "\n")
	want := hex.EncodeToString(hmacOf(c.key, text))
	if !hmac.Equal([]byte(want), []byte(signature)) {
		return denied("SignatureDoesNotMatch", "The signature of a chunk does not match")
	}
	c.last = want
	return nil
}

const maxTrailers = 20 // lines

// trailers reads what follows the last chunk: checksums, then their signature,
// with or without an empty line between them.
func (c *chunked) trailers() error {
	var told strings.Builder
	proven := c.sig == nil || c.sig.payload != streamSignedTrailer
	for range maxTrailers {
		line, err := c.line()
		if line == "" && (err != nil || proven) {
			break
		}
		name, value, _ := strings.Cut(line, ":")
		name, value = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)
		switch {
		case name == "":
		case name != "x-amz-trailer-signature":
			told.WriteString(name + ":" + value + "\n")
			if !c.check.holds(name, value) {
				return errBadDigest
			}
		case c.sig != nil:
			sum := sha256.Sum256([]byte(told.String()))
			text := strings.Join([]string{"AWS4-HMAC-SHA256-TRAILER", c.sig.at, c.sig.scope, c.last, hex.EncodeToString(sum[:])}, "\n")
			if !hmac.Equal([]byte(hex.EncodeToString(hmacOf(c.key, text))), []byte(value)) {
				return denied("SignatureDoesNotMatch", "The signature of the trailer does not match")
			}
			proven = true
		}
	}
	switch {
	case !proven:
		return denied("SignatureDoesNotMatch", "The trailer has no signature")
	case c.check != nil && !c.check.told:
		return errBadDigest // what was announced did not come
	default:
		return nil
	}
}

// trailer is a checksum that a trailer will tell; nil for none that is known here.
type trailer struct {
	name string
	sum  hash.Hash
	told bool
}

func trailerSum(name string) *trailer {
	name = strings.ToLower(name)
	if sum, ok := s3Sums[name]; ok {
		return &trailer{name: name, sum: sum()}
	}
	return nil
}

const crc64NVME = 0x9a6c9329ac4bc9b5 // reversed

// s3Sums are the checksums that a header or a trailer may announce.
var s3Sums = map[string]func() hash.Hash{
	"content-md5":              md5.New,
	"x-amz-checksum-crc32":     func() hash.Hash { return crc32.NewIEEE() },
	"x-amz-checksum-crc32c":    func() hash.Hash { return crc32.New(crc32.MakeTable(crc32.Castagnoli)) },
	"x-amz-checksum-crc64nvme": func() hash.Hash { return crc64.New(crc64.MakeTable(crc64NVME)) },
	"x-amz-checksum-sha1":      sha1.New,
	"x-amz-checksum-sha256":    sha256.New,
}

// announced fails at the end of a body that has not the checksums of the headers.
func announced(r io.Reader, h http.Header) io.Reader {
	for name, sum := range s3Sums {
		if value := h.Get(name); value != "" {
			want, err := base64.StdEncoding.DecodeString(value)
			if err != nil {
				want = nil // no sum is empty
			}
			r = &hashed{r: r, sum: sum(), want: want, no: errBadDigest}
		}
	}
	return r
}

func (t *trailer) write(p []byte) {
	if t != nil {
		t.sum.Write(p)
	}
}

func (t *trailer) holds(name, value string) bool {
	if t == nil || t.name != name {
		return true
	}
	t.told = true
	return base64.StdEncoding.EncodeToString(t.sum.Sum(nil)) == value
}
