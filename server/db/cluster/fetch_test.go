package cluster

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// archive is an npm package of these files.
func archive(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	w := tar.NewWriter(zip)
	for name, text := range files {
		if err := w.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(text))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

const links = "package/native/pg-symlinks.json"

func TestInstall(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "postgres-1")
	content := archive(t, map[string]string{
		"package/native/bin/postgres": "#!", "package/native/lib/libpq.so.5.18": "library",
		links: `[{"source": "native/lib/libpq.so.5.18", "target": "native/lib/libpq.so.5"}]`,
	})
	for range 2 { // the second finds the first's
		if err := install(content, dir); err != nil {
			t.Fatal(err)
		}
	}
	if text, err := os.ReadFile(filepath.Join(dir, "native", "lib", "libpq.so.5")); err != nil || string(text) != "library" {
		t.Errorf("the link leads to %q, %v", text, err)
	}
	if info, err := os.Stat(filepath.Join(dir, "native", "bin", "postgres")); err != nil || info.Mode().Perm()&0o111 == 0 {
		t.Errorf("the program cannot be run: %v, %v", info, err)
	}
}

func TestInstallRefuses(t *testing.T) {
	t.Parallel()
	whole := archive(t, map[string]string{"package/native/bin/postgres": strings.Repeat("x", 1<<20)})
	for name, content := range map[string][]byte{
		"a name that climbs":         archive(t, map[string]string{"package/../../evil": "x"}),
		"an absolute name":           archive(t, map[string]string{"package//evil": "x"}),
		"a link from outside":        archive(t, map[string]string{links: `[{"source": "/etc/passwd", "target": "native/x"}]`}),
		"a link to outside":          archive(t, map[string]string{links: `[{"source": "native/x", "target": "../../evil"}]`}),
		"an archive that is cut off": whole[:len(whole)/2],
		"no archive":                 []byte("<html>"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			parent := t.TempDir()
			if err := install(content, filepath.Join(parent, "in", "postgres-1")); err == nil {
				t.Error("it was installed")
			}
			left, err := filepath.Glob(filepath.Join(parent, "*", "*"))
			if err != nil || len(left) != 0 {
				t.Errorf("it left %v, %v", left, err)
			}
			if _, err := os.Stat(filepath.Join(parent, "evil")); err == nil {
				t.Error("it wrote outside")
			}
		})
	}
}

func TestIntegrity(t *testing.T) {
	t.Parallel()
	sum := sha512.Sum512([]byte("abc"))
	want := "sha512-" + base64.StdEncoding.EncodeToString(sum[:])
	if err := checkIntegrity([]byte("abc"), want); err != nil {
		t.Error(err)
	}
	if err := checkIntegrity([]byte("abd"), want); err == nil {
		t.Error("another content passes")
	}
}

// Without the npm client the package comes from the configured registry.
func TestDownloadWithoutNPM(t *testing.T) {
	var registry *httptest.Server
	registry = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.EscapedPath() {
		case "/npm/@scope%2fname/1.2.3":
			fmt.Fprintf(w, `{"dist": {"tarball": %q}}`, registry.URL+"/files/name.tgz")
		case "/files/name.tgz":
			fmt.Fprint(w, "content")
		default:
			http.NotFound(w, r)
		}
	}))
	defer registry.Close()
	t.Setenv("PATH", t.TempDir())
	t.Setenv("npm_config_registry", registry.URL+"/npm/")
	got, err := download(t.Context(), "@scope/name", "1.2.3")
	if err != nil || string(got) != "content" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := download(t.Context(), "@scope/name", "9.9.9"); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("an unknown version: %v", err)
	}
}

func TestConfiguredRegistry(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	project, user := filepath.Join(dir, "project"), filepath.Join(dir, "user")
	for file, text := range map[string]string{project: "; registry=http://comment.test\nfund = false\n", user: "registry = \"http://user.test/\"\n"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	none := func(string) string { return "" }
	if got := configuredRegistry(none, project, user); got != "http://user.test/" {
		t.Errorf("from the files: %q", got)
	}
	if got := configuredRegistry(none, project, filepath.Join(dir, "missing")); got != "" {
		t.Errorf("from nothing: %q", got)
	}
	env := func(name string) string {
		return map[string]string{"npm_config_registry": "http://env.test/"}[name]
	}
	if got := configuredRegistry(env, user); got != "http://env.test/" {
		t.Errorf("the environment comes first: %q", got)
	}
}
