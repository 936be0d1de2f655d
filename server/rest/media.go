package rest

import (
	"sort"
	"strconv"
	"strings"
)

// Media types by the names that the shape and the headers use.
const (
	mediaJSON        = "application/json"
	mediaArrayStrip  = "application/vnd.pgrst.array+json;nulls=stripped"
	mediaObject      = "application/vnd.pgrst.object+json"
	mediaObjectStrip = "application/vnd.pgrst.object+json;nulls=stripped"
	mediaCSV         = "text/csv"
	mediaText        = "text/plain"
	mediaXML         = "text/xml"
	mediaOctet       = "application/octet-stream"
	mediaForm        = "application/x-www-form-urlencoded"
	mediaGeoJSON     = "application/geo+json"
	mediaOpenAPI     = "application/openapi+json"
	mediaAny         = "*/*"
)

// media is an acceptable media type. plan is json or text when a plan of
// producing the type is what is wanted.
type media struct {
	name    string
	plan    string
	options []string
}

// mime is the type as a header says it.
func (m *media) mime() string {
	if m.plan == "" {
		return m.name
	}
	s := "application/vnd.pgrst.plan+" + m.plan + `; for="` + m.name + `"`
	if len(m.options) > 0 {
		s += "; options=" + strings.Join(m.options, "|")
	}
	return s
}

// contentType adds the charset where the protocol has one.
func contentType(mime string) string {
	switch mime {
	case mediaJSON, mediaArrayStrip, mediaObject, mediaObjectStrip, mediaCSV, mediaText, mediaXML, mediaForm, mediaGeoJSON, mediaOpenAPI, mediaAny:
		return mime + "; charset=utf-8"
	}
	if strings.HasPrefix(mime, "application/vnd.pgrst.plan+") {
		return mime + "; charset=utf-8"
	}
	return mime
}

// parseMedia reads a media type with its parameters.
func parseMedia(s string) media {
	main, params := splitMedia(s)
	switch strings.ToLower(main) {
	case mediaJSON, mediaGeoJSON, mediaCSV, mediaText, mediaXML, mediaOpenAPI, mediaForm, mediaOctet, mediaAny:
		return media{name: strings.ToLower(main)}
	case "application/vnd.pgrst.object+json", "application/vnd.pgrst.object":
		if params["nulls"] == "stripped" {
			return media{name: mediaObjectStrip}
		}
		return media{name: mediaObject}
	case "application/vnd.pgrst.array+json", "application/vnd.pgrst.array":
		if params["nulls"] == "stripped" {
			return media{name: mediaArrayStrip}
		}
		return media{name: mediaJSON}
	case "application/vnd.pgrst.plan", "application/vnd.pgrst.plan+text":
		return planMedia("text", params)
	case "application/vnd.pgrst.plan+json":
		return planMedia("json", params)
	}
	return media{name: s}
}

func planMedia(format string, params map[string]string) media {
	m := media{plan: format, name: mediaJSON}
	if f, ok := params["for"]; ok {
		inner := parseMedia(f)
		m.name = inner.name
	}
	asked := strings.Split(params["options"], "|")
	for _, known := range []string{"analyze", "verbose", "settings", "buffers", "wal"} {
		for _, o := range asked {
			if o == known {
				m.options = append(m.options, known)
				break
			}
		}
	}
	return m
}

// splitMedia takes "a/b; k=v; k2="v2"" apart. What cannot be read is dropped.
func splitMedia(s string) (string, map[string]string) {
	main, rest, ok := strings.Cut(s, ";")
	main = strings.TrimSpace(main)
	if !ok {
		return main, nil
	}
	params := map[string]string{}
	for rest != "" {
		k, v, found := strings.Cut(rest, "=")
		if !found {
			break
		}
		k, v = strings.ToLower(strings.TrimSpace(k)), strings.TrimLeft(v, " ")
		if strings.HasPrefix(v, `"`) {
			value, after, closed := strings.Cut(v[1:], `"`)
			if !closed {
				break
			}
			params[k] = value
			_, rest, _ = strings.Cut(after, ";")
		} else {
			var value string
			value, rest, _ = strings.Cut(v, ";")
			params[k] = strings.TrimSpace(value)
		}
	}
	return main, params
}

const maxAccept = 20

// parseAccept reads an Accept header: best quality first, then the more specific.
func parseAccept(h string) []media {
	if h == "" {
		return []media{{name: mediaAny}}
	}
	if !strings.ContainsAny(h, ",;") {
		return []media{parseMedia(strings.ReplaceAll(h, " ", ""))}
	}
	type ranked struct {
		m        media
		q        float64
		specific int
	}
	var all []ranked
	for part := range strings.SplitSeq(h, ",") {
		if len(all) == maxAccept {
			break
		}
		name, rest, hasQ := strings.Cut(strings.ReplaceAll(part, " ", ""), ";q=")
		q := 1.0
		if hasQ {
			if f, err := strconv.ParseFloat(strings.TrimRight(rest, ";"), 64); err == nil {
				q = f
			}
		}
		all = append(all, ranked{parseMedia(name), q, strings.Count(name, ";") - strings.Count(name, "*")})
	}
	sort.SliceStable(all, func(i, j int) bool {
		if all[i].q != all[j].q {
			return all[i].q > all[j].q
		}
		return all[i].specific > all[j].specific
	})
	out := make([]media, len(all))
	for i := range all {
		out[i] = all[i].m
	}
	return out
}
