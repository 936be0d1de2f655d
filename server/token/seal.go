package token

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
)

// ErrUnseal says that what was sealed was altered, cut, or sealed for another
// purpose or under another keyset.
var ErrUnseal = errors.New("the sealed value does not open")

// Seal encrypts a secret that must rest in the database until it is used, such
// as the code of a mail that waits to be sent: AES-256-GCM under a key derived
// for the purpose, which is authenticated too. The nonce leads the answer.
func (r *Ring) Seal(purpose string, plain []byte) ([]byte, error) {
	aead, err := aeadOf(r.held.Load().of(Seal)[0], purpose)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(plain)+aead.Overhead())
	rand.Read(nonce)
	return aead.Seal(nonce, nonce, plain, []byte(purpose)), nil
}

// Unseal answers what Seal was given for the same purpose, or ErrUnseal.
func (r *Ring) Unseal(purpose string, sealed []byte) ([]byte, error) {
	for _, secret := range r.held.Load().of(Seal) {
		aead, err := aeadOf(secret, purpose)
		if err != nil {
			return nil, err
		}
		if len(sealed) < aead.NonceSize() {
			break
		}
		nonce, text := sealed[:aead.NonceSize()], sealed[aead.NonceSize():]
		if plain, err := aead.Open(nil, nonce, text, []byte(purpose)); err == nil {
			return plain, nil
		}
	}
	return nil, ErrUnseal
}

// MAC is HMAC-SHA256 of data under a key derived for the purpose: for hashes
// of secrets that must not be guessed from a stolen database, and for signed
// links. Compare with hmac.Equal, and where the purpose's secret rotates
// (see Purpose) with all of MACs.
func (r *Ring) MAC(purpose string, data []byte) []byte {
	h := r.held.Load()
	return macOf(h.of(rotating[purpose])[0], purpose, data)
}

// MACs is MAC under each secret that still verifies, the one of MAC first.
func (r *Ring) MACs(purpose string, data []byte) [][]byte {
	var out [][]byte
	for _, secret := range r.held.Load().of(rotating[purpose]) {
		out = append(out, macOf(secret, purpose, data))
	}
	return out
}

func macOf(secret []byte, purpose string, data []byte) []byte {
	key, err := derive(secret, "mac "+purpose)
	if err != nil {
		panic(err) // HKDF fails only beyond 255 hashes of output
	}
	h := hmac.New(sha256.New, key)
	h.Write(data)
	return h.Sum(nil)
}

func aeadOf(secret []byte, purpose string) (cipher.AEAD, error) {
	key, err := derive(secret, "seal "+purpose)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return cipher.NewGCM(block)
}

// derive makes a key of its own for each use of a secret, so that no use can be
// turned into another (RFC 5869).
func derive(secret []byte, info string) ([]byte, error) {
	return hkdf.Expand(sha256.New, secret, "howdah "+info, sha256.Size)
}
