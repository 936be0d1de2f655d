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
	Microsoft     bool     `json:"-"` // says by xms_edov that an address is its user's
}

// Elsewhere are providers whose OpenID needs a word of its own.
type Elsewhere struct {
	AzureEnabled     bool   `env:"EXTERNAL_AZURE_ENABLED" envDefault:"false" doc:"sign in with Microsoft"`
	AzureClientID    string `env:"EXTERNAL_AZURE_CLIENT_ID" doc:"client id at Microsoft"`
	AzureSecret      Secret `env:"EXTERNAL_AZURE_SECRET" doc:"client secret at Microsoft"`
	AzureURL         string `env:"EXTERNAL_AZURE_URL" doc:"https://login.microsoftonline.com/<tenant id>: tokens of other tenants are refused"`
	LinkedInEnabled  bool   `env:"EXTERNAL_LINKEDIN_OIDC_ENABLED" envDefault:"false" doc:"sign in with LinkedIn"`
	LinkedInClientID string `env:"EXTERNAL_LINKEDIN_OIDC_CLIENT_ID" doc:"client id at LinkedIn"`
	LinkedInSecret   Secret `env:"EXTERNAL_LINKEDIN_OIDC_SECRET" doc:"client secret at LinkedIn"`
	LinkedInURL      string `env:"EXTERNAL_LINKEDIN_OIDC_URL" envDefault:"https://www.linkedin.com/oauth" doc:"issuer of LinkedIn's tokens"`
}

// providers are those that are switched on. Microsoft vouches for an address by a
// claim of its own; LinkedIn repeats no nonce (the state and PKCE bind its flows).
func (e *Elsewhere) providers() []Provider {
	var out []Provider
	if e.AzureEnabled {
		issuer := strings.TrimSuffix(strings.TrimRight(e.AzureURL, "/"), "/v2.0") + "/v2.0"
		out = append(out, Provider{Name: "azure", Issuer: issuer, ClientID: e.AzureClientID, Secret: e.AzureSecret.Reveal(), Microsoft: true})
	}
	if e.LinkedInEnabled {
		out = append(out, Provider{
			Name: "linkedin_oidc", Issuer: e.LinkedInURL, ClientID: e.LinkedInClientID, Secret: e.LinkedInSecret.Reveal(), SkipNonce: true,
		})
	}
	return out
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
	out = append(out, a.Elsewhere.providers()...)
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
