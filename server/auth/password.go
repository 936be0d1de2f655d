package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/bcrypt"

	"howdah/server/config"
	"howdah/server/problem"
)

// argonParams are the costs of argon2id (RFC 9106; OWASP's defaults).
type argonParams struct {
	memory  uint32 // KiB
	time    uint32
	threads uint8
}

// What a stored hash may ask for at most: one that was planted must not eat
// the machine.
const (
	mostMemory  = 1 << 20
	mostTime    = 20
	saltLength  = 16
	keyLength   = 32
	longestPass = 1024
)

// hasher hashes with bounded concurrency: memory is workers × argon2's, and
// beyond the queue a flood of sign-ins is turned away.
type hasher struct {
	params  argonParams
	slots   chan struct{}
	waiting atomic.Int64
	done    atomic.Int64 // passwords hashed or compared so far
	queue   int64
	decoy   string // compared with for users who are unknown
}

func newHasher(ctx context.Context, p argonParams, workers, queue int) (*hasher, error) {
	h := &hasher{params: p, slots: make(chan struct{}, workers), queue: int64(queue)}
	var err error
	h.decoy, err = h.hash(ctx, rand.Text())
	return h, err
}

// enter waits for a slot; leave gives it back.
func (h *hasher) enter(ctx context.Context) error {
	if h.waiting.Add(1) > h.queue+int64(cap(h.slots)) {
		h.waiting.Add(-1)
		return fmt.Errorf("hash a password: %w", problem.ErrBusy)
	}
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		h.waiting.Add(-1)
		return ctx.Err()
	}
}

func (h *hasher) leave() {
	h.done.Add(1)
	<-h.slots
	h.waiting.Add(-1)
}

// hash answers a PHC string: $argon2id$v=19$m=…,t=…,p=…$salt$key.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	if err := h.enter(ctx); err != nil {
		return "", err
	}
	defer h.leave()
	salt := make([]byte, saltLength)
	rand.Read(salt)
	p := h.params
	key := argon2.IDKey([]byte(password), salt, p.time, p.memory, p.threads, keyLength)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.memory, p.time, p.threads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key)), nil
}

// verify compares a password with a stored hash, or with a decoy when there is
// none, so that unknown users cost the same. outdated says that the hash is
// not of today's kind and cost.
func (h *hasher) verify(ctx context.Context, password string, stored *string) (valid, outdated bool, err error) {
	if err := h.enter(ctx); err != nil {
		return false, false, err
	}
	defer h.leave()
	if stored == nil {
		_, _ = compareArgon(password, h.decoy)
		return false, false, nil
	}
	switch {
	case isBcrypt(*stored): // which sees no more than 72 bytes
		err := bcrypt.CompareHashAndPassword([]byte(*stored), []byte(password[:min(len(password), 72)]))
		return err == nil && len(password) <= 72, true, nil
	case isScrypt(*stored):
		return compareScrypt(password, *stored), true, nil
	}
	p, ok := compareArgon(password, *stored)
	return ok, p != h.params, nil
}

func isBcrypt(stored string) bool {
	return len(stored) == 60 && (strings.HasPrefix(stored, "$2a$") || strings.HasPrefix(stored, "$2b$") || strings.HasPrefix(stored, "$2y$"))
}

func compareArgon(password, stored string) (argonParams, bool) {
	var p argonParams
	var version int
	parts := strings.Split(stored, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" && parts[1] != "argon2i" {
		return p, false
	}
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return p, false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.time, &p.threads); err != nil {
		return p, false
	}
	salt, errSalt := base64.RawStdEncoding.DecodeString(parts[4])
	key, errKey := base64.RawStdEncoding.DecodeString(parts[5])
	if errors.Join(errSalt, errKey) != nil || len(key) < 16 || len(key) > 128 ||
		p.memory > mostMemory || p.time < 1 || p.time > mostTime || p.threads < 1 {
		return p, false
	}
	derive := argon2.IDKey
	if parts[1] == "argon2i" {
		derive = argon2.Key
	}
	got := derive([]byte(password), salt, p.time, p.memory, p.threads, uint32(len(key))) //nolint:gosec // at most 128
	if parts[1] == "argon2i" {
		p.memory = 0 // another kind is never today's
	}
	return p, subtle.ConstantTimeCompare(got, key) == 1
}

// HashPassword checks a password for an address against today's policy and
// hashes it, for users who are made from outside the API.
func HashPassword(ctx context.Context, c config.Auth, site, email, password string) (string, error) {
	if err := newPolicy(c, site).check(ctx, password, &email, nil); err != nil {
		return "", err
	}
	h, err := newHasher(ctx, argonOf(c), 1, 0)
	if err != nil {
		return "", err
	}
	return h.hash(ctx, password)
}

func argonOf(c config.Auth) argonParams {
	return argonParams{memory: c.Argon2MemoryKiB, time: c.Argon2Time, threads: c.Argon2Threads}
}

// knownHash says whether a stored hash is of a kind that verify knows.
func knownHash(stored string) bool {
	if _, ok := parseScrypt(stored); ok {
		return true
	}
	return isBcrypt(stored) || (strings.HasPrefix(stored, "$argon2id$") || strings.HasPrefix(stored, "$argon2i$")) && strings.Count(stored, "$") == 5
}
