package auth

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"howdah/server/db"
)

// page is which part of a list is asked for.
type page struct{ number, size int }

// counted is a list's part, and how long the list is.
type counted struct {
	db.Outcome
	Total *int64
}

const (
	pageSize    = 50
	largestPage = 1000
)

// pageOf reads page and per_page; empty means the default.
func pageOf(c echo.Context) (page, error) {
	p := page{1, pageSize}
	for name, to := range map[string]*int{"page": &p.number, "per_page": &p.size} {
		text := c.QueryParam(name)
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 || n > 1<<30 {
			return p, invalid("Bad Pagination Parameters: " + name + " must be a number")
		}
		*to = max(n, 1)
	}
	p.size = min(p.size, largestPage)
	return p, nil
}

// reply writes the part. auth-js parses Link by hand: page must come first in
// each URL, and next must be absent on the last page.
func (p page) reply(c echo.Context, out counted) error {
	if out.Total != nil {
		last := max(1, (int(*out.Total)+p.size-1)/p.size)
		var links []string
		if p.number < last {
			links = append(links, p.link(c, p.number+1, "next"))
		}
		links = append(links, p.link(c, last, "last"))
		c.Response().Header().Set("X-Total-Count", strconv.FormatInt(*out.Total, 10))
		c.Response().Header().Set("Link", strings.Join(links, ", "))
	}
	return reply(c, out.Outcome)
}

func (p page) link(c echo.Context, number int, rel string) string {
	return fmt.Sprintf(`<%s?page=%d&per_page=%d>; rel="%s"`, strings.TrimPrefix(c.Path(), prefix), number, p.size, rel)
}
