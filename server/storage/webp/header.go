package webp

import "errors"

// branch is a step down a tree of modes: what is written there, at which odds.
type branch struct {
	bit bool
	at  uint8
}

// Trees of modes (RFC 6386, section 11). Those of macroblocks have fixed odds;
// those of small blocks name a place among odds that depend on their neighbours.
var (
	largeTree = [largeModes][]branch{
		modeDC: {{true, 145}, {false, 156}, {false, 163}},
		modeVE: {{true, 145}, {false, 156}, {true, 163}},
		modeHE: {{true, 145}, {true, 156}, {false, 128}},
		modeTM: {{true, 145}, {true, 156}, {true, 128}},
	}
	colorTree = [largeModes][]branch{
		modeDC: {{false, 142}},
		modeVE: {{true, 142}, {false, 114}},
		modeHE: {{true, 142}, {true, 114}, {false, 183}},
		modeTM: {{true, 142}, {true, 114}, {true, 183}},
	}
	smallTree = [smallModes][]branch{
		modeDC: {{false, 0}},
		modeTM: {{true, 0}, {false, 1}},
		modeVE: {{true, 0}, {true, 1}, {false, 2}},
		modeHE: {{true, 0}, {true, 1}, {true, 2}, {false, 3}, {false, 4}},
		modeRD: {{true, 0}, {true, 1}, {true, 2}, {false, 3}, {true, 4}, {false, 5}},
		modeVR: {{true, 0}, {true, 1}, {true, 2}, {false, 3}, {true, 4}, {true, 5}},
		modeLD: {{true, 0}, {true, 1}, {true, 2}, {true, 3}, {false, 6}},
		modeVL: {{true, 0}, {true, 1}, {true, 2}, {true, 3}, {true, 6}, {false, 7}},
		modeHD: {{true, 0}, {true, 1}, {true, 2}, {true, 3}, {true, 6}, {true, 7}, {false, 8}},
		modeHU: {{true, 0}, {true, 1}, {true, 2}, {true, 3}, {true, 6}, {true, 7}, {true, 8}},
	}
)

// What modes cost, in 256ths of a bit.
const smallBit = 210

var (
	largeBits = [largeModes]int32{modeDC: 663, modeTM: 725, modeVE: 812, modeHE: 725}
	colorBits = [largeModes]int32{modeDC: 217, modeTM: 1024, modeVE: 581, modeHE: 634}
)

func (f *frame) modeBits(mode int, odds *[9]uint8) int32 {
	sum := int32(0)
	for _, b := range smallTree[mode] {
		sum += f.cost(b.bit, odds[b.at])
	}
	return sum
}

// ErrTooLarge is of images that the format cannot hold.
var ErrTooLarge = errors.New("the image is too large for WebP")

const (
	maxSide      = 1<<14 - 1
	maxModes     = 1<<19 - 1 // bytes of the first part
	maxRemainder = 1<<24 - 1 // and of the second: more is allowed, but decoders refuse it
)

// encode writes the frame, once shaped.
func (f *frame) encode() ([]byte, error) {
	odds := f.oddsOfTokens()
	modes := boolWriter{span: 255}
	f.header(&modes, odds)
	f.modes(&modes)
	first := modes.finish()
	coder := boolWriter{span: 255}
	f.blocksDo(func(t []token) {
		for _, t := range t {
			coder.put(t.bit(), t.prob(odds))
		}
	})
	second := coder.finish()
	if len(first) > maxModes || len(second) > maxRemainder {
		return nil, ErrTooLarge
	}
	n := len(first)<<5 | 1<<4 // shown, a key frame
	head := []byte{
		byte(n), byte(n >> 8), byte(n >> 16), 0x9d, 0x01, 0x2a,
		byte(f.width), byte(f.width >> 8), byte(f.height), byte(f.height >> 8),
	}
	return append(append(head, first...), second...), nil
}

// oddsOfTokens are what the frame's own tokens suggest, where that saves more than it costs to tell.
func (f *frame) oddsOfTokens() *probs {
	var seen [len(firstProbs)][2]int64
	f.blocksDo(func(t []token) {
		for _, t := range t {
			if t&tokenFixed == 0 {
				seen[t&^tokenSet][t>>15]++
			}
		}
	})
	odds := firstProbs
	for i, n := range seen {
		if n[0]+n[1] == 0 {
			continue
		}
		better := uint8(max(1, 255-n[1]*255/(n[0]+n[1])))
		price := func(prob uint8) int64 { return n[0]*int64(f.cost(false, prob)) + n[1]*int64(f.cost(true, prob)) }
		tell := 8*256 + int64(f.cost(true, renewProbs[i])-f.cost(false, renewProbs[i]))
		if price(better)+tell < price(firstProbs[i]) {
			odds[i] = better
		}
	}
	return &odds
}

// header writes what stands before the modes (RFC 6386, section 9.2 and on).
func (f *frame) header(w *boolWriter, odds *probs) {
	w.number(0, 2) // colour space, clamping
	w.number(0, 1) // no segments
	w.number(0, 1) // the normal filter
	w.number(f.smooth, 6)
	w.number(0, 3) // its sharpness
	w.number(0, 1) // the same for all modes
	w.number(0, 2) // one part of tokens
	w.number(f.index, 7)
	w.number(0, 5) // the index holds for all kinds of blocks
	w.number(0, 1) // odds are for this frame
	for i, prob := range odds {
		differs := prob != firstProbs[i]
		if w.put(differs, renewProbs[i]); differs {
			w.number(int(prob), 8)
		}
	}
	w.number(1, 1) // empty macroblocks are told
	w.number(int(f.oddsOfEmpty()), 8)
}

func (f *frame) oddsOfEmpty() uint8 {
	filled := 0
	for i := range f.blocks {
		if !f.blocks[i].empty {
			filled++
		}
	}
	return uint8(min(max(255*filled/len(f.blocks), 1), 255))
}

func (f *frame) modes(w *boolWriter) {
	empty := f.oddsOfEmpty()
	above, left := make([]near, f.across), near{}
	for i := range f.blocks {
		mb, up := &f.blocks[i], &above[i%f.across]
		if i%f.across == 0 {
			left = near{}
		}
		w.put(mb.empty, empty)
		if mb.large {
			for _, b := range largeTree[mb.luma[0]] {
				w.put(b.bit, b.at)
			}
			for j := range 4 {
				up.modes[j], left.modes[j] = mb.luma[0], mb.luma[0]
			}
		} else {
			w.put(false, 145)
			for j, mode := range mb.luma {
				odds := &smallModeProbs[up.modes[j&3]][left.modes[j>>2]]
				for _, b := range smallTree[mode] {
					w.put(b.bit, odds[b.at])
				}
				up.modes[j&3], left.modes[j>>2] = mode, mode
			}
		}
		for _, b := range colorTree[mb.chroma] {
			w.put(b.bit, b.at)
		}
	}
}
