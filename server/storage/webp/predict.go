package webp

// Modes by which a block is foretold from its neighbours. A macroblock has the
// first four, a small block all.
const (
	modeDC = iota
	modeTM
	modeVE
	modeHE
	modeRD
	modeVR
	modeLD
	modeVL
	modeHD
	modeHU
	largeModes = modeHE + 1
	smallModes = modeHU + 1
)

func clip(v int32) uint8 { return uint8(min(max(v, 0), 255)) }

// edge is what surrounds a small block: its left from the bottom up, the
// corner, what is above it and four more to the right; the last one twice.
type edge [14]int32

func (e *edge) mean2(i int) uint8 { return uint8((e[i] + e[i+1] + 1) >> 1) }
func (e *edge) mean3(i int) uint8 { return uint8((e[i-1] + 2*e[i] + e[i+1] + 2) >> 2) }

// small foretells a small block (RFC 6386, section 12.3).
func (e *edge) small(mode int, to *[16]uint8) {
	switch mode {
	case modeDC:
		v := uint8((e[0] + e[1] + e[2] + e[3] + e[5] + e[6] + e[7] + e[8] + 4) >> 3)
		for i := range to {
			to[i] = v
		}
	case modeTM:
		for i := range to {
			to[i] = clip(e[5+i&3] + e[3-i>>2] - e[4])
		}
	case modeVE:
		for i := range to {
			to[i] = e.mean3(5 + i&3)
		}
	case modeHE:
		rows := [4]uint8{e.mean3(3), e.mean3(2), e.mean3(1), uint8((3*e[0] + e[1] + 2) >> 2)}
		for i := range to {
			to[i] = rows[i>>2]
		}
	case modeRD:
		for i := range to {
			to[i] = e.mean3(4 - i>>2 + i&3)
		}
	case modeLD:
		for i := range to {
			to[i] = e.mean3(6 + i>>2 + i&3)
		}
	default:
		e.steep(mode, to)
	}
}

// steep foretells along the four directions between the straight ones.
func (e *edge) steep(mode int, to *[16]uint8) {
	switch mode {
	case modeVR:
		for x := range 4 {
			to[x], to[4+x] = e.mean2(4+x), e.mean3(4+x)
		}
		to[8], to[12] = e.mean3(3), e.mean3(2)
		copy(to[9:12], to[0:3])
		copy(to[13:16], to[4:7])
	case modeVL:
		for x := range 4 {
			to[x], to[4+x] = e.mean2(5+x), e.mean3(6+x)
		}
		copy(to[8:11], to[1:4])
		copy(to[12:15], to[5:8])
		to[11], to[15] = e.mean3(10), e.mean3(11)
	case modeHD:
		to[0], to[1], to[2], to[3] = e.mean2(3), e.mean3(4), e.mean3(5), e.mean3(6)
		for y := 1; y < 4; y++ {
			to[4*y], to[4*y+1] = e.mean2(3-y), e.mean3(4-y)
			to[4*y+2], to[4*y+3] = to[4*y-4], to[4*y-3]
		}
	case modeHU:
		last := uint8(e[0])
		ramp := [7]uint8{e.mean2(2), e.mean3(2), e.mean2(1), e.mean3(1), e.mean2(0), uint8((e[1] + 3*e[0] + 2) >> 2), last}
		for i := range to {
			to[i] = ramp[min(i&3+2*(i>>2), 6)]
		}
	}
}

// border is what surrounds a square of a macroblock, 16 or 8 wide.
type border struct {
	above, left []uint8
	corner      uint8
	atTop       bool
	atLeft      bool
}

// large foretells a square, row by row (RFC 6386, section 12.2).
func (b *border) large(mode int, to []uint8) {
	side := len(b.above)
	switch mode {
	case modeDC:
		v := b.mean()
		for i := range side * side {
			to[i] = v
		}
	case modeVE:
		for y := range side {
			copy(to[y*side:], b.above)
		}
	case modeHE:
		for i := range side * side {
			to[i] = b.left[i/side]
		}
	default:
		for y := range side {
			base := int32(b.left[y]) - int32(b.corner)
			for x, above := range b.above {
				to[y*side+x] = clip(base + int32(above))
			}
		}
	}
}

// mean is that of the neighbours within the image.
func (b *border) mean() uint8 {
	sum, n := 0, 0
	if !b.atTop {
		for _, v := range b.above {
			sum += int(v)
		}
		n += len(b.above)
	}
	if !b.atLeft {
		for _, v := range b.left {
			sum += int(v)
		}
		n += len(b.left)
	}
	if n == 0 {
		return 0x80
	}
	return uint8((sum + n/2) / n)
}
