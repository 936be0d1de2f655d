// Package dev is the inner loop of `howdah dev`: on save, apply the file, lint
// it, run its pgTAP file, and say so in one line.
package dev

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"

	"howdah/server/db"
)

// Tree is a folder that is watched, and the source that is applied from it.
type Tree struct {
	Root   string // holds migrations/, sql/ and pgtap/
	Source db.Source
}

// Loop watches the trees until ctx ends. Every save goes to the database at
// ownerURL, then to a scratch copy beside it, where lint and tests run: what
// they leave never reaches the app.
type Loop struct {
	OwnerURL string
	Sources  []db.Source
	Trees    []Tree
	Out      io.Writer
	// Reload reads the JavaScript functions again and answers the names that
	// changed, and errors by name; nil where nothing serves them.
	Reload func(context.Context) (changed []string, failed map[string]error)

	scratch    *scratch
	migrations map[string]string // their texts as they were applied
}

// settle is how long a burst of saves may pause before it counts as over:
// editors write a file in several steps.
const settle = 30 * time.Millisecond

// Run watches and applies. It returns when ctx ends.
func (l *Loop) Run(ctx context.Context) error {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watch: %w", err)
	}
	defer watcher.Close()
	l.migrations = l.seen()
	for _, tree := range l.Trees {
		if err := watchBelow(watcher, tree.Root); err != nil {
			return err
		}
	}
	if l.scratch, err = openScratch(ctx, l.OwnerURL, l.Sources); err != nil {
		fmt.Fprintf(l.Out, "howdah: no lint and no tests on save: %v\n", err)
	}
	defer l.scratch.close(context.WithoutCancel(ctx))
	for _, tree := range l.Trees {
		fmt.Fprintf(l.Out, "howdah: watching %s\n", tree.Root)
	}
	changed := map[string]bool{}
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-watcher.Errors:
			return fmt.Errorf("watch: %w", err)
		case event := <-watcher.Events:
			if info, err := os.Stat(event.Name); err == nil && info.IsDir() && event.Has(fsnotify.Create) {
				if err := watchBelow(watcher, event.Name); err != nil {
					return err
				}
			}
			if (filepath.Ext(event.Name) == ".sql" || isScript(event.Name)) && !event.Has(fsnotify.Chmod) {
				changed[event.Name] = true
				timer.Reset(settle)
			}
		case <-timer.C:
			l.reload(ctx, changed)
			l.saved(ctx, changed)
			clear(changed)
		}
	}
}

func watchBelow(w *fsnotify.Watcher, root string) error {
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case !d.IsDir():
			return nil
		case path != root && strings.HasPrefix(d.Name(), "."), d.Name() == "node_modules":
			return filepath.SkipDir
		}
		return w.Add(path)
	})
	if err != nil {
		return fmt.Errorf("watch %s: %w", root, err)
	}
	return nil
}

// isScript says whether a file may be part of a JavaScript function.
func isScript(path string) bool {
	switch filepath.Ext(path) {
	case ".ts", ".mts", ".js", ".mjs", ".json", ".html", ".css", ".txt":
		return strings.Contains(filepath.ToSlash(path), "functions/")
	}
	return false
}

// reload makes a burst of saves of JavaScript functions live.
func (l *Loop) reload(ctx context.Context, saved map[string]bool) {
	scripts := false
	gone := map[string]bool{}
	for path := range saved {
		if isScript(path) {
			scripts = true
			if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
				gone[strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))] = true
			}
			delete(saved, path)
		}
	}
	if !scripts || l.Reload == nil {
		return
	}
	start := time.Now()
	changed, failed := l.Reload(ctx)
	for _, name := range changed {
		if gone[name] {
			fmt.Fprintf(l.Out, "✓ functions/%s gone\n", name)
			continue
		}
		fmt.Fprintf(l.Out, "✓ functions/%s live %d ms\n", name, time.Since(start).Milliseconds())
		l.noted(name, nil, true)
	}
	for _, name := range slices.Sorted(maps.Keys(failed)) {
		fmt.Fprintf(l.Out, "✗ %v\n", failed[name])
	}
}

// saved deals with one burst of saves.
func (l *Loop) saved(ctx context.Context, changed map[string]bool) {
	if len(changed) == 0 {
		return
	}
	sources := l.touched(changed)
	report, err := db.Migrate(ctx, l.OwnerURL, "", sources...)
	for _, name := range report.Migrated {
		fmt.Fprintf(l.Out, "✓ %s applied\n", name)
		l.noted(name, nil, true)
	}
	for _, path := range slices.Sorted(maps.Keys(changed)) {
		if why := l.unmoved(path, report.Migrated); why != "" {
			fmt.Fprintf(l.Out, "· %s\n", why)
		}
	}
	if err != nil {
		fmt.Fprintf(l.Out, "✗ %v%s\n", err, advised(err))
		return
	}
	for _, name := range report.Dropped {
		fmt.Fprintf(l.Out, "✓ %s dropped\n", name)
	}
	if l.scratch == nil {
		for _, name := range report.Applied {
			fmt.Fprintf(l.Out, "✓ %s applied %d ms\n", title(name), report.Took.Milliseconds())
		}
		return
	}
	if err := l.scratch.follow(ctx, sources); err != nil {
		fmt.Fprintf(l.Out, "✗ scratch copy: %v\n", err)
		return
	}
	for _, name := range report.Applied {
		source, file, _ := strings.Cut(name, "/")
		verdict := fmt.Sprintf("%s applied %d ms", title(name), report.Took.Milliseconds())
		tests := l.test(ctx, source, file)
		l.noted(title(name), tests, true)
		l.say(verdict, l.scratch.lint(ctx, source, file), tests)
	}
	for path := range changed {
		for _, tree := range l.Trees {
			if rel, err := filepath.Rel(filepath.Join(tree.Root, "pgtap"), path); err == nil && filepath.IsLocal(rel) {
				tests := l.test(ctx, tree.Source.Name, filepath.ToSlash(rel))
				l.noted(title("app/"+filepath.ToSlash(rel)), tests, false)
				l.say(strings.TrimSuffix(filepath.ToSlash(rel), ".sql"), nil, tests)
			}
		}
	}
}

// touched is the sources as far as a save may have changed them: most are one
// file of the project's, and to look through all of the platform's, and every
// migration, takes longer than to apply it.
func (l *Loop) touched(changed map[string]bool) []db.Source {
	in := map[string]bool{} // trees by source, and those with their migrations
	for path := range changed {
		for _, tree := range l.Trees {
			rel, err := filepath.Rel(tree.Root, path)
			if err != nil || !filepath.IsLocal(rel) {
				continue
			}
			in[tree.Source.Name] = true
			if folder, _, _ := strings.Cut(filepath.ToSlash(rel), "/"); folder == "migrations" {
				in[tree.Source.Name+"/migrations"] = true
			}
		}
	}
	var out []db.Source
	for _, src := range l.Sources {
		if src.Name == "howdah" && !in["howdah"] {
			continue
		}
		if !in[src.Name+"/migrations"] {
			src.Migrations = nil
		}
		out = append(out, src)
	}
	return out
}

// title is howdah/auth/refresh.sql as a person says it: auth.refresh; a file of
// functions/ keeps its folder.
func title(name string) string {
	name = strings.TrimSuffix(name, ".sql")
	if !strings.HasPrefix(name, "functions/") {
		_, name, _ = strings.Cut(name, "/")
	}
	return strings.ReplaceAll(name, "/", ".")
}

// test runs the pgTAP file that mirrors a file of sql/, if there is one.
func (l *Loop) test(ctx context.Context, source, file string) *tally {
	if source == "functions" { // they belong to the project, which is a tree
		source, file = "app", "functions/"+file
	}
	for _, tree := range l.Trees {
		if tree.Source.Name != source {
			continue
		}
		path := filepath.Join(tree.Root, "pgtap", filepath.FromSlash(file))
		text, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return &tally{failures: []string{err.Error()}}
		}
		return l.scratch.test(ctx, string(text))
	}
	return nil
}

func (l *Loop) say(what string, lint []string, tests *tally) {
	mark := "✓"
	if tests != nil {
		what += " · " + tests.String()
	}
	var more []string
	more = append(more, lint...)
	if tests != nil {
		more = append(more, tests.failures...)
	}
	if len(more) > 0 {
		mark = "✗"
	}
	fmt.Fprintf(l.Out, "%s %s\n", mark, what)
	for _, line := range more {
		fmt.Fprintf(l.Out, "    %s\n", strings.ReplaceAll(line, "\n", "\n    "))
	}
}

// noted keeps what happened for the status of a terminal.
func (l *Loop) noted(file string, tests *tally, applied bool) {
	if screen, ok := l.Out.(*Screen); ok {
		screen.note(file, tests, applied)
	}
}
