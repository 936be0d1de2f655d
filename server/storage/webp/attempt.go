package webp

// attempt is one way to write a macroblock's luma: what a decoder will see, and
// at which cost.
type attempt struct {
	pix    [256]uint8
	levels [16]levels
	score  int64
}

type largeAttempt struct {
	attempt
	mode int
	dc   levels
}

type smallAttempt struct {
	attempt
	modes [16]uint8
}

type colorAttempt struct {
	mode   int
	pix    [2][64]uint8
	levels [8]levels
}

// surround answers the border of a square of p. A decoder takes 127 for what is
// above the image, 129 for what is at its left.
func (p *plane) surround(column, row, side int) border {
	b := border{atTop: row == 0, atLeft: column == 0}
	var edge [32]uint8
	b.above, b.left = edge[:side:side], edge[16:16+side]
	at := row*side*p.stride + column*side
	if !b.atTop {
		b.above = p.pix[at-p.stride:][:side:side]
	}
	for i := range side {
		if b.atTop {
			b.above[i] = 127
		}
		if b.left[i] = 129; !b.atLeft {
			b.left[i] = p.pix[at+i*p.stride-1]
		}
	}
	switch {
	case b.atTop:
		b.corner = 127
	case b.atLeft:
		b.corner = 129
	default:
		b.corner = p.pix[at-p.stride-1]
	}
	return b
}

// differ is what is wanted less what is foretold, of one small block.
func differ(want []uint8, stride int, got []uint8, side int) block {
	var b block
	for y := range 4 {
		w, g := want[y*stride:][:4], got[y*side:][:4]
		for x := range 4 {
			b[4*y+x] = int32(w[x]) - int32(g[x])
		}
	}
	return b
}

// amend adds a decoded difference to what was foretold, and answers the squared error that is left.
func amend(b *block, want []uint8, stride int, got []uint8, side int) int64 {
	b.backward()
	sum := int32(0)
	for y := range 4 {
		w, g := want[y*stride:][:4], got[y*side:][:4]
		for x := range 4 {
			g[x] = clip(int32(g[x]) + b[4*y+x])
			d := int32(w[x]) - int32(g[x])
			sum += d * d
		}
	}
	return int64(sum)
}

func (f *frame) tryLarge(column, row int) largeAttempt {
	var out largeAttempt
	around := f.y.surround(column, row, 16)
	want := f.y.pix[16*row*f.y.stride+16*column:]
	least := int64(-1)
	var try [256]uint8
	for mode := range largeModes {
		around.large(mode, try[:])
		score := f.lean * int64(largeBits[mode]) >> leanShift
		for i := range 16 {
			x, y := i&3*4, i>>2*4
			d := differ(want[y*f.y.stride+x:], f.y.stride, try[16*y+x:], 16)
			score += int64(d.weight())
		}
		if least < 0 || score < least {
			least, out.mode, out.pix = score, mode, try
		}
	}

	var blocks [16]block
	var dc block
	for i := range 16 {
		x, y := i&3*4, i>>2*4
		blocks[i] = differ(want[y*f.y.stride+x:], f.y.stride, out.pix[16*y+x:], 16)
		blocks[i].forward()
		dc[i] = blocks[i][0]
	}
	dc.forwardWalsh()
	out.dc = f.dc.quantize(&dc, 0)
	bits := int64(largeBits[out.mode]) + f.bits(planeDC, f.above[column].dc+f.left.dc, &out.dc, 0)
	dc.backwardWalsh()
	above, left := f.above[column].filled, f.left.filled
	loss := int64(0)
	for i := range 16 {
		x, y := i&3*4, i>>2*4
		l := f.luma.quantize(&blocks[i], 1)
		bits += f.bits(planeRest, above[x/4]+left[y/4], &l, 1)
		above[x/4] = min(uint8(l.n), 1)
		left[y/4] = above[x/4]
		blocks[i][0] = dc[i]
		loss += amend(&blocks[i], want[y*f.y.stride+x:], f.y.stride, out.pix[16*y+x:], 16)
		out.levels[i] = l
	}
	out.score = loss<<8 + bits*f.lambda
	return out
}

// trySmall gives up as soon as it costs more than what is there already.
func (f *frame) trySmall(column, row int, limit int64) smallAttempt {
	var out smallAttempt
	out.score = int64(smallBit) * f.lambda
	want := f.y.pix[16*row*f.y.stride+16*column:]
	around := f.y.surround(column, row, 16)
	farther := f.farther(column, row)
	up, left := f.above[column], f.left
	for i := range 16 {
		x, y := i&3*4, i>>2*4
		e := smallEdge(&around, farther, &out.pix, x, y)
		odds := &smallModeProbs[up.modes[x/4]][left.modes[y/4]]
		least := int64(-1)
		var mode int
		var try, best [16]uint8
		for m := range smallModes {
			e.small(m, &try)
			d := differ(want[y*f.y.stride+x:], f.y.stride, try[:], 4)
			if score := int64(d.weight()) + f.lean*int64(f.modeBits(m, odds))>>leanShift; least < 0 || score < least {
				least, mode, best = score, m, try
			}
		}
		b := differ(want[y*f.y.stride+x:], f.y.stride, best[:], 4)
		b.forward()
		l := f.luma.quantize(&b, 0)
		bits := int64(f.modeBits(mode, odds)) + f.bits(planeWhole, up.filled[x/4]+left.filled[y/4], &l, 0)
		out.score += amend(&b, want[y*f.y.stride+x:], f.y.stride, best[:], 4)<<8 + bits*f.lambda
		if out.score >= limit {
			return out
		}
		for r := range 4 {
			copy(out.pix[16*(y+r)+x:], best[4*r:4*r+4])
		}
		out.modes[i], out.levels[i] = uint8(mode), l
		up.modes[x/4], left.modes[y/4] = uint8(mode), uint8(mode)
		up.filled[x/4] = min(uint8(l.n), 1)
		left.filled[y/4] = up.filled[x/4]
	}
	return out
}

// farther is the four samples above and to the right of a macroblock: for all
// its small blocks at the right, however low, these are the ones.
func (f *frame) farther(column, row int) [4]uint8 {
	if row == 0 {
		return [4]uint8{127, 127, 127, 127}
	}
	above := f.y.pix[(16*row-1)*f.y.stride:][:f.y.stride]
	if column == f.across-1 {
		last := above[16*column+15]
		return [4]uint8{last, last, last, last}
	}
	return [4]uint8(above[16*column+16:])
}

func smallEdge(around *border, farther [4]uint8, pix *[256]uint8, x, y int) edge {
	var e edge
	at := func(x, y int) int32 {
		switch {
		case y >= 0 && x >= 16, x >= 16:
			return int32(farther[x-16])
		case x < 0 && y < 0:
			return int32(around.corner)
		case y < 0:
			return int32(around.above[x])
		case x < 0:
			return int32(around.left[y])
		default:
			return int32(pix[16*y+x])
		}
	}
	for i := range 4 {
		e[i] = at(x-1, y+3-i)
	}
	for i := range 9 {
		e[4+i] = at(x-1+i, y-1)
	}
	e[13] = e[12]
	return e
}

func (f *frame) tryColors(column, row int) colorAttempt {
	var out colorAttempt
	planes := [2]*plane{&f.u, &f.v}
	least := int64(-1)
	var try [2][64]uint8
	for mode := range largeModes {
		score := f.lean * int64(colorBits[mode]) >> leanShift
		for c, p := range planes {
			around := p.surround(column, row, 8)
			around.large(mode, try[c][:])
			for i := range 4 {
				x, y := i&1*4, i>>1*4
				d := differ(p.pix[(8*row+y)*p.stride+8*column+x:], p.stride, try[c][8*y+x:], 8)
				score += int64(d.weight())
			}
		}
		if least < 0 || score < least {
			least, out.mode, out.pix = score, mode, try
		}
	}
	for i := range 8 {
		p, pix, x, y := planes[i>>2], out.pix[i>>2][:], i&1*4, i>>1&1*4
		want := p.pix[(8*row+y)*p.stride+8*column+x:]
		b := differ(want, p.stride, pix[8*y+x:], 8)
		b.forward()
		out.levels[i] = f.color.quantize(&b, 0)
		amend(&b, want, p.stride, pix[8*y+x:], 8)
	}
	return out
}
