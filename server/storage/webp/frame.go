package webp

import "context"

// plane is samples, in whole macroblocks. As a macroblock is done, what a
// decoder will see takes the place of what was wanted.
type plane struct {
	pix    []uint8
	stride int
}

// macroblock is how 16x16 pixels are written. Its levels are in the frame's.
type macroblock struct {
	large  bool      // foretold as one
	luma   [16]uint8 // modes; the first alone if large
	chroma uint8
	empty  bool // nothing is left of it but its modes
}

// frame is an image on its way to a VP8 key frame.
type frame struct {
	width, height   int
	across, down    int // macroblocks
	y, u, v         plane
	index           int // of the quantizer
	luma, dc, color quantizer
	smooth          int   // level of the filter over the borders of blocks
	lambda          int64 // squared error that a 256th bit is worth, times 256
	lean            int64 // the same for weights
	blocks          []macroblock
	levels          []int16 // of each block that is not of an empty macroblock: how many, then they
	above           []near  // by column
	left            near
	costs           *[256]int32
}

// near is what a macroblock leaves for those that come below or to the right.
type near struct {
	modes  [4]uint8
	filled [8]uint8 // 1 where levels were written: four of luma, two of each colour
	dc     uint8
}

// index of the quantizer for a quality as people know it from JPEG: the curve is libwebp's.
func indexOf(quality int) int {
	c := float64(quality) / 100
	if c < 0.75 {
		c *= 2.0 / 3
	} else {
		c = 2*c - 1
	}
	return min(max(int(127*(1-cubeRoot(c))), 0), 127)
}

func newFrame(width, height, quality int) *frame {
	f := &frame{width: width, height: height, across: (width + 15) / 16, down: (height + 15) / 16, index: indexOf(quality), costs: bitCosts()}
	w, h := 16*f.across, 16*f.down
	f.y = plane{make([]uint8, w*h), w}
	f.u, f.v = plane{make([]uint8, w*h/4), w / 2}, plane{make([]uint8, w*h/4), w / 2}
	dc, ac := stepsDC[f.index], stepsAC[f.index]
	f.luma = newQuantizer(dc, ac, 96, 110)
	f.dc = newQuantizer(2*dc, max(ac*155/100, 8), 96, 108)
	f.color = newQuantizer(min(dc, 132), ac, 110, 115)
	f.smooth = min(int(ac/4)*300/256, 63) // as libwebp's by default
	f.lambda = max(int64(ac)*int64(ac)/lambdaPart, 1)
	f.lean = int64(ac)
	f.blocks = make([]macroblock, f.across*f.down)
	f.above = make([]near, f.across)
	return f
}

// Parts of a squared step, and of a step, that a bit is worth.
const (
	lambdaPart = 32
	leanShift  = 11
)

// shape decides how each macroblock is written.
func (f *frame) shape(ctx context.Context) error {
	for row := range f.down {
		if err := ctx.Err(); err != nil {
			return err
		}
		f.left = near{}
		for column := range f.across {
			f.macroblock(column, row)
		}
	}
	return nil
}

func (f *frame) macroblock(column, row int) {
	mb := &f.blocks[row*f.across+column]
	one := f.tryLarge(column, row)
	many := f.trySmall(column, row, one.score)
	best := &one.attempt
	if many.score < one.score {
		best = &many.attempt
		mb.luma = many.modes
	} else {
		mb.large = true
		mb.luma[0] = uint8(one.mode)
	}
	colors := f.tryColors(column, row)
	mb.chroma = uint8(colors.mode)

	for y := range 16 {
		copy(f.y.pix[(16*row+y)*f.y.stride+16*column:], best.pix[16*y:16*y+16])
	}
	for y := range 8 {
		at := (8*row+y)*f.u.stride + 8*column
		copy(f.u.pix[at:], colors.pix[0][8*y:8*y+8])
		copy(f.v.pix[at:], colors.pix[1][8*y:8*y+8])
	}
	f.keep(mb, column, &one.dc, best, &colors)
}

// keep appends the levels, and tells those to come what was written.
func (f *frame) keep(mb *macroblock, column int, dc *levels, luma *attempt, colors *colorAttempt) {
	up, left := &f.above[column], &f.left
	for i := range 4 {
		below, right := mb.luma[12+i], mb.luma[4*i+3]
		if mb.large {
			below, right = mb.luma[0], mb.luma[0]
		}
		up.modes[i], left.modes[i] = below, right
	}
	n := 0
	for i := range luma.levels {
		n += luma.levels[i].n
	}
	for i := range colors.levels {
		n += colors.levels[i].n
	}
	if mb.large {
		n += dc.n
	}
	if mb.empty = n == 0; mb.empty {
		up.filled, left.filled = [8]uint8{}, [8]uint8{}
		if mb.large {
			up.dc, left.dc = 0, 0
		}
		return
	}
	write := func(l *levels, above, left *uint8) {
		*above = min(uint8(l.n), 1)
		*left = *above
		f.levels = append(f.levels, int16(l.n))
		f.levels = append(f.levels, l.at[:l.n]...)
	}
	if mb.large {
		write(dc, &up.dc, &left.dc)
	}
	for i := range luma.levels {
		write(&luma.levels[i], &up.filled[i&3], &left.filled[i>>2])
	}
	for i := range colors.levels {
		write(&colors.levels[i], &up.filled[4+i>>2*2+i&1], &left.filled[4+i>>1])
	}
}
