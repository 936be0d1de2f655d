package script

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// moduleName is the global that a bundle leaves its exports in.
const moduleName = "__howdah_module"

// sources finds the functions under dir: name.ts and its kin, and
// name/index.ts. What begins with _ or . is shared or hidden, never served.
func sources(dir string) (map[string]string, error) {
	entries, err := os.ReadDir(dir)
	if os.IsNotExist(err) {
		return nil, nil //nolint:nilnil // no folder is a fine answer: no functions
	}
	if err != nil {
		return nil, fmt.Errorf("read functions: %w", err)
	}
	found := map[string]string{}
	for _, entry := range entries {
		name := entry.Name()
		if strings.HasPrefix(name, "_") || strings.HasPrefix(name, ".") || name == "node_modules" {
			continue
		}
		if entry.IsDir() {
			for _, index := range []string{"index.ts", "index.js"} {
				path := filepath.Join(dir, name, index)
				if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
					found[name] = path
					break
				}
			}
			continue
		}
		ext := filepath.Ext(name)
		if slices.Contains([]string{".ts", ".mts", ".js", ".mjs"}, ext) && !strings.HasSuffix(name, ".d.ts") && entry.Type()&fs.ModeType == 0 {
			found[strings.TrimSuffix(name, ext)] = filepath.Join(dir, name)
		}
	}
	return found, nil
}

// bundle makes one script of a function and all that it imports. Its language
// is brought down to what goja speaks.
func bundle(dir, path string) (string, error) {
	result := api.Build(api.BuildOptions{
		EntryPoints: []string{path}, AbsWorkingDir: dir, Bundle: true, Write: false, Outdir: dir,
		Format: api.FormatIIFE, GlobalName: moduleName, Platform: api.PlatformBrowser, Target: api.ES2017,
		Sourcemap: api.SourceMapInline, SourcesContent: api.SourcesContentExclude, LogLevel: api.LogLevelSilent,
		Loader:    map[string]api.Loader{".html": api.LoaderText, ".css": api.LoaderText, ".txt": api.LoaderText, ".sql": api.LoaderText},
		Supported: map[string]bool{"async-generator": false, "for-await": false},
	})
	if len(result.Errors) > 0 {
		return "", &BuildError{result.Errors[0]}
	}
	return string(result.OutputFiles[0].Contents), nil
}

// BuildError is a function that cannot be bundled, with the place and an
// excerpt.
type BuildError struct{ message api.Message }

func (e *BuildError) Error() string {
	at := e.message.Location
	if at == nil {
		return e.message.Text
	}
	caret := strings.Repeat(" ", len([]rune(at.LineText[:min(at.Column, len(at.LineText))]))) + "^"
	return fmt.Sprintf("functions/%s:%d:%d: %s\n    %s\n    %s", at.File, at.Line, at.Column+1, e.message.Text, strings.ReplaceAll(at.LineText, "\t", " "), caret)
}
