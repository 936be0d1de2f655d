package storage

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/color/palette"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"net/http"
	"strings"
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

// A photo is turned as its camera was, and of an animation the first frame is shown.
func TestTransformTurnsAndStops(t *testing.T) {
	t.Parallel()
	im, err := newImages(settings(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	var plain, moving bytes.Buffer
	wide := image.NewNRGBA(image.Rect(0, 0, 40, 20))
	first, second := image.NewPaletted(image.Rect(0, 0, 8, 4), palette.Plan9), image.NewPaletted(image.Rect(0, 0, 8, 4), palette.Plan9)
	draw.Draw(first, first.Rect, image.NewUniform(color.RGBA{255, 0, 0, 255}), image.Point{}, draw.Src)
	if err := errors.Join(jpeg.Encode(&plain, wide, nil), gif.EncodeAll(&moving, &gif.GIF{Image: []*image.Paletted{first, second}, Delay: []int{1, 1}})); err != nil {
		t.Fatal(err)
	}
	exif := "\xff\xe1\x00\x22Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00"
	turned := plain.String()[:2] + exif + plain.String()[2:]
	for name, test := range map[string]struct {
		source, kind string
		w, h         int
	}{
		"a photo": {plain.String(), "image/jpeg", 10, 5}, "a turned one": {turned, "image/jpeg", 5, 10}, "an animation": {moving.String(), "image/png", 8, 4},
	} {
		p, err := im.make(t.Context(), memory{bytes.NewReader([]byte(test.source))}, uuid.New(), &transform{Width: 10, Height: 10, Resize: "contain", Quality: 80})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got, _, err := image.Decode(bytes.NewReader(p.body))
		if err != nil || got.Bounds().Dx() != test.w || got.Bounds().Dy() != test.h || p.mimetype != test.kind {
			t.Errorf("%s: %v, %v, %s", name, got.Bounds(), err, p.mimetype)
		}
		if r, _, _, _ := got.At(1, 1).RGBA(); name == "an animation" && r>>8 != 255 {
			t.Errorf("%s: not its first frame: %d", name, r>>8)
		}
	}
}

// A client that names no format gets WebP if it says that it takes it; caches are told so.
func TestTransformChoosesTheFormat(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	a.exec(`update storage.buckets set public = true where id = 'b'`)
	a.put("i.png", string(picturePNG(t, 40, 20)), "Content-Type", "image/png")
	tags := map[string]string{}
	for _, test := range []struct{ query, accept, kind, vary string }{
		{"", "", "image/png", "Accept"},
		{"", "*/*", "image/png", "Accept"},
		{"", "image/avif,image/webp,image/*;q=0.8", "image/webp", "Accept"},
		{"", "image/png, image/webp ; q=0.5", "image/webp", "Accept"},
		{"", "image/webp;q=0", "image/png", "Accept"},
		{"", "image/webp;q=x", "image/png", "Accept"},
		{"&format=avif", "image/webp", "image/webp", "Accept"},
		{"&format=avif", "image/avif", "image/png", "Accept"},
		{"&format=webp", "image/png", "image/webp", ""},
		{"&format=origin", "image/webp", "image/png", ""},
	} {
		name := test.query + " for " + test.accept
		r := a.call("GET", "/render/image/public/b/i.png?width=10"+test.query, "", nil, "Accept", test.accept)
		got, kind, err := image.DecodeConfig(bytes.NewReader([]byte(r.body)))
		if r.status != http.StatusOK || err != nil || "image/"+kind != test.kind || r.header.Get("Content-Type") != test.kind || got.Width != 10 || got.Height != 5 {
			t.Errorf("%s: %d %s, %s, %dx%d, %v", name, r.status, r.header.Get("Content-Type"), kind, got.Width, got.Height, err)
		}
		if r.header.Get("Vary") != test.vary {
			t.Errorf("%s varies by %q", name, r.header.Get("Vary"))
		}
		if other, ok := tags[r.header.Get("Etag")]; ok && other != test.kind {
			t.Errorf("%s: the tag of another format", name)
		}
		tags[r.header.Get("Etag")] = test.kind
	}
	link := func(format string) answer {
		body := `{"expiresIn": 60, "transform": {"width": 10, "format": "` + format + `"}}`
		signed := a.call("POST", "/object/sign/b/i.png", a.service, strings.NewReader(body), "Content-Type", "application/json")
		var out struct{ SignedURL string }
		if err := json.Unmarshal([]byte(signed.body), &out); err != nil {
			t.Fatal(err)
		}
		return a.call("GET", out.SignedURL+"&format=origin", "", nil)
	}
	if kind := link("webp").header.Get("Content-Type"); kind != "image/webp" {
		t.Errorf("a link for WebP gives %s", kind)
	}
	if kind := link("origin").header.Get("Content-Type"); kind != "image/png" {
		t.Errorf("a link for the original's kind gives %s", kind)
	}
}

// What came as WebP keeps its colours and its holes, however often it is transformed.
func TestTransformKeepsColours(t *testing.T) {
	t.Parallel()
	im, err := newImages(settings(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	want := color.NRGBA{250, 240, 5, 90}
	img := image.NewNRGBA(image.Rect(0, 0, 20, 20))
	draw.Draw(img, img.Rect, image.NewUniform(want), image.Point{}, draw.Src)
	var source bytes.Buffer
	if err := png.Encode(&source, img); err != nil {
		t.Fatal(err)
	}
	body := source.Bytes()
	for _, format := range []string{"webp", "webp", "webp", "origin"} {
		p, err := im.make(t.Context(), memory{bytes.NewReader(body)}, uuid.New(), &transform{Quality: 90, Format: format})
		if err != nil {
			t.Fatal(err)
		}
		body = p.body
	}
	got, err := png.Decode(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i, d := range []int{int(want.R), int(want.G), int(want.B), int(want.A)} {
		if have := int(got.(*image.NRGBA).Pix[4*(10*20+10)+i]); max(have-d, d-have) > 4 {
			t.Errorf("channel %d was %d, is %d", i, d, have)
		}
	}
}

// What WebP cannot hold is answered as what it was.
func TestTransformOfWhatIsTooLongForWebP(t *testing.T) {
	t.Parallel()
	im, err := newImages(settings(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	p, err := im.make(t.Context(), memory{bytes.NewReader(picturePNG(t, 17_000, 2))}, uuid.New(), &transform{Quality: 80, Format: "webp"})
	if err != nil || p.mimetype != "image/png" {
		t.Errorf("%v, %v", p, err)
	}
}

// A strip of few pixels, drawn to fill a square, is not first drawn in full length:
// that would be 200 GB, and the end of the process.
func TestTransformOfStrips(t *testing.T) {
	t.Parallel()
	im, err := newImages(settings(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []image.Point{{2, 200_000}, {200_000, 2}, {1, 1}, {99, 1}, {3, 2}} {
		for _, test := range []transform{
			{Width: 500, Height: 400, Resize: "cover"},
			{Width: 500, Height: 400, Resize: "contain"},
			{Width: 500, Height: 400, Resize: "fill"},
			{Width: 500, Resize: "cover"},
			{Width: 500, Resize: "fill"},
			{Height: 400, Resize: "fill"},
		} {
			test.Quality = 80
			p, err := im.make(t.Context(), memory{bytes.NewReader(picturePNG(t, size.X, size.Y))}, uuid.New(), &test)
			if err != nil {
				t.Fatal(err)
			}
			got, err := png.DecodeConfig(bytes.NewReader(p.body))
			exact := test.Resize == "fill" || test.Resize == "cover" && test.Height != 0
			if err != nil || exact && test.Width != 0 && got.Width != 500 || exact && test.Height != 0 && got.Height != 400 || got.Width > maxSide || got.Height > 200_000 {
				t.Errorf("%v, %v: %dx%d, %v", size, &test, got.Width, got.Height, err)
			}
		}
	}
}
