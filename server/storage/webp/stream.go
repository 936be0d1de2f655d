package webp

import "math"

// Kinds of blocks; each has odds of its own.
const (
	planeRest = iota // luma whose first coefficient is in the macroblock's
	planeDC          // those first coefficients
	planeColor
	planeWhole
)

// probs are the odds of the tokens, by plane, band, context and place in the tree.
type probs [4 * 8 * 3 * 11]uint8

const (
	planeProbs, bandProbs, contextProbs = 8 * 3 * 11, 3 * 11, 11
)

var bands = [17]uint16{0, 1, 2, 3, 6, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7, 0}

// token is a bit to write: its odds' place among the probs, or the odds if they are fixed.
type token uint16

const (
	tokenSet   = 1 << 15
	tokenFixed = 1 << 14
)

func makeToken(bit bool, at uint16) token {
	if bit {
		return token(at | tokenSet)
	}
	return token(at)
}

func (t token) bit() bool { return t&tokenSet != 0 }

func (t token) prob(p *probs) uint8 {
	if t&tokenFixed != 0 {
		return uint8(t)
	}
	return p[t&^tokenSet]
}

// extra holds the fixed odds of the bits that follow categories of large levels.
var extra = [6][]uint8{
	{159},
	{165, 145},
	{173, 148, 140},
	{176, 155, 140, 135},
	{180, 157, 141, 134, 130},
	{254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129},
}

// tokens appends those of a block to t (RFC 6386, section 13).
func tokens(t []token, kind uint16, context uint8, l []int16, first int) []token {
	base := func(n int, context uint16) uint16 {
		return kind*planeProbs + bands[n]*bandProbs + context*contextProbs
	}
	at := base(first, uint16(context))
	if len(l) <= first {
		return append(t, makeToken(false, at))
	}
	t = append(t, makeToken(true, at))
	for n := first; ; {
		v := int(l[n])
		n++
		t = append(t, makeToken(v != 0, at+1))
		if v == 0 {
			at = base(n, 0)
			continue
		}
		size := max(v, -v)
		t = append(t, makeToken(size > 1, at+2))
		if size > 1 {
			t = large(t, size, at)
		}
		t = append(t, makeToken(v < 0, tokenFixed|128))
		at = base(n, uint16(min(size, 2)))
		if n == 16 {
			return t
		}
		t = append(t, makeToken(n < len(l), at))
		if n == len(l) {
			return t
		}
	}
}

// large appends what tells a level of two and more.
func large(t []token, size int, at uint16) []token {
	t = append(t, makeToken(size > 4, at+3))
	if size <= 4 {
		if t = append(t, makeToken(size > 2, at+4)); size > 2 {
			t = append(t, makeToken(size > 3, at+5))
		}
		return t
	}
	category, least := 0, 5
	for category < 5 && size >= least+1<<len(extra[category]) {
		least += 1 << len(extra[category])
		category++
	}
	t = append(t, makeToken(category > 1, at+6))
	if category < 2 {
		t = append(t, makeToken(category > 0, at+7))
	} else {
		t = append(t, makeToken(category > 3, at+8), makeToken(category&1 != 0, at+9+uint16((category-2)>>1)))
	}
	for i, prob := range extra[category] {
		t = append(t, makeToken((size-least)>>(len(extra[category])-1-i)&1 != 0, tokenFixed|uint16(prob)))
	}
	return t
}

// bitCosts answers what a bit costs, in 256ths of a bit, by its odds.
func bitCosts() *[256]int32 {
	var costs [256]int32
	for i := range costs {
		costs[i] = int32(math.Round(-256 * math.Log2(max(float64(i), 0.5)/256)))
	}
	return &costs
}

func cubeRoot(v float64) float64 { return math.Cbrt(v) }

func (f *frame) cost(bit bool, prob uint8) int32 {
	if bit {
		return f.costs[256-int(prob)]
	}
	return f.costs[prob]
}

// bits is about what a block's levels cost.
func (f *frame) bits(kind uint16, context uint8, l *levels, first int) int64 {
	var room [16 * 20]token
	sum := int64(0)
	for _, t := range tokens(room[:0], kind, context, l.at[:l.n], first) {
		sum += int64(f.cost(t.bit(), t.prob(&firstProbs)))
	}
	return sum
}

// blocksDo hands out the tokens of every macroblock's blocks, once shaped.
func (f *frame) blocksDo(each func(t []token)) {
	var room [16 * 20]token
	rest := f.levels
	above := make([]near, f.across)
	for i := range f.blocks {
		mb, up := &f.blocks[i], &above[i%f.across]
		if i%f.across == 0 {
			f.left = near{}
		}
		left := &f.left
		if mb.empty {
			up.filled, left.filled = [8]uint8{}, [8]uint8{}
			if mb.large {
				up.dc, left.dc = 0, 0
			}
			continue
		}
		next := func(kind uint16, above, left *uint8, first int) {
			n := int(rest[0])
			each(tokens(room[:0], kind, *above+*left, rest[1:1+n], first))
			rest = rest[1+n:]
			*above = uint8(min(n, 1))
			*left = *above
		}
		kind, first := uint16(planeWhole), 0
		if mb.large {
			next(planeDC, &up.dc, &left.dc, 0)
			kind, first = planeRest, 1
		}
		for b := range 16 {
			next(kind, &up.filled[b&3], &left.filled[b>>2], first)
		}
		for b := range 8 {
			next(planeColor, &up.filled[4+b>>2*2+b&1], &left.filled[4+b>>1], 0)
		}
	}
}
