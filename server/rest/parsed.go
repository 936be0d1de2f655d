package rest

import (
	"net/http"

	"github.com/maypok86/otter/v2"
)

// parsedRequests keeps what reads said, by all the text that decides it: an
// endpoint is asked the same again and again. Nothing makes an entry wrong, for
// parsing knows no schema.
type parsedRequests struct {
	byText *otter.Cache[string, *request]
}

const longestParsed = 2 << 10 // of the text that is kept

func newParsedRequests(size int) parsedRequests {
	return parsedRequests{otter.Must(&otter.Options[string, *request]{MaximumSize: size})}
}

// parsedText is the text, or false where a body has a say or it is too long.
func parsedText(buf []byte, r *http.Request, path string) ([]byte, bool) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead || len(path)+len(r.URL.RawQuery) > longestParsed {
		return nil, false
	}
	b := append(append(append(append(append(buf, r.Method...), ' '), path...), '?'), r.URL.RawQuery...)
	for _, name := range [...]string{"Accept", "Prefer", "Range", "Accept-Profile"} {
		b = append(b, '\n')
		for _, v := range r.Header[name] {
			b = append(append(b, v...), 0)
		}
		if len(b) > longestParsed {
			return nil, false
		}
	}
	return b, true
}

// understand is parse, from memory where that can be.
func (s *Service) understand(r *http.Request, path string) (*request, error) {
	var buf [512]byte
	text, ok := parsedText(buf[:0], r, path)
	if !ok {
		return s.parse(r, path)
	}
	key := string(text)
	kept, ok := s.parsed.byText.GetIfPresent(key)
	if !ok {
		rq, err := s.parse(r, path)
		if err != nil {
			return nil, err
		}
		rq.key = string(rq.shape(nil))
		s.parsed.byText.Set(key, rq)
		kept = rq
	}
	rq := *kept // what is told of this request alone goes into a copy
	return &rq, nil
}
