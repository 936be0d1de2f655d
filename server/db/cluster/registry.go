package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// largestPackage bounds what is downloaded.
const largestPackage = 256 << 20

// download fetches a package's tarball with the npm client, or without one
// from the registry that npm's configuration names.
func download(ctx context.Context, name, version string) ([]byte, error) {
	if npm, err := exec.LookPath("npm"); err == nil {
		return npmPack(ctx, npm, name, version)
	}
	home, err := os.UserHomeDir()
	if err != nil {
		home = "/"
	}
	registry := configuredRegistry(os.Getenv, ".npmrc", filepath.Join(home, ".npmrc"), "/etc/npmrc", "/usr/etc/npmrc", "/usr/local/etc/npmrc") //nolint:forbidigo // npm's settings, not Howdah's
	if registry == "" {
		return nil, errors.New("there is no npm on this machine, and npm's configuration names no registry (set npm_config_registry)")
	}
	return registryTarball(ctx, registry, name, version)
}

func npmPack(ctx context.Context, npm, name, version string) ([]byte, error) {
	dir, err := os.MkdirTemp("", "howdah-npm-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	cmd := exec.CommandContext(ctx, npm, "pack", "--silent", "--ignore-scripts", "--pack-destination", dir, name+"@"+version) //nolint:gosec // fixed arguments
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("npm pack: %w\n%s", err, out)
	}
	packed, err := filepath.Glob(filepath.Join(dir, "*.tgz"))
	if err != nil || len(packed) != 1 {
		return nil, errors.New("npm pack made no package")
	}
	return os.ReadFile(packed[0])
}

// configuredRegistry is npm's registry: the environment first, then the
// .npmrc files in their order.
func configuredRegistry(getenv func(string) string, files ...string) string {
	for _, name := range []string{"npm_config_registry", "NPM_CONFIG_REGISTRY"} {
		if value := getenv(name); value != "" {
			return value
		}
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // most of them are not there
		}
		for line := range strings.Lines(string(text)) {
			key, value, ok := strings.Cut(line, "=")
			if ok && strings.TrimSpace(key) == "registry" {
				return strings.Trim(strings.TrimSpace(value), `"'`)
			}
		}
	}
	return ""
}

// registryTarball asks a registry for the version's manifest, then for its
// tarball. (npm's registry API; a scoped name has its slash escaped.)
func registryTarball(ctx context.Context, registry, name, version string) ([]byte, error) {
	manifest, err := get(ctx, strings.TrimRight(registry, "/")+"/"+strings.ReplaceAll(name, "/", "%2f")+"/"+version, 1<<20)
	if err != nil {
		return nil, err
	}
	var published struct {
		Dist struct {
			Tarball string `json:"tarball"`
		} `json:"dist"`
	}
	if err := json.Unmarshal(manifest, &published); err != nil || published.Dist.Tarball == "" {
		return nil, errors.New("the registry's answer names no tarball")
	}
	return get(ctx, published.Dist.Tarball, largestPackage)
}

func get(ctx context.Context, url string, limit int64) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the registry answered %s", res.Status)
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, limit+1))
	if err == nil && int64(len(body)) > limit {
		err = errors.New("the registry's answer is too large")
	}
	return body, err
}
