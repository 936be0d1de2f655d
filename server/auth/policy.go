package auth

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/ccojocar/zxcvbn-go"

	"howdah/server/config"
	"howdah/server/problem"
)

// policy is what a new password must be. Passwords stay in Go, so that none
// reaches the database or its log.
type policy struct {
	minLength int
	required  []string
	minScore  int
	context   []string // words that are no secret here
	breaches  *breaches
}

func newPolicy(c config.Auth, site string) *policy {
	p := &policy{minLength: c.PasswordMinLength, minScore: c.PasswordMinScore, context: []string{"howdah"}, breaches: newBreaches(c)}
	for _, set := range strings.Split(c.PasswordRequired, ":") {
		if set != "" {
			p.required = append(p.required, set)
		}
	}
	p.context = append(p.context, strings.FieldsFunc(site, func(r rune) bool { return strings.ContainsRune(":/.", r) })...)
	return p
}

// verdict is why a password is weak; no reasons for one that is not. The
// reasons are GoTrue's, and guessable beside them.
type verdict struct {
	Message string   `json:"message"`
	Reasons []string `json:"reasons"`
}

func (p *policy) judge(password string, email, phone *string) verdict {
	var v verdict
	var said []string
	no := func(reason, message string) { v.Reasons, said = append(v.Reasons, reason), append(said, message) }
	if len([]rune(password)) < p.minLength {
		no("length", fmt.Sprintf("Password should be at least %d characters.", p.minLength))
	}
	if slices.ContainsFunc(p.required, func(set string) bool { return !strings.ContainsAny(password, set) }) {
		no("characters", "Password should contain at least one character of each: "+strings.Join(p.required, ", ")+".")
	}
	if v.Reasons == nil && p.minScore > 0 && p.score(password, email, phone) < p.minScore {
		no("guessable", "Password is easy to guess: take several unrelated words, or more characters.")
	}
	v.Message = strings.Join(said, " ")
	return v
}

// longestScored bounds the work of guessing: it grows with the square.
const longestScored = 72

func (p *policy) score(password string, email, phone *string) int {
	words := slices.Clone(p.context)
	for _, address := range []*string{email, phone} {
		if !empty(address) {
			words = append(words, strings.FieldsFunc(*address, func(r rune) bool { return strings.ContainsRune("@.+-_", r) })...)
		}
	}
	return zxcvbn.PasswordStrength(password[:min(len(password), longestScored)], words).Score
}

// check is nil for a password that may be set.
func (p *policy) check(ctx context.Context, password string, email, phone *string) error {
	if len(password) > longestPass {
		return invalid(fmt.Sprintf("Password cannot be longer than %d bytes", longestPass))
	}
	v := p.judge(password, email, phone)
	if v.Reasons == nil {
		leaked, err := p.breaches.contain(ctx, password)
		if err != nil {
			return err
		}
		if leaked {
			v = verdict{"Password is known to be in a breach: choose another one.", []string{"pwned"}}
		}
	}
	if v.Reasons == nil {
		return nil
	}
	return &problem.Problem{Status: http.StatusUnprocessableEntity, Code: "weak_password", Message: v.Message, Details: problem.List(v.Reasons)}
}

// remarks is what the policy says of a password that is in use, as JSON; null
// for nothing. Breaches are looked up only where a password is set.
func (p *policy) remarks(password string, email, phone *string) json.RawMessage {
	v := p.judge(password, email, phone)
	if v.Reasons == nil {
		return json.RawMessage("null")
	}
	text, _ := json.Marshal(v) //nolint:errchkjson // strings always encode
	return text
}
