package webp

import (
	"image"
	"math/bits"
)

// An alpha plane is written as the green of a lossless image (RFC 9649, section
// 3). Runs repeat what is at the left or above, all else stands as it is.
const (
	alphaSymbols = 256 + 24 // values, then lengths of runs
	runAbove     = 0
	runLeft      = 1
	minRun       = 4
	maxRun       = 4096
)

// run is a part of the plane: value alone if n is 0.
type run struct {
	n     int
	from  uint8
	value uint8
}

func encodeAlpha(img *image.NRGBA) []byte {
	size := img.Bounds().Size()
	plane := make([]uint8, 0, size.X*size.Y)
	for y := range size.Y {
		for x := range size.X {
			plane = append(plane, img.Pix[y*img.Stride+4*x+3])
		}
	}
	var values [alphaSymbols]int
	var froms [2]int
	runs(plane, size.X, func(r run) {
		if r.n == 0 {
			values[r.value]++
			return
		}
		symbol, _, _ := lengthSymbol(r.n)
		values[256+symbol]++
		froms[r.from]++
	})

	w := &bitWriter{out: []byte{1}} // without loss, not filtered
	w.put(0, 3)                     // no transforms, no cache of colours, one set of codes
	green := writeCode(w, values[:])
	for range 3 {
		w.put(0b0001, 4) // red, blue, alpha: always 0, in no bits
	}
	from := writeCode(w, append(froms[:], make([]int, 38)...))
	runs(plane, size.X, func(r run) {
		if r.n == 0 {
			green[r.value].put(w)
			return
		}
		symbol, more, n := lengthSymbol(r.n)
		green[256+symbol].put(w)
		w.put(more, n)
		from[r.from].put(w)
	})
	return w.finish()
}

// runs hands out the plane's parts, in order.
func runs(plane []uint8, width int, each func(run)) {
	for i := 0; i < len(plane); {
		left, above := 0, 0
		if i >= 1 {
			left = repeats(plane, i, 1)
		}
		if i >= width {
			above = repeats(plane, i, width)
		}
		switch {
		case max(left, above) < minRun:
			each(run{value: plane[i]})
			i++
		case above >= left:
			each(run{n: above, from: runAbove})
			i += above
		default:
			each(run{n: left, from: runLeft})
			i += left
		}
	}
}

// repeats counts the values from i on that are those some places before.
func repeats(plane []uint8, i, before int) int {
	n := 0
	for n < maxRun && i+n < len(plane) && plane[i+n] == plane[i+n-before] {
		n++
	}
	return n
}

// lengthSymbol answers the symbol of a run's length, and what follows it in how many bits.
func lengthSymbol(length int) (symbol int, more uint32, n uint) {
	v := uint(length - 1)
	if v < 4 {
		return int(v), 0, 0
	}
	top := uint(bits.Len(v)) - 1
	n = top - 1
	return int(2*top + v>>n&1), uint32(v & (1<<n - 1)), n
}
