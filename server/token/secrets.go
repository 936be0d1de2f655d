package token

import (
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Purpose is what a symmetric secret of the keyset is for, and what rotates by
// itself. A purpose that never rotated uses the root secret, from which every
// use derives a key of its own. What the database looks hashes up by (codes,
// API keys, client secrets, recovery codes) and the webhook secrets that
// receivers hold stay with the root: they are replaced by issuing them anew.
type Purpose string

// The purposes whose secret rotates.
const (
	Refresh Purpose = "refresh" // refresh tokens of sessions
	OAuth   Purpose = "oauth"   // refresh tokens of the OAuth server's clients
	Storage Purpose = "storage" // signed URLs of files
	Cookie  Purpose = "cookie"  // CSRF tokens of sessions in cookies
	Seal    Purpose = "seal"    // what rests encrypted: mail, TOTP secrets, tokens of providers, secrets of webhooks
)

// rotating is the purpose whose secret a use of MAC is derived from; the root's
// for those that are not here.
var rotating = map[string]Purpose{"oauth refresh": OAuth, "storage links": Storage, "auth csrf": Cookie}

// graces is how long a retired secret is kept, at least: what it made is
// refused, or lost, once it is gone.
var graces = map[Purpose]time.Duration{
	Refresh: 30 * 24 * time.Hour, OAuth: 30 * 24 * time.Hour, Storage: 7 * 24 * time.Hour, Cookie: 24 * time.Hour, Seal: 365 * 24 * time.Hour,
}

// Purposes lists those that rotate, in order of name.
func Purposes() []Purpose { return slices.Sorted(maps.Keys(graces)) }

// original is the id of the root's part in a purpose.
const original = "original"

type storedSecret struct {
	ID        string     `json:"id"`
	Purpose   Purpose    `json:"purpose"`
	State     State      `json:"state"`
	CreatedAt time.Time  `json:"created_at"`
	RetiredAt *time.Time `json:"retired_at,omitempty"`
	Secret    []byte     `json:"secret"`
}

// secrets is what each purpose is made and verified with, the active one first.
func (s *keyset) secrets() map[Purpose][][]byte {
	out := map[Purpose][][]byte{}
	for _, one := range s.Secrets {
		if one.State == Active {
			out[one.Purpose] = append([][]byte{one.Secret}, out[one.Purpose]...)
		} else {
			out[one.Purpose] = append(out[one.Purpose], one.Secret)
		}
	}
	return out
}

func (h *held) of(p Purpose) [][]byte {
	if secrets := h.secrets[p]; len(secrets) > 0 {
		return secrets
	}
	return [][]byte{h.root}
}

// SecretInfo is a secret as its keeper sees it: nothing secret.
type SecretInfo struct {
	Purpose   Purpose    `json:"purpose"`
	ID        string     `json:"id"`
	State     State      `json:"state"`
	CreatedAt time.Time  `json:"created_at"`
	PruneAt   *time.Time `json:"prune_at,omitempty"` // when a retired one may go
}

// Secrets lists the secrets of the keyset under dir by purpose, oldest first.
func Secrets(dir string) ([]SecretInfo, error) {
	set, err := loadKeyset(dir)
	if err != nil {
		return nil, err
	}
	var out []SecretInfo
	for _, purpose := range Purposes() {
		before := len(out)
		for _, s := range set.Secrets {
			if s.Purpose == purpose {
				out = append(out, SecretInfo{purpose, s.ID, s.State, s.CreatedAt, s.pruneAt()})
			}
		}
		if len(out) == before {
			out = append(out, SecretInfo{purpose, original, Active, set.Keys[0].CreatedAt, nil})
		}
	}
	return out, nil
}

func (s *storedSecret) pruneAt() *time.Time {
	if s.RetiredAt == nil {
		return nil
	}
	at := s.RetiredAt.Add(graces[s.Purpose])
	return &at
}

// RotateSecret adds a secret for a purpose that verifies and does not make
// anything yet: every server must know it before the first one uses it.
func RotateSecret(dir string, purpose Purpose) (id string, err error) {
	err = changeSecrets(dir, purpose, func(set *keyset, _ time.Time) error {
		i := slices.IndexFunc(set.Secrets, func(s storedSecret) bool { return s.Purpose == purpose && s.State == Standby })
		if i >= 0 {
			return fmt.Errorf("%s has the secret %s standing by: activate it first", purpose, set.Secrets[i].ID)
		}
		next := newSecret(purpose, Standby)
		set.Secrets, id = append(set.Secrets, next), next.ID
		return nil
	})
	return id, err
}

// ActivateSecret lets the secret that stands by make what comes from now on;
// the one before is retired and still verifies.
func ActivateSecret(dir string, purpose Purpose) error {
	return changeSecrets(dir, purpose, func(set *keyset, now time.Time) error {
		i := slices.IndexFunc(set.Secrets, func(s storedSecret) bool { return s.Purpose == purpose && s.State == Standby })
		if i < 0 {
			return fmt.Errorf("no secret of %s stands by: rotate makes one", purpose)
		}
		for n := range set.Secrets {
			s := &set.Secrets[n]
			if s.Purpose == purpose && s.State == Active {
				s.State, s.RetiredAt = Retired, &now
			}
		}
		set.Secrets[i].State = Active
		return nil
	})
}

// ErrInGrace says that what retired secrets made may still be in use.
var ErrInGrace = errors.New("every retired secret is still in its grace window")

// PruneSecrets deletes retired secrets of a purpose whose grace is over, or,
// where it is forced, all of them.
func PruneSecrets(dir string, purpose Purpose, force bool) (gone []string, err error) {
	err = changeSecrets(dir, purpose, func(set *keyset, now time.Time) error {
		retired := 0
		set.Secrets = slices.DeleteFunc(set.Secrets, func(s storedSecret) bool {
			if s.Purpose != purpose || s.State != Retired {
				return false
			}
			retired++
			if !force && now.Before(*s.pruneAt()) {
				return false
			}
			gone = append(gone, s.ID)
			return true
		})
		switch {
		case retired == 0:
			return fmt.Errorf("no secret of %s is retired", purpose)
		case len(gone) == 0:
			return ErrInGrace
		}
		return nil
	})
	return gone, err
}

func newSecret(purpose Purpose, state State) storedSecret {
	s := storedSecret{ID: strings.ToLower(rand.Text()[:8]), Purpose: purpose, State: state, CreatedAt: time.Now().UTC().Truncate(time.Second), Secret: make([]byte, 32)}
	rand.Read(s.Secret)
	return s
}

// changeSecrets writes a changed keyset. A purpose that changes for the first
// time gets the root's part as a secret of its own, with the same bytes.
func changeSecrets(dir string, purpose Purpose, change func(*keyset, time.Time) error) error {
	if _, ok := graces[purpose]; !ok {
		return fmt.Errorf("there is no secret for %q: %v are those that rotate", purpose, Purposes())
	}
	set, err := loadKeyset(dir)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(set.Secrets, func(s storedSecret) bool { return s.Purpose == purpose }) {
		set.Secrets = append(set.Secrets, storedSecret{original, purpose, Active, set.Keys[0].CreatedAt, nil, slices.Clone(set.Refresh)})
	}
	if err := change(set, time.Now().UTC().Truncate(time.Second)); err != nil {
		return err
	}
	return set.save(dir)
}
