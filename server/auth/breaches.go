package auth

import (
	"bufio"
	"context"
	"crypto/sha1" //nolint:gosec // the ranges of breached passwords are by SHA-1; nothing is protected by it
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"howdah/server/config"
)

// breaches looks passwords up by k-anonymity: the first five digits of the
// SHA-1 name a range of hashes, which is a file or an answer over HTTP; the
// password never leaves.
type breaches struct {
	dir        string
	url        string
	failClosed bool
	client     *http.Client
}

func newBreaches(c config.Auth) *breaches {
	if !c.PasswordHIBP {
		return nil
	}
	return &breaches{dir: c.PasswordHIBPDir, url: c.PasswordHIBPURL, failClosed: c.PasswordHIBPFailClosed, client: &http.Client{Timeout: 5 * time.Second}}
}

// contain says whether the password was seen in a breach. When that cannot be
// found out the answer is no, or an error where the configuration fails closed.
func (b *breaches) contain(ctx context.Context, password string) (bool, error) {
	if b == nil {
		return false, nil
	}
	sum := sha1.Sum([]byte(password)) //nolint:gosec // see above
	digest := strings.ToUpper(hex.EncodeToString(sum[:]))
	list, err := b.open(ctx, digest[:5])
	if err != nil {
		if b.failClosed {
			return false, fmt.Errorf("look up breached passwords: %w", err)
		}
		return false, nil
	}
	defer list.Close()
	lines := bufio.NewScanner(list)
	for lines.Scan() {
		suffix, count, _ := strings.Cut(lines.Text(), ":")
		if strings.EqualFold(strings.TrimSpace(suffix), digest[5:]) && strings.TrimSpace(count) != "0" {
			return true, nil
		}
	}
	if err := lines.Err(); err != nil && b.failClosed {
		return false, fmt.Errorf("read breached passwords: %w", err)
	}
	return false, nil
}

func (b *breaches) open(ctx context.Context, prefix string) (io.ReadCloser, error) {
	if b.dir != "" {
		file, err := os.Open(filepath.Join(b.dir, prefix+".txt"))
		if errors.Is(err, fs.ErrNotExist) {
			file, err = os.Open(filepath.Join(b.dir, prefix))
		}
		return file, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.url+prefix, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Add-Padding", "true")
	res, err := b.client.Do(req)
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		_ = res.Body.Close()
		return nil, fmt.Errorf("status %d", res.StatusCode)
	}
	return http.MaxBytesReader(nil, res.Body, 1<<20), nil
}
