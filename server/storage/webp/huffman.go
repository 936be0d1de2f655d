package webp

import (
	"cmp"
	"math/bits"
	"slices"
)

const maxCode = 15 // bits

// code is a symbol's bits, as they are written: the first one lowest.
type code struct {
	bits uint32
	n    uint
}

func (c code) put(w *bitWriter) { w.put(c.bits, c.n) }

// writeCode writes a prefix code for symbols that occur so often, and answers it (RFC 9649, section 3.7.2).
func writeCode(w *bitWriter, counts []int) []code {
	codes := make([]code, len(counts))
	var used []int
	for symbol, n := range counts {
		if n > 0 {
			used = append(used, symbol)
		}
	}
	if len(used) <= 1 { // it needs no bits; none at all is a code of one symbol, too
		symbol := 0
		if len(used) == 1 {
			symbol = used[0]
		}
		w.put(0b101, 3) // simple, one symbol, of eight bits
		w.put(uint32(symbol), 8)
		return codes
	}
	lengths := codeLengths(counts, used)
	w.put(0, 1)    // not simple
	w.put(19-4, 4) // codes of lengths: the lengths 0 to 15 have four bits each
	for i := range 19 {
		if i < 2 || i == 8 { // 17, 18 and 16 repeat others: not used
			w.put(0, 3)
		} else {
			w.put(4, 3)
		}
	}
	w.put(0, 1) // all lengths follow
	next := firstCodes(lengths)
	for symbol, n := range lengths {
		w.put(bits.Reverse32(uint32(n))>>28, 4)
		if n > 0 {
			codes[symbol] = code{bits.Reverse32(next[n]) >> (32 - n), n}
			next[n]++
		}
	}
	return codes
}

// firstCodes answers the first code of each length.
func firstCodes(lengths []uint) [maxCode + 1]uint32 {
	var count, next [maxCode + 1]uint32
	for _, n := range lengths {
		count[n]++
	}
	count[0] = 0
	for n := 1; n <= maxCode; n++ {
		next[n] = (next[n-1] + count[n-1]) << 1
	}
	return next
}

// codeLengths is Huffman's: the two rarest go together, again and again. Where
// that gets too long, rare symbols are taken for less rare.
func codeLengths(counts, used []int) []uint {
	type node struct{ count, left, right int }
	lengths := make([]uint, len(counts))
	for least := 1; ; least *= 2 {
		nodes := make([]node, 0, 2*len(used))
		for _, symbol := range used {
			nodes = append(nodes, node{max(counts[symbol], least), symbol, -1})
		}
		open := make([]int, len(used))
		for i := range open {
			open[i] = i
		}
		for len(open) > 1 {
			slices.SortStableFunc(open, func(a, b int) int { return cmp.Compare(nodes[b].count, nodes[a].count) })
			a, b := open[len(open)-1], open[len(open)-2]
			nodes = append(nodes, node{nodes[a].count + nodes[b].count, a, b})
			open = append(open[:len(open)-2], len(nodes)-1)
		}
		deepest := uint(0)
		depth := make([]uint, len(nodes))
		for i := len(nodes) - 1; i >= 0; i-- {
			if nodes[i].right < 0 {
				lengths[nodes[i].left] = depth[i]
				deepest = max(deepest, depth[i])
				continue
			}
			depth[nodes[i].left], depth[nodes[i].right] = depth[i]+1, depth[i]+1
		}
		if deepest <= maxCode {
			return lengths
		}
	}
}
