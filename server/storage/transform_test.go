package storage

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"net/http"
	"testing"

	"github.com/google/uuid"

	"howdah/server/problem"
)

func picturePNG(t testing.TB, w, h int) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for x := range w {
		for y := range h {
			img.Set(x, y, color.NRGBA{uint8(x), uint8(y), 9, 255})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestTransform(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	a.exec(`update storage.buckets set public = true where id = 'b'`)
	var photo bytes.Buffer
	img, err := png.Decode(bytes.NewReader(picturePNG(t, 40, 20)))
	if err != nil {
		t.Fatal(err)
	}
	if err := jpeg.Encode(&photo, img, nil); err != nil {
		t.Fatal(err)
	}
	a.put("i.png", string(picturePNG(t, 40, 20)), "Content-Type", "image/png")
	a.put("i.jpg", photo.String(), "Content-Type", "image/jpeg")
	for _, test := range []struct {
		query, name, kind string
		w, h              int
	}{
		{"width=10&height=10", "i.png", "image/png", 10, 10},
		{"width=10&height=10&resize=contain", "i.jpg", "image/jpeg", 10, 5},
		{"width=10&height=10&resize=fill&quality=30", "i.jpg", "image/jpeg", 10, 10},
		{"width=10", "i.png", "image/png", 10, 5},
		{"height=4&format=origin", "i.png", "image/png", 8, 4},
		{"", "i.png", "image/png", 40, 20},
	} {
		r := a.call("GET", "/render/image/public/b/"+test.name+"?"+test.query, "", nil)
		got, _, err := image.DecodeConfig(bytes.NewReader([]byte(r.body)))
		if r.status != http.StatusOK || err != nil || got.Width != test.w || got.Height != test.h || r.header.Get("Content-Type") != test.kind {
			t.Errorf("%s: %d %s, %dx%d, %v", test.query, r.status, r.header.Get("Content-Type"), got.Width, got.Height, err)
		}
	}
	for _, query := range []string{"width=-1", "width=9999", "height=x", "quality=1", "resize=melt", "format=exe"} {
		if r := a.call("GET", "/render/image/public/b/i.png?"+query, "", nil); r.code() != "InvalidRequest" {
			t.Errorf("%s: %d %s", query, r.status, r.body)
		}
	}
	a.put("text.png", "no image", "Content-Type", "image/png")
	if r := a.call("GET", "/render/image/public/b/text.png?width=5", "", nil); r.code() != "InvalidRequest" {
		t.Errorf("text: %d %s", r.status, r.body)
	}
	if r := a.call("GET", "/render/image/public/other/i.png?width=5", "", nil); r.code() != "NoSuchBucket" {
		t.Errorf("a private bucket: %d %s", r.status, r.body)
	}
}

// A bomb claims to be huge in a few bytes, and is refused by its claim alone.
func TestTransformRefusesBombs(t *testing.T) {
	t.Parallel()
	im, err := newImages(settings(t, map[string]string{"STORAGE_IMAGE_MAX_PIXELS": "1000000"}))
	if err != nil {
		t.Fatal(err)
	}
	bomb := picturePNG(t, 4, 4)
	for _, side := range []uint32{50_000, 1 << 30} {
		binary.BigEndian.PutUint32(bomb[16:], side)
		binary.BigEndian.PutUint32(bomb[20:], side)
		binary.BigEndian.PutUint32(bomb[29:], crc32.ChecksumIEEE(bomb[12:29]))
		opened := 0
		_, err := im.get(t.Context(), uuid.New(), transform{Width: 1, Resize: "cover", Quality: 80}, func(context.Context) (Blob, error) {
			opened++
			return memory{bytes.NewReader(bomb)}, nil
		})
		var p *problem.Problem
		if !errors.As(err, &p) || p.Status != http.StatusUnprocessableEntity || opened != 1 {
			t.Errorf("a side of %d: %v", side, err)
		}
	}
	id, opened := uuid.New(), 0
	for range 3 {
		if _, err := im.get(t.Context(), id, transform{Width: 1, Resize: "cover", Quality: 80}, func(context.Context) (Blob, error) {
			opened++
			return memory{bytes.NewReader(picturePNG(t, 9, 9))}, nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	if opened != 1 {
		t.Errorf("transformed %d times", opened)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := im.make(ended, memory{bytes.NewReader(picturePNG(t, 9, 9))}, id, &transform{Width: 1}); !errors.Is(err, context.Canceled) {
		t.Errorf("a deadline that has passed: %v", err)
	}
}
