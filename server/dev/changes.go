package dev

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/fsnotify/fsnotify"
)

// folders are those of a project whose files count.
var folders = []string{"migrations", "sql", "functions", "pgtap"}

// Changes tells of saves in a project, also of those while nobody waits.
type Changes struct {
	root    string
	watcher *fsnotify.Watcher
}

// WatchProject watches the folders of the project in root, those that are made
// later too. The caller closes it.
func WatchProject(root string) (*Changes, error) {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("watch: %w", err)
	}
	c := &Changes{filepath.Clean(root), watcher}
	if err := watcher.Add(c.root); err != nil {
		c.Close()
		return nil, fmt.Errorf("watch %s: %w", root, err)
	}
	for _, folder := range folders {
		if err := watchBelow(watcher, filepath.Join(c.root, folder)); err != nil {
			c.Close()
			return nil, err
		}
	}
	return c, nil
}

// Close ends the watch.
func (c *Changes) Close() { _ = c.watcher.Close() } // nothing is lost with it

// Next waits until a file has changed and a burst of saves is over, or ctx ends.
func (c *Changes) Next(ctx context.Context) error {
	var calm <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-c.watcher.Errors:
			return fmt.Errorf("watch: %w", err)
		case event := <-c.watcher.Events:
			if !c.counts(event) {
				continue
			}
			if info, err := os.Stat(event.Name); event.Has(fsnotify.Create) && err == nil && info.IsDir() {
				if err := watchBelow(c.watcher, event.Name); err != nil {
					return err
				}
			}
			calm = time.After(settle)
		case <-calm:
			return nil
		}
	}
}

// counts leaves out what is beside the folders, such as a report.
func (c *Changes) counts(event fsnotify.Event) bool {
	return event.Op != fsnotify.Chmod &&
		(filepath.Dir(event.Name) != c.root || slices.Contains(folders, filepath.Base(event.Name)))
}
