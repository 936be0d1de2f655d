package storage

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // registers its decoder
	"image/jpeg"
	"image/png"
	"io"
	"mime"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/disintegration/imaging"
	"github.com/google/uuid"
	"github.com/maypok86/otter/v2"
	_ "golang.org/x/image/webp" // registers its decoder

	"howdah/server/config"
	"howdah/server/storage/webp"
)

// transform is what a client wants of an image.
type transform struct {
	Width   int    `json:"width,omitempty"`
	Height  int    `json:"height,omitempty"`
	Resize  string `json:"resize,omitempty"`
	Quality int    `json:"quality,omitempty"`
	Format  string `json:"format,omitempty"`
}

const (
	maxSide        = 2500
	minQuality     = 20
	defaultQuality = 80
	maxSource      = 25 << 20 // bytes of an image that is transformed
	transformTime  = 20 * time.Second
)

func (t *transform) check() error {
	bad := func(what string) error {
		return refuse(http.StatusBadRequest, "InvalidRequest", "querystring/"+what)
	}
	switch t.Resize {
	case "":
		t.Resize = "cover"
	case "cover", "contain", "fill":
	default:
		return bad("resize must be equal to one of the allowed values")
	}
	switch t.Format {
	case "", "origin", "webp":
	case "avif": // as if none were named: there is no encoder of it that needs no C
		t.Format = ""
	default:
		return bad("format must be equal to one of the allowed values")
	}
	if t.Quality == 0 {
		t.Quality = defaultQuality
	}
	switch {
	case t.Width < 0 || t.Width > maxSide:
		return bad("width must be between 0 and 2500")
	case t.Height < 0 || t.Height > maxSide:
		return bad("height must be between 0 and 2500")
	case t.Quality < minQuality || t.Quality > 100:
		return bad("quality must be between 20 and 100")
	}
	return nil
}

func (t *transform) String() string {
	text := fmt.Sprintf("width:%d,height:%d,resizing_type:%s,quality:%d", t.Width, t.Height, t.Resize, t.Quality)
	if t.Format == "webp" {
		text += ",format:webp"
	}
	return text
}

// settle chooses the format where the client names none, and tells whether its Accept was asked.
func (t *transform) settle(accept []string) (asked bool) {
	if t.Format != "" {
		return false
	}
	t.Format = "origin"
	for _, field := range accept {
		for item := range strings.SplitSeq(field, ",") {
			media, params, err := mime.ParseMediaType(item)
			weight, bad := strconv.ParseFloat(cmp.Or(params["q"], "1"), 64)
			if err == nil && media == "image/webp" && bad == nil && weight > 0 {
				t.Format = "webp"
			}
		}
	}
	return true
}

// picture is a transformed image. It is never changed.
type picture struct {
	body     []byte
	mimetype string
	etag     string
}

type pictureKey struct {
	version uuid.UUID
	transform
}

// images transforms, a few at a time, and remembers. A version's bytes never
// change, so that nothing invalidates what is remembered.
type images struct {
	cache     *otter.Cache[pictureKey, *picture]
	slots     chan struct{}
	maxPixels int64
}

func newImages(c config.Storage) (*images, error) {
	cache, err := otter.New(&otter.Options[pictureKey, *picture]{
		MaximumWeight: uint64(max(c.TransformCache, 1)),
		Weigher:       func(_ pictureKey, p *picture) uint32 { return uint32(min(len(p.body), 1<<30)) + 200 },
	})
	return &images{cache: cache, slots: make(chan struct{}, max(1, runtime.NumCPU()/2)), maxPixels: c.TransformPixels}, err
}

// get answers the transformed image of a version; open gives its bytes.
func (im *images) get(ctx context.Context, version uuid.UUID, t transform, open func(context.Context) (Blob, error)) (*picture, error) {
	return im.cache.Get(ctx, pictureKey{version, t}, otter.LoaderFunc[pictureKey, *picture](
		func(ctx context.Context, _ pictureKey) (*picture, error) {
			ctx, cancel := context.WithTimeout(ctx, transformTime)
			defer cancel()
			select {
			case im.slots <- struct{}{}:
				defer func() { <-im.slots }()
			case <-ctx.Done():
				return nil, ctx.Err()
			}
			blob, err := open(ctx)
			if err != nil {
				return nil, err
			}
			defer blob.Close()
			return im.make(ctx, blob, version, &t)
		}))
}

var errNoImage = refuse(http.StatusUnprocessableEntity, "InvalidRequest", "The object is no image that can be transformed")

// make reads the image's head alone before it agrees to decode it: a bomb is
// refused by the size that it claims, and cannot decode to more than that.
func (im *images) make(ctx context.Context, blob Blob, version uuid.UUID, t *transform) (*picture, error) {
	if blob.Size() > maxSource {
		return nil, errNoImage
	}
	src := &patientReader{ctx, blob}
	head, kind, err := image.DecodeConfig(src)
	if err != nil || kind != "jpeg" && kind != "png" && kind != "gif" && kind != "webp" {
		return nil, errors.Join(ctx.Err(), errNoImage)
	}
	if head.Width < 1 || head.Height < 1 || int64(head.Width)*int64(head.Height) > im.maxPixels {
		return nil, refuse(http.StatusUnprocessableEntity, "InvalidRequest", "The image has too many pixels to be transformed")
	}
	if _, err := blob.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	img, err := imaging.Decode(src, imaging.AutoOrientation(true))
	if err != nil {
		return nil, errors.Join(ctx.Err(), errNoImage)
	}
	if kind == "webp" {
		img = webp.FullRange(img)
	}
	img = t.apply(img)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(version.String() + t.String()))
	p := &picture{etag: `"` + hex.EncodeToString(sum[:16]) + `"`}
	return p, p.encode(ctx, img, kind, t)
}

// encode writes the image in the format that was chosen, or in one like its own.
func (p *picture) encode(ctx context.Context, img image.Image, kind string, t *transform) error {
	if t.Format == "webp" {
		flat, ok := img.(*image.NRGBA)
		if !ok {
			flat = imaging.Clone(img)
		}
		body, err := webp.Encode(ctx, flat, t.Quality)
		if !errors.Is(err, webp.ErrTooLarge) {
			p.body, p.mimetype = body, "image/webp"
			return err
		}
	}
	var out bytes.Buffer
	var err error
	if opaque, ok := img.(interface{ Opaque() bool }); kind == "png" || kind == "gif" || kind == "webp" && ok && !opaque.Opaque() {
		p.mimetype, err = "image/png", png.Encode(&out, img)
	} else {
		p.mimetype, err = "image/jpeg", jpeg.Encode(&out, img, &jpeg.Options{Quality: t.Quality})
	}
	p.body = out.Bytes()
	return err
}

// apply resizes. What fits already is not enlarged, but to fill a shape.
func (t *transform) apply(img image.Image) image.Image {
	w, h := t.Width, t.Height
	size := img.Bounds().Size()
	switch {
	case w == 0 && h == 0:
		return img
	case t.Resize == "fill":
		return shape(img, cmp.Or(w, min(size.X, maxSide)), cmp.Or(h, min(size.Y, maxSide)))
	case w == 0 || h == 0 || t.Resize == "contain":
		return imaging.Fit(img, cmp.Or(w, size.X), cmp.Or(h, size.Y), imaging.Lanczos)
	default: // what will not be seen goes first: a strip that is made wide before would get as long
		part := image.Pt(min(size.X, max(1, size.Y*w/h)), min(size.Y, max(1, size.X*h/w)))
		return shape(imaging.CropCenter(img, part.X, part.Y), w, h)
	}
}

// shape makes an image of just this size: first lower, then wider, so that
// what is between is no larger than both.
func shape(img image.Image, w, h int) image.Image {
	if size := img.Bounds().Size(); size.Y > h {
		img = imaging.Resize(img, size.X, h, imaging.Lanczos)
	}
	return imaging.Resize(img, w, h, imaging.Lanczos)
}

// patientReader stops a decoder whose time is over.
type patientReader struct {
	ctx context.Context //nolint:containedctx // a reader has no other way to its deadline
	r   io.Reader
}

func (p *patientReader) Read(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	return p.r.Read(b)
}
