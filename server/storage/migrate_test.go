package storage

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/google/uuid"
)

func TestMigrate(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	for i := range 5 {
		a.put(fmt.Sprint("f", i), strings.Repeat(fmt.Sprint(i), 1000))
	}
	to, err := NewS3(newGateway(t).config)
	if err != nil {
		t.Fatal(err)
	}
	ctx, silent := t.Context(), func(string) {}
	lost := uuid.MustParse(a.one(`select version::text from storage.objects where name = 'f4'`))
	disk, ok := a.s.Backend.(*Disk)
	if !ok {
		t.Fatal("the backend is no disk")
	}
	if err := os.Remove(disk.path(lost)); err != nil {
		t.Fatal(err)
	}
	var noted []string
	m, err := Migrate(ctx, a.s.Pool, disk, to, false, func(path string) { noted = append(noted, path) })
	if err != nil || m != (Moved{Copied: 4, Bytes: 4000, Lost: 1}) || len(noted) != 1 || noted[0] != "b/f4" {
		t.Fatalf("%+v, %v, %v", m, noted, err)
	}
	damaged := uuid.MustParse(a.one(`select version::text from storage.objects where name = 'f1'`))
	if _, err := to.Put(ctx, damaged, strings.NewReader(strings.Repeat("x", 1000)), 1000); err != nil {
		t.Fatal(err)
	}
	gone := uuid.MustParse(a.one(`select version::text from storage.objects where name = 'f0'`))
	if err := to.Delete(ctx, []uuid.UUID{gone}); err != nil {
		t.Fatal(err)
	}
	if m, err = Migrate(ctx, a.s.Pool, disk, to, true, silent); err != nil || m != (Moved{Copied: 2, Bytes: 2000, Present: 2, Lost: 1}) {
		t.Fatalf("again, with verification: %+v, %v", m, err)
	}
	a.s.Backend = to
	for i := range 4 {
		if r := a.get(fmt.Sprint("f", i)); r.status != http.StatusOK || r.body != strings.Repeat(fmt.Sprint(i), 1000) {
			t.Errorf("f%d: %d", i, r.status)
		}
	}
}
