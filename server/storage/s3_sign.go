package storage

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"howdah/server/problem"
)

// AWS Signature Version 4, from the header or from the query.

const (
	sigAlgorithm = "AWS4-HMAC-SHA256"
	sigTime      = "20060102T150405Z"
	sigSkew      = 15 * time.Minute
	sigMaxExpiry = 7 * 24 * time.Hour
	unsigned     = "UNSIGNED-PAYLOAD"
)

// signature is what a request says of its own signature.
type signature struct {
	accessKey    string
	scope        string // date/region/service/aws4_request
	signed       []string
	value        string
	at           string
	sessionToken string
	payload      string // x-amz-content-sha256
	inQuery      bool
}

func denied(code, message string) *problem.Problem {
	return refuse(http.StatusForbidden, code, message)
}

// readSignature finds the signature and checks that its time is now.
func readSignature(r *http.Request, now time.Time) (*signature, error) {
	sig, expires, err := fromHeader(r), sigSkew, error(nil)
	if sig == nil {
		if sig, expires, err = fromQuery(r.URL.Query()); err != nil {
			return nil, err
		}
	}
	accessKey, scope, ok := strings.Cut(sig.accessKey, "/")
	sig.accessKey, sig.scope = accessKey, scope
	parts := strings.Split(scope, "/")
	at, err := time.Parse(sigTime, sig.at)
	switch {
	case err != nil || !ok || len(parts) != 4 || parts[3] != "aws4_request" || parts[2] != "s3" || !strings.HasPrefix(sig.at, parts[0]):
		return nil, badRequest("AuthorizationHeaderMalformed", "The signature's scope or date is not as it should be")
	case now.Before(at.Add(-sigSkew)):
		return nil, denied("RequestTimeTooSkewed", "The request's time lies in the future")
	case now.After(at.Add(expires)):
		return nil, denied("RequestTimeTooSkewed", "The request has expired")
	case !slices.Contains(sig.signed, "host"):
		return nil, denied("SignatureDoesNotMatch", "The host must be signed")
	}
	return sig, nil
}

func fromHeader(r *http.Request) *signature {
	rest, ok := strings.CutPrefix(r.Header.Get("Authorization"), sigAlgorithm)
	if !ok {
		return nil
	}
	sig := &signature{
		at: r.Header.Get("X-Amz-Date"), sessionToken: r.Header.Get("X-Amz-Security-Token"), payload: r.Header.Get("X-Amz-Content-Sha256"),
	}
	for field := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(field), "=")
		switch name {
		case "Credential":
			sig.accessKey = value
		case "SignedHeaders":
			sig.signed = strings.Split(value, ";")
		case "Signature":
			sig.value = value
		}
	}
	return sig
}

func fromQuery(q url.Values) (*signature, time.Duration, error) {
	if q.Get("X-Amz-Algorithm") != sigAlgorithm {
		return nil, 0, denied("AccessDenied", "The request is not signed")
	}
	seconds, err := strconv.Atoi(q.Get("X-Amz-Expires"))
	expires := time.Duration(seconds) * time.Second
	if err != nil || seconds < 1 || expires > sigMaxExpiry {
		return nil, 0, badRequest("AuthorizationQueryParametersError", "X-Amz-Expires must lie between 1 and 604800")
	}
	return &signature{
		accessKey: q.Get("X-Amz-Credential"), signed: strings.Split(q.Get("X-Amz-SignedHeaders"), ";"), value: q.Get("X-Amz-Signature"),
		at: q.Get("X-Amz-Date"), sessionToken: q.Get("X-Amz-Security-Token"), payload: unsigned, inQuery: true,
	}, expires, nil
}

// verify checks the signature and answers the body, which checks itself as it is read.
func (sig *signature) verify(r *http.Request, secret string) (io.ReadCloser, error) {
	key := sig.signingKey(secret)
	matches := false
	// A proxy may have put the prefix before what the client has signed.
	for _, path := range []string{r.URL.Path, strings.TrimPrefix(r.URL.Path, Prefix+"/s3")} {
		want := hex.EncodeToString(hmacOf(key, sig.toSign(sig.canonical(r, cmp.Or(path, "/")))))
		matches = hmac.Equal([]byte(want), []byte(sig.value)) || matches
	}
	if !matches {
		return nil, denied("SignatureDoesNotMatch", "The signature does not match the request")
	}
	// What is believed must be signed: who holds a presigned URL to write could
	// else make a copy of anything by a header, and a session token be anybody's.
	for name := range r.Header {
		if name = strings.ToLower(name); strings.HasPrefix(name, "x-amz-") && !slices.Contains(sig.signed, name) {
			return nil, denied("AccessDenied", "The header "+name+" is not signed")
		}
	}
	return sig.body(r, key)
}

func (sig *signature) signingKey(secret string) []byte {
	key := []byte("AWS4" + secret)
	for part := range strings.SplitSeq(sig.scope, "/") {
		key = hmacOf(key, part)
	}
	return key
}

func hmacOf(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

func (sig *signature) toSign(canonical string) string {
	sum := sha256.Sum256([]byte(canonical))
	return strings.Join([]string{sigAlgorithm, sig.at, sig.scope, hex.EncodeToString(sum[:])}, "\n")
}

func (sig *signature) canonical(r *http.Request, path string) string {
	var b strings.Builder
	b.WriteString(r.Method + "\n" + s3Escape(path, true) + "\n")
	var pairs []string
	for name, values := range r.URL.Query() {
		for _, value := range values {
			if name != "X-Amz-Signature" {
				pairs = append(pairs, s3Escape(name, false)+"="+s3Escape(value, false))
			}
		}
	}
	slices.Sort(pairs)
	b.WriteString(strings.Join(pairs, "&") + "\n")
	for _, name := range sig.signed {
		values := r.Header.Values(name)
		switch name {
		case "host":
			values = []string{r.Host}
		case "content-length":
			values = []string{strconv.FormatInt(r.ContentLength, 10)}
		}
		for i, value := range values {
			values[i] = strings.Join(strings.Fields(value), " ")
		}
		b.WriteString(name + ":" + strings.Join(values, ",") + "\n")
	}
	payload := sig.payload
	if payload == "" {
		payload = unsigned
	}
	b.WriteString("\n" + strings.Join(sig.signed, ";") + "\n" + payload)
	return b.String()
}

// s3Escape is AWS's percent-encoding: all but letters, digits, -._~ and, in paths, the slash.
func s3Escape(text string, path bool) string {
	const upper = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(text) {
		c := text[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte("-._~", c) >= 0, c == '/' && path:
			b.WriteByte(c)
		default:
			b.Write([]byte{'%', upper[c>>4], upper[c&15]})
		}
	}
	return b.String()
}
