package token

import (
	"errors"
	"slices"
	"time"
)

// KeyInfo is a signing key as its keeper sees it: nothing secret.
type KeyInfo struct {
	KID       string    `json:"kid"`
	Algorithm string    `json:"alg"`
	State     State     `json:"state"`
	CreatedAt time.Time `json:"created_at"`
}

// Keys lists the keyset under dir, oldest first; a missing one is an error.
func Keys(dir string) ([]KeyInfo, error) {
	set, err := loadKeyset(dir)
	if err != nil {
		return nil, err
	}
	out := make([]KeyInfo, len(set.Keys))
	for i, k := range set.Keys {
		out[i] = KeyInfo{KID: k.KID, Algorithm: k.Algorithm, State: k.State, CreatedAt: k.CreatedAt}
	}
	return out, nil
}

// ErrNothingRetired says that no key can be pruned.
var ErrNothingRetired = errors.New("no key is retired")

// Prune deletes retired keys, and answers their names: tokens that they signed
// are refused from then on, API keys among them.
func Prune(dir string) ([]string, error) {
	set, err := loadKeyset(dir)
	if err != nil {
		return nil, err
	}
	var gone []string
	set.Keys = slices.DeleteFunc(set.Keys, func(k storedKey) bool {
		if k.State == Retired {
			gone = append(gone, k.KID)
			return true
		}
		return false
	})
	if len(gone) == 0 {
		return nil, ErrNothingRetired
	}
	return gone, set.save(dir)
}
