package webp

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"testing"

	decoder "golang.org/x/image/webp"
)

// paint makes an image of a function of its pixels.
func paint(w, h int, of func(x, y int) color.NRGBA) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetNRGBA(x, y, of(x, y))
		}
	}
	return img
}

// noise is what no coder can foretell.
func noise(int, int) color.NRGBA {
	v := rand.Uint32()
	return color.NRGBA{uint8(v), uint8(v >> 8), uint8(v >> 16), 255}
}

// scene has what pictures have: slopes, edges, texture.
func scene(x, y int) color.NRGBA {
	v := 128 + 90*math.Sin(float64(x)/17)*math.Cos(float64(y)/23)
	c := color.NRGBA{uint8(v), uint8(x * 2), uint8(255 - v), 255}
	if (x/40+y/30)%3 == 0 {
		c = color.NRGBA{uint8(40 + (x*7+y*13)%31), 200, uint8(y), 255}
	}
	return c
}

// through encodes, and decodes by a decoder that is not ours.
func through(t *testing.T, img *image.NRGBA, quality int) (*image.NRGBA, []byte) {
	t.Helper()
	b, err := Encode(t.Context(), img, quality)
	if err != nil {
		t.Fatal(err)
	}
	got, err := decoder.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if got.Bounds().Size() != img.Bounds().Size() {
		t.Fatalf("%v became %v", img.Bounds(), got.Bounds())
	}
	return FullRange(got).(*image.NRGBA), b
}

// likeness is the peak signal to noise ratio in decibels, of what can be seen.
func likeness(a, b *image.NRGBA) float64 {
	sum, n := 0.0, 0
	for y := range a.Rect.Dy() {
		for x := range a.Rect.Dx() {
			p, q := a.NRGBAAt(x, y), b.NRGBAAt(x, y)
			if p.A == 0 {
				continue
			}
			for _, d := range [3]float64{float64(p.R) - float64(q.R), float64(p.G) - float64(q.G), float64(p.B) - float64(q.B)} {
				sum += d * d
				n++
			}
		}
	}
	return 10 * math.Log10(255*255*float64(n)/max(sum, 1))
}

func TestEncodeLooksAlike(t *testing.T) {
	t.Parallel()
	gray := func(x, _ int) color.NRGBA { return color.NRGBA{uint8(x), uint8(x), uint8(x), 255} }
	for name, test := range map[string]struct {
		w, h    int
		of      func(x, y int) color.NRGBA
		quality int
		alike   float64 // at least
	}{
		"a scene":                     {300, 200, scene, 80, 30},
		"a scene, as good as it gets": {300, 200, scene, 100, 33},
		"a scene, as bad":             {300, 200, scene, 20, 24},
		"one pixel":                   {1, 1, func(int, int) color.NRGBA { return color.NRGBA{200, 10, 60, 255} }, 80, 35},
		"a line":                      {257, 1, gray, 90, 35},
		"a column":                    {1, 33, scene, 90, 20},
		"all of one colour":           {64, 48, func(int, int) color.NRGBA { return color.NRGBA{10, 120, 240, 255} }, 50, 35},
		"black":                       {40, 40, func(int, int) color.NRGBA { return color.NRGBA{0, 0, 0, 255} }, 80, 50},
		"white":                       {40, 40, func(int, int) color.NRGBA { return color.NRGBA{255, 255, 255, 255} }, 80, 50},
		"noise":                       {97, 65, noise, 20, 6},
		"noise, as good as it gets":   {97, 65, noise, 100, 8}, // its colours are halved, not its luma
		"black and white by turns": {65, 65, func(x, y int) color.NRGBA {
			v := uint8(255 * ((x ^ y) & 1))
			return color.NRGBA{v, v, v, 255}
		}, 100, 30},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			img := paint(test.w, test.h, test.of)
			got, _ := through(t, img, test.quality)
			if alike := likeness(img, got); alike < test.alike {
				t.Errorf("%.1f dB", alike)
			}
		})
	}
}

// Every decoder foretells from what it decoded: one that is off by one bit drifts.
func TestEncodeKnowsWhatDecodersSee(t *testing.T) {
	t.Parallel()
	for quality := 0; quality <= 100; quality += 5 {
		for name, img := range map[string]*image.NRGBA{"scene": paint(83, 70, scene), "noise": paint(83, 70, noise)} {
			f := newFrame(83, 70, quality)
			f.smooth = 0 // it comes after all that is foretold
			f.fill(img)
			if err := f.shape(t.Context()); err != nil {
				t.Fatal(err)
			}
			data, err := f.encode()
			if err != nil {
				t.Fatal(err)
			}
			got, err := decoder.Decode(bytes.NewReader(appendChunk([]byte("RIFF\xff\xff\xff\x00WEBP"), "VP8 ", data)))
			if err != nil {
				t.Fatal(err)
			}
			seen := got.(*image.YCbCr)
			for y := range 70 {
				for x := range 83 {
					if f.y.pix[y*f.y.stride+x] != seen.Y[seen.YOffset(x, y)] || f.u.pix[y/2*f.u.stride+x/2] != seen.Cb[seen.COffset(x, y)] {
						t.Fatalf("%s, quality %d: another sample at %d, %d", name, quality, x, y)
					}
				}
			}
		}
	}
}

func TestEncodeKeepsAlpha(t *testing.T) {
	t.Parallel()
	for name, of := range map[string]func(x, y int) uint8{
		"a hole":    func(x, y int) uint8 { return uint8(255 * min((x-40)*(x-40)+(y-30)*(y-30)/900, 1)) },
		"a slope":   func(x, y int) uint8 { return uint8(2*x + y) },
		"noise":     func(int, int) uint8 { return uint8(rand.Uint32()) },
		"nothing":   func(int, int) uint8 { return 0 },
		"two kinds": func(x, _ int) uint8 { return uint8(255 - x&1) },
		"rare ones": func(x, y int) uint8 { return uint8(bitsOfFibonacci(y*97 + x)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			img := paint(97, 301, func(x, y int) color.NRGBA {
				c := scene(x, y)
				c.A = of(x, y)
				return c
			})
			got, _ := through(t, img, 80)
			for i := 3; i < len(img.Pix); i += 4 {
				if got.Pix[i] != img.Pix[i] {
					t.Fatalf("alpha %d became %d at %d", img.Pix[i], got.Pix[i], i/4)
				}
			}
		})
	}
	_, flat := through(t, paint(500, 500, func(int, int) color.NRGBA { return color.NRGBA{9, 9, 9, 3} }), 80)
	if len(flat) > 2000 {
		t.Errorf("one alpha for all takes %d bytes", len(flat))
	}
}

// bitsOfFibonacci gives each value less often than the next, so that plain prefix codes grow too long.
func bitsOfFibonacci(i int) int {
	a, b := 1, 1
	for v := 0; ; v++ {
		if i < a || v > 40 {
			return v
		}
		i -= a
		a, b = b, a+b
	}
}

func TestEncodeGetsSmallerWithQuality(t *testing.T) {
	t.Parallel()
	img, last := paint(300, 200, scene), math.MaxInt
	for _, quality := range []int{100, 80, 60, 40, 20} {
		if _, b := through(t, img, quality); len(b) >= last {
			t.Errorf("quality %d takes %d bytes, more of it %d", quality, len(b), last)
		} else {
			last = len(b)
		}
	}
}

func TestEncodeStopsAndRefuses(t *testing.T) {
	t.Parallel()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Encode(ended, paint(64, 64, scene), 80); !errors.Is(err, context.Canceled) {
		t.Errorf("a deadline that has passed: %v", err)
	}
	for _, size := range []image.Point{{maxSide + 1, 1}, {1, maxSide + 1}} {
		if _, err := Encode(t.Context(), image.NewNRGBA(image.Rectangle{Max: size}), 80); !errors.Is(err, ErrTooLarge) {
			t.Errorf("%v: %v", size, err)
		}
	}
	through(t, image.NewNRGBA(image.Rect(0, 0, maxSide, 3)), 80)
}

func BenchmarkEncode(b *testing.B) {
	img := paint(1000, 800, scene)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Encode(b.Context(), img, 80); err != nil {
			b.Fatal(err)
		}
	}
}
