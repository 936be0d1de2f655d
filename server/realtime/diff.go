package realtime

import (
	"bytes"
	"encoding/json"
)

// op is one step from one list of rows to another: ["-", index],
// ["+", index, row] or ["=", index, row].
type op []any

const widestDiff = 2_000_000 // cells of the table below; beyond, the middle is replaced whole

// diff is the steps from old to new. They apply one after the other.
func diff(before, after []json.RawMessage) []op {
	start := 0
	for start < len(before) && start < len(after) && bytes.Equal(before[start], after[start]) {
		start++
	}
	endB, endA := len(before), len(after)
	for endB > start && endA > start && bytes.Equal(before[endB-1], after[endA-1]) {
		endB--
		endA--
	}
	b, a := before[start:endB], after[start:endA]
	keep := common(b, a)
	var ops []op
	at, i, j := start, 0, 0
	for i < len(b) || j < len(a) {
		switch {
		case i < len(b) && j < len(a) && keep[i] == j:
			i, j, at = i+1, j+1, at+1
		case i < len(b) && keep[i] < 0 && j < len(a) && !kept(keep, j):
			ops = append(ops, op{"=", at, a[j]})
			i, j, at = i+1, j+1, at+1
		case i < len(b) && keep[i] < 0:
			ops = append(ops, op{"-", at})
			i++
		default:
			ops = append(ops, op{"+", at, a[j]})
			j, at = j+1, at+1
		}
	}
	return ops
}

func kept(keep []int, j int) bool {
	for _, k := range keep {
		if k == j {
			return true
		}
	}
	return false
}

// common is a longest common subsequence: for each row of b the row of a that
// it stays as, or -1.
func common(b, a []json.RawMessage) []int {
	keep := make([]int, len(b))
	for i := range keep {
		keep[i] = -1
	}
	if len(b)*len(a) > widestDiff {
		return keep
	}
	width := len(a) + 1
	length := make([]int32, (len(b)+1)*width)
	for i := len(b) - 1; i >= 0; i-- {
		for j := len(a) - 1; j >= 0; j-- {
			if bytes.Equal(b[i], a[j]) {
				length[i*width+j] = length[(i+1)*width+j+1] + 1
			} else {
				length[i*width+j] = max(length[(i+1)*width+j], length[i*width+j+1])
			}
		}
	}
	for i, j := 0, 0; i < len(b) && j < len(a); {
		switch {
		case bytes.Equal(b[i], a[j]):
			keep[i] = j
			i, j = i+1, j+1
		case length[(i+1)*width+j] >= length[i*width+j+1]:
			i++
		default:
			j++
		}
	}
	return keep
}
