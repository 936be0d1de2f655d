package webp

import "math/bits"

// boolWriter is the arithmetic coder of RFC 6386, section 7.
type boolWriter struct {
	out  []byte
	low  uint32 // window of eight bits, under those that are decided but for a carry
	span uint32 // 128 to 255
	n    uint   // bits over the window
}

// put writes a bit that is false with a probability of prob/256.
func (w *boolWriter) put(bit bool, prob uint8) {
	split := 1 + (w.span-1)*uint32(prob)>>8
	if bit {
		w.low += split
		w.span -= split
	} else {
		w.span = split
	}
	shift := uint(bits.LeadingZeros32(w.span)) - 24
	w.span <<= shift
	for ; shift > 0; shift-- {
		w.low <<= 1
		if w.n++; w.n == 16 {
			w.spill()
		}
	}
}

// spill gives out the oldest eight bits, and carries into those that are out.
func (w *boolWriter) spill() {
	w.n -= 8
	b := w.low >> (w.n + 8)
	w.low &= 1<<(w.n+8) - 1
	if b > 0xff {
		for i := len(w.out) - 1; i >= 0; i-- {
			if w.out[i]++; w.out[i] != 0 {
				break
			}
		}
	}
	w.out = append(w.out, byte(b))
}

// number writes n even bits, the highest first.
func (w *boolWriter) number(value, n int) {
	for n--; n >= 0; n-- {
		w.put(value>>n&1 != 0, 128)
	}
}

func (w *boolWriter) finish() []byte {
	w.number(0, 32)
	return w.out
}

// bitWriter is that of the lossless kind: plain bits, the lowest first.
type bitWriter struct {
	out []byte
	acc uint64
	n   uint
}

func (w *bitWriter) put(value uint32, n uint) {
	w.acc |= uint64(value) << w.n
	for w.n += n; w.n >= 8; w.n -= 8 {
		w.out = append(w.out, byte(w.acc))
		w.acc >>= 8
	}
}

func (w *bitWriter) finish() []byte {
	return append(w.out, byte(w.acc))
}
