package storage

import (
	"bytes"
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
)

func (s *Service) mountImages(g *echo.Group) {
	if !s.Config.Transform {
		return
	}
	g.GET("/render/image/public/:bucket/*", s.public(s.render))
	g.GET("/render/image/authenticated/:bucket/*", s.as("object.get_authenticated", s.visible(true, s.render)))
	g.GET("/render/image/sign/:bucket/*", s.renderSigned)
}

// render answers an image as the query asks for it.
func (s *Service) render(c echo.Context, o *found, again finder) error {
	var t transform
	query := c.QueryParams()
	for name, to := range map[string]*int{"width": &t.Width, "height": &t.Height, "quality": &t.Quality} {
		if text := query.Get(name); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil {
				return refuse(http.StatusBadRequest, "InvalidRequest", "querystring/"+name+" must be integer")
			}
			*to = n
		}
	}
	t.Resize, t.Format = query.Get("resize"), query.Get("format")
	return s.renderAs(c, o, again, t, time.Time{})
}

// renderSigned transforms as the link says, whatever the query says.
func (s *Service) renderSigned(c echo.Context) error {
	cl, find, err := s.signedRead(c)
	if err != nil {
		return err
	}
	if cl.Transform == nil {
		return refuse(http.StatusBadRequest, "InvalidSignature", "The signature is for another path or use")
	}
	return s.read(c, find, func(c echo.Context, o *found, again finder) error {
		return s.renderAs(c, o, again, *cl.Transform, time.Unix(cl.ExpiresAt, 0))
	})
}

func (s *Service) renderAs(c echo.Context, o *found, again finder, t transform, until time.Time) error {
	if err := t.check(); err != nil {
		return err
	}
	if o.Version == nil {
		return errNoKey
	}
	if h := c.Response().Header(); t.settle(c.Request().Header.Values("Accept")) {
		h.Add("Vary", "Accept")
	}
	p, err := s.images.get(c.Request().Context(), *o.Version, t, func(ctx context.Context) (Blob, error) { return s.open(ctx, &o, again) })
	if err != nil {
		return err
	}
	h := c.Response().Header()
	harmless(h, p.mimetype)
	if until.IsZero() {
		h.Set("Cache-Control", o.about().CacheControl)
	} else {
		h.Set("Expires", until.UTC().Format(http.TimeFormat))
	}
	h.Set("Etag", p.etag)
	h.Set("X-Robots-Tag", "none")
	h.Set("X-Transformations", t.String())
	disposition(c, h)
	return s.send(c, memory{bytes.NewReader(p.body)}, o.UpdatedAt)
}

// memory is a Blob of bytes at hand.
type memory struct{ *bytes.Reader }

// Close implements Blob.
func (memory) Close() error { return nil }
