package dev

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Written is a project without the migrations that say nothing yet: `howdah
// migrate new` makes a form, and what applied it before it is filled in would
// never apply what is filled in later.
func Written(project fs.FS) fs.FS { return written{project} }

type written struct{ fs.FS }

// ReadDir is fs.ReadDirFS.
func (w written) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(w.FS, name)
	if err != nil || path.Base(name) != "migrations" {
		return entries, err
	}
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool {
		text, err := fs.ReadFile(w.FS, path.Join(name, e.Name()))
		return err == nil && path.Ext(e.Name()) == ".sql" && saysNothing(text)
	}), nil
}

// unsaid is what a migration may hold and still say nothing.
var unsaid = regexp.MustCompile(`(?m)^\s*--.*$|(?i:\bset\s+local\s+\w+\s*=\s*'[^']*'\s*;)`)

// saysNothing is whether a goose migration's way up has no statement but settings.
func saysNothing(text []byte) bool {
	_, up, isMigration := bytes.Cut(text, []byte("-- +goose Up"))
	up, _, _ = bytes.Cut(up, []byte("-- +goose Down"))
	return isMigration && len(bytes.TrimSpace(unsaid.ReplaceAll(up, nil))) == 0
}

// seen is the text of every migration in the trees, by path.
func (l *Loop) seen() map[string]string {
	all := map[string]string{}
	for _, tree := range l.Trees {
		files, _ := filepath.Glob(filepath.Join(tree.Root, "migrations", "*.sql"))
		for _, file := range files {
			if text, err := os.ReadFile(file); err == nil && !saysNothing(text) {
				all[file] = string(text)
			}
		}
	}
	return all
}

// unmoved says of a saved migration why nothing happened, if so: it has no
// statement yet, or it was applied before and is not applied twice.
func (l *Loop) unmoved(file string, migrated []string) string {
	text, err := os.ReadFile(file)
	before, known := l.migrations[file]
	base := filepath.Base(file)
	switch {
	case !l.isMigration(file):
		return ""
	case slices.ContainsFunc(migrated, func(name string) bool { return path.Base(name) == base }):
		l.migrations[file] = string(text)
		return ""
	case errors.Is(err, fs.ErrNotExist) && known:
		delete(l.migrations, file)
		return fmt.Sprintf("migrations/%s is gone, what it did is not: a new one can undo it (`howdah migrate new`)", base)
	case err == nil && saysNothing(text) && !known:
		return fmt.Sprintf("migrations/%s has no statement yet: it is applied when it has one", base)
	case err != nil, !known, before == string(text):
		return ""
	}
	l.migrations[file] = string(text)
	return fmt.Sprintf("migrations/%s was applied as it was before: take that back (`howdah migrate down --yes`, while it is the last) and save again, or write a new one", base)
}

// isMigration is whether a path is one of a tree's migrations.
func (l *Loop) isMigration(file string) bool {
	return slices.ContainsFunc(l.Trees, func(tree Tree) bool {
		rel, err := filepath.Rel(filepath.Join(tree.Root, "migrations"), file)
		return err == nil && filepath.IsLocal(rel) && !strings.ContainsRune(rel, filepath.Separator)
	})
}
