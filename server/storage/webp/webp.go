// Package webp writes images as WebP, lossy: a VP8 key frame (RFC 6386), and
// beside it, where the image is not opaque, its alpha without loss (RFC 9649).
// It is written here because no library for it can be had that needs no C.
package webp

import (
	"context"
	"encoding/binary"
	"image"
)

// Encode answers img as WebP, of a quality from 0 to 100.
func Encode(ctx context.Context, img *image.NRGBA, quality int) ([]byte, error) {
	size := img.Bounds().Size()
	if size.X > maxSide || size.Y > maxSide {
		return nil, ErrTooLarge
	}
	f := newFrame(size.X, size.Y, quality)
	f.fill(img)
	if err := f.shape(ctx); err != nil {
		return nil, err
	}
	data, err := f.encode()
	if err != nil {
		return nil, err
	}
	out := []byte("RIFF\x00\x00\x00\x00WEBP")
	if !img.Opaque() {
		extended := []byte{1 << 4, 0, 0, 0, 0, 0, 0, 0, 0, 0} // with alpha
		put24(extended[4:], size.X-1)
		put24(extended[7:], size.Y-1)
		out = appendChunk(out, "VP8X", extended)
		out = appendChunk(out, "ALPH", encodeAlpha(img))
	}
	out = appendChunk(out, "VP8 ", data)
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out, ctx.Err()
}

// FullRange answers what golang.org/x/image decoded from lossy WebP in its true
// colours: WebP's luma goes from 16 to 235, where Go takes it for 0 to 255.
func FullRange(img image.Image) image.Image {
	var colors *image.YCbCr
	alpha := func(int, int) uint8 { return 0xff }
	switch img := img.(type) {
	case *image.YCbCr:
		colors = img
	case *image.NYCbCrA:
		colors = &img.YCbCr
		alpha = func(x, y int) uint8 { return img.A[img.AOffset(x, y)] }
	default:
		return img
	}
	bounds := colors.Bounds()
	out := image.NewNRGBA(bounds)
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			luma := 76309 * (int32(colors.Y[colors.YOffset(x, y)]) - 16)
			at := colors.COffset(x, y)
			blue, red := int32(colors.Cb[at])-128, int32(colors.Cr[at])-128
			p := out.Pix[out.PixOffset(x, y):][:4]
			p[0] = clip((luma + 104597*red + 1<<15) >> 16)
			p[1] = clip((luma - 25675*blue - 53279*red + 1<<15) >> 16)
			p[2] = clip((luma + 132201*blue + 1<<15) >> 16)
			p[3] = alpha(x, y)
		}
	}
	return out
}

func put24(to []byte, n int) { to[0], to[1], to[2] = byte(n), byte(n>>8), byte(n>>16) }

func appendChunk(out []byte, name string, data []byte) []byte {
	out = append(out, name...)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(data)))
	out = append(out, data...)
	if len(data)%2 == 1 {
		out = append(out, 0)
	}
	return out
}

// fill takes the image's colours: luma of each pixel, the rest of each four.
// Pixels beyond the image repeat its last ones.
func (f *frame) fill(img *image.NRGBA) {
	at := func(x, y int) []uint8 {
		return img.Pix[min(y, f.height-1)*img.Stride+4*min(x, f.width-1):][:4:4]
	}
	for y := 0; y < 16*f.down; y += 2 {
		for x := 0; x < 16*f.across; x += 2 {
			var r, g, b int32
			for i := range 4 {
				px, py := x+i&1, y+i>>1
				p := at(px, py)
				pr, pg, pb := int32(p[0]), int32(p[1]), int32(p[2])
				f.y.pix[py*f.y.stride+px] = uint8((16839*pr + 33059*pg + 6420*pb + 16<<16 + 1<<15) >> 16)
				r, g, b = r+pr, g+pg, b+pb
			}
			to := y/2*f.u.stride + x/2
			f.u.pix[to] = clip((-9719*r - 19081*g + 28800*b + 128<<18 + 1<<17) >> 18)
			f.v.pix[to] = clip((28800*r - 24116*g - 4684*b + 128<<18 + 1<<17) >> 18)
		}
	}
}
