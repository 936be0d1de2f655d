package auth

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// asks are the flows in which somebody names an address that may or may not be
// known. % is the address.
var asks = []struct{ name, path, body string }{
	{"password", "/token?grant_type=password", `{"email":"%","password":"wrong"}`},
	{"signup", "/signup", `{"email":"%","password":"correct horse"}`},
	{"recover", "/recover", `{"email":"%"}`},
	{"otp", "/otp", `{"email":"%"}`},
	{"magiclink", "/magiclink", `{"email":"%"}`},
	{"resend signup", "/resend", `{"type":"signup","email":"%"}`},
	{"resend change", "/resend", `{"type":"email_change","email":"%"}`},
	{"verify recovery", "/verify", `{"type":"recovery","email":"%","token":"000000"}`},
	{"verify email", "/verify", `{"type":"email","email":"%","token":"000000"}`},
	{"reset", "/recover/verify", `{"email":"%","token":"000000","password":"battery staple"}`},
}

// work is what a request cost, by count.
type work struct {
	hashes, calls int64
	held          time.Duration // to which tick the answer was held back; 0 for none
}

// TestAddressesDoNotTell: known and unknown addresses get the same answer for
// the same number of password hashes and calls of the database, and what the
// database does in them is behind a tick.
func TestAddressesDoNotTell(t *testing.T) {
	a := newAPI(t, confirmed)
	var held atomic.Int64
	a.auth.hold = func(_ context.Context, _ time.Time, step time.Duration) { held.Store(int64(step)) }
	for _, ask := range asks {
		var seen [2]string
		var cost [2]work
		for i, email := range []string{a.known(ask.name), a.unknown(ask.name)} {
			hashes, calls := a.auth.hasher.done.Load(), a.pool.Stat().AcquireCount()
			held.Store(0)
			got := a.call("POST", "/auth/v1"+ask.path, "", strings.Replace(ask.body, "%", email, 1))
			cost[i] = work{a.auth.hasher.done.Load() - hashes, a.pool.Stat().AcquireCount() - calls, time.Duration(held.Load())}
			seen[i] = http.StatusText(got.status) + shape(got.text)
		}
		if seen[0] != seen[1] {
			t.Errorf("%s: %q and %q", ask.name, seen[0], seen[1])
		}
		if cost[0] != cost[1] || cost[0].held == 0 {
			t.Errorf("%s costs %+v for a known address and %+v for an unknown one", ask.name, cost[0], cost[1])
		}
	}
}

// shape is a body without what is the user's own: a user's members, or the text.
func shape(text string) string {
	var object map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &object) != nil || object["id"] == nil {
		return strings.TrimSpace(text)
	}
	return strings.Join(slices.Sorted(maps.Keys(object)), " ")
}

// known is an address that has an account of its own for each name.
func (a *api) known(name string) string {
	a.t.Helper()
	email := strings.ReplaceAll(name, " ", "-") + "-known@example.test"
	made := a.call("POST", "/auth/v1/admin/users", a.key("service_role"), `{"email":"`+email+`","password":"correct horse","email_confirm":true}`)
	if made.status != http.StatusOK {
		a.t.Fatalf("make %s: %d %s", email, made.status, made.text)
	}
	return email
}

func (a *api) unknown(name string) string {
	return strings.ReplaceAll(name, " ", "-") + "-nobody@example.test"
}

// BenchmarkAddresses measures what TestAddressesDoNotTell counts: the median
// answer for addresses that are known and that are not. Never asserted.
func BenchmarkAddresses(b *testing.B) {
	a := build(b, nil, confirmed)
	for _, ask := range asks {
		for _, kind := range []string{"known", "unknown"} {
			b.Run(ask.name+"/"+kind, func(b *testing.B) {
				var took []time.Duration
				for n := range b.N {
					email := a.unknown(fmt.Sprint(ask.name, n, time.Now().UnixNano()))
					if kind == "known" {
						email = a.known(fmt.Sprint(ask.name, n, time.Now().UnixNano()))
					}
					began := time.Now()
					a.call("POST", "/auth/v1"+ask.path, "", strings.Replace(ask.body, "%", email, 1))
					took = append(took, time.Since(began))
				}
				slices.Sort(took)
				b.ReportMetric(0, "ns/op")
				b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms/median")
				b.ReportMetric(float64(took[len(took)*9/10].Microseconds())/1000, "ms/p90")
			})
		}
	}
}
