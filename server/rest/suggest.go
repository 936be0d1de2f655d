package rest

import "strings"

// suggestion is what rest.compile leaves to Go: which of the names that there
// are is nearest to the one that was asked for.
type suggestion struct {
	Word   string   `json:"word"`
	Among  []string `json:"among"`
	Min    float64  `json:"min"`
	Format string   `json:"format"` // %s is the name
}

const (
	maxSuggestWord  = 128
	maxSuggestAmong = 2000
)

// hint is the sentence, or nothing when no name is near enough.
func (s *suggestion) hint() string {
	if len(s.Word) > maxSuggestWord {
		return ""
	}
	word := strings.ToLower(s.Word)
	best, score := "", 0.0
	for i, name := range s.Among {
		if i == maxSuggestAmong {
			break
		}
		if name == s.Word {
			return "" // what was asked for is there; something else is wrong
		}
		if n := similarity(word, strings.ToLower(name)); n > score && sharesGram(word, strings.ToLower(name)) {
			best, score = name, n
		}
	}
	if best == "" || score < s.Min {
		return ""
	}
	return strings.Replace(s.Format, "%s", best, 1)
}

// sharesGram says whether two words have two letters in a row in common, their
// ends counted as letters.
func sharesGram(a, b string) bool {
	a, b = "-"+a+"-", "-"+b+"-"
	for i := range len(a) - 1 {
		if strings.Contains(b, a[i:i+2]) {
			return true
		}
	}
	return false
}

// similarity is one minus the edit distance as a part of the longer word.
func similarity(a, b string) float64 {
	ra, rb := []rune(a), []rune(b)
	if len(ra) == 0 || len(rb) == 0 {
		return 0
	}
	prev := make([]int, len(rb)+1)
	for j := range prev {
		prev[j] = j
	}
	for i, x := range ra {
		diagonal := prev[0]
		prev[0] = i + 1
		for j, y := range rb {
			cost := 1
			if x == y {
				cost = 0
			}
			diagonal, prev[j+1] = prev[j+1], min(prev[j+1]+1, prev[j]+1, diagonal+cost)
		}
	}
	return 1 - float64(prev[len(rb)])/float64(max(len(ra), len(rb)))
}
