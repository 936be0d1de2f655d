package webp

// block is 4x4 samples, or their coefficients, row by row.
type block [16]int32

// zigzag orders coefficients from coarse to fine.
var zigzag = [16]uint8{0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15}

// forward is the cosine transform that decoders undo.
func (b *block) forward() {
	for i := 0; i < 16; i += 4 {
		sum, inner := b[i]+b[i+3], b[i+1]+b[i+2]
		diff, step := b[i]-b[i+3], b[i+1]-b[i+2]
		b[i], b[i+2] = (sum+inner)*8, (sum-inner)*8
		b[i+1] = (step*2217 + diff*5352 + 1812) >> 9
		b[i+3] = (diff*2217 - step*5352 + 937) >> 9
	}
	for i := range 4 {
		sum, inner := b[i]+b[i+12], b[i+4]+b[i+8]
		diff, step := b[i]-b[i+12], b[i+4]-b[i+8]
		b[i], b[i+8] = (sum+inner+7)>>4, (sum-inner+7)>>4
		b[i+4] = (step*2217 + diff*5352 + 12000) >> 16
		if diff != 0 {
			b[i+4]++
		}
		b[i+12] = (diff*2217 - step*5352 + 51000) >> 16
	}
}

// backward is the decoder's transform, to the bit.
func (b *block) backward() {
	const wide, narrow = 85627, 35468 // 65536√2 of cos π/8, of sin π/8
	turn := func(p, q int32) (int32, int32) {
		return p*narrow>>16 - q*wide>>16, p*wide>>16 + q*narrow>>16
	}
	for i := range 4 {
		sum, diff := b[i]+b[i+8], b[i]-b[i+8]
		c, d := turn(b[i+4], b[i+12])
		b[i], b[i+4], b[i+8], b[i+12] = sum+d, diff+c, diff-c, sum-d
	}
	for i := 0; i < 16; i += 4 {
		sum, diff := b[i]+4+b[i+2], b[i]+4-b[i+2]
		c, d := turn(b[i+1], b[i+3])
		b[i], b[i+1], b[i+2], b[i+3] = (sum+d)>>3, (diff+c)>>3, (diff-c)>>3, (sum-d)>>3
	}
}

// forwardWalsh transforms the sixteen first coefficients of a macroblock.
func (b *block) forwardWalsh() {
	for i := 0; i < 16; i += 4 {
		a0, a1, a2, a3 := b[i]+b[i+2], b[i+1]+b[i+3], b[i+1]-b[i+3], b[i]-b[i+2]
		b[i], b[i+1], b[i+2], b[i+3] = a0+a1, a3+a2, a3-a2, a0-a1
	}
	for i := range 4 {
		a0, a1, a2, a3 := b[i]+b[i+8], b[i+4]+b[i+12], b[i+4]-b[i+12], b[i]-b[i+8]
		b[i], b[i+4], b[i+8], b[i+12] = (a0+a1)>>1, (a3+a2)>>1, (a3-a2)>>1, (a0-a1)>>1
	}
}

// backwardWalsh is the decoder's, to the bit.
func (b *block) backwardWalsh() {
	for i := range 4 {
		a0, a1, a2, a3 := b[i]+b[i+12], b[i+4]+b[i+8], b[i+4]-b[i+8], b[i]-b[i+12]
		b[i], b[i+4], b[i+8], b[i+12] = a0+a1, a3+a2, a0-a1, a3-a2
	}
	for i := 0; i < 16; i += 4 {
		a0, a1, a2, a3 := b[i]+3+b[i+3], b[i+1]+b[i+2], b[i+1]-b[i+2], b[i]+3-b[i+3]
		b[i], b[i+1], b[i+2], b[i+3] = (a0+a1)>>3, (a3+a2)>>3, (a0-a1)>>3, (a3-a2)>>3
	}
}

// weight tells how much a difference will cost: the sum of its Hadamard transform.
func (b *block) weight() int32 {
	for i := 0; i < 16; i += 4 {
		a0, a1, a2, a3 := b[i]+b[i+2], b[i+1]+b[i+3], b[i+1]-b[i+3], b[i]-b[i+2]
		b[i], b[i+1], b[i+2], b[i+3] = a0+a1, a3+a2, a3-a2, a0-a1
	}
	sum := int32(0)
	for i := range 4 {
		a0, a1, a2, a3 := b[i]+b[i+8], b[i+4]+b[i+12], b[i+4]-b[i+12], b[i]-b[i+8]
		sum += max(a0+a1, -a0-a1) + max(a3+a2, -a3-a2) + max(a3-a2, a2-a3) + max(a0-a1, a1-a0)
	}
	return sum >> 1
}

// levels are a block's quantized coefficients in zigzag order; n of them, the
// last not zero.
type levels struct {
	at [16]int16
	n  int
}

// quantizer divides by a step for the first coefficient and one for the rest.
// It rounds down more than up: what is small costs more bits than it shows.
type quantizer struct {
	step    [2]int32
	inverse [2]uint32
	round   [2]uint32
}

func newQuantizer(dc, ac int32, roundDC, roundAC uint32) quantizer {
	return quantizer{
		[2]int32{dc, ac}, [2]uint32{1 << 17 / uint32(dc), 1 << 17 / uint32(ac)}, [2]uint32{roundDC << 9, roundAC << 9},
	}
}

const maxLevel = 2047

// quantize answers the levels of b from the first on, and leaves in b what a decoder will see.
func (q *quantizer) quantize(b *block, first int) levels {
	var l levels
	for n := first; n < 16; n++ {
		z, which := zigzag[n], min(n, 1)
		c := b[z]
		level := int32(min((uint32(max(c, -c))*q.inverse[which]+q.round[which])>>17, maxLevel))
		if level != 0 {
			l.n = n + 1
		}
		if c < 0 {
			level = -level
		}
		l.at[n] = int16(level)
		b[z] = level * q.step[which]
	}
	return l
}
