package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Provider is somewhere else that vouches for users.
type Provider struct {
	Name          string   `json:"name"`
	Issuer        string   `json:"issuer"` // of OpenID; GitHub's URL, which has none
	ClientID      string   `json:"client_id"`
	Secret        string   `json:"secret"`
	Scopes        []string `json:"scopes"`
	EmailOptional bool     `json:"email_optional"`
	SkipNonce     bool     `json:"skip_nonce_check"`
	GitHub        bool     `json:"-"`
}

// ClientIDs are all ids whose tokens count; the first begins flows.
func (p Provider) ClientIDs() []string { return strings.Split(p.ClientID, ",") }

// String keeps the secret from being printed.
func (p Provider) String() string { return p.Name }

var providerName = regexp.MustCompile(`^[a-z][a-z0-9_:-]{0,63}$`)

// Providers are those that are switched on, checked.
func (a *Auth) Providers() ([]Provider, error) {
	var out []Provider
	if a.GoogleEnabled {
		out = append(out, Provider{Name: "google", Issuer: a.GoogleURL, ClientID: a.GoogleClientID, Secret: a.GoogleSecret.Reveal()})
	}
	if a.GitHubEnabled {
		out = append(out, Provider{Name: "github", Issuer: a.GitHubURL, ClientID: a.GitHubClientID, Secret: a.GitHubSecret.Reveal(), GitHub: true})
	}
	if a.OIDCProviders != "" {
		var more []Provider
		if err := json.Unmarshal([]byte(a.OIDCProviders.Reveal()), &more); err != nil {
			return nil, errors.New("EXTERNAL_OIDC_PROVIDERS is no JSON list of providers") // the cause would print secrets
		}
		out = append(out, more...)
	}
	seen := map[string]bool{"email": true, "phone": true, "anonymous": true}
	for _, p := range out {
		switch {
		case !providerName.MatchString(p.Name) || seen[p.Name]:
			return nil, fmt.Errorf("%q is no name of a provider, or stands twice", p.Name)
		case !isHTTP(p.Issuer):
			return nil, fmt.Errorf("%s needs an issuer, an http or https URL", p.Name)
		case p.ClientID == "":
			return nil, fmt.Errorf("%s is enabled and has no client id", p.Name)
		}
		seen[p.Name] = true
	}
	return out, nil
}
