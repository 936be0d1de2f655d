// Package provider speaks to whoever else vouches for users: any OpenID
// provider, and GitHub, which is none.
package provider

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/oauth2"

	"howdah/server/config"
)

// Identity is what a provider says of a user. Data is what is kept of it.
type Identity struct {
	Subject       string
	Email         string
	EmailVerified bool
	Data          map[string]any
}

// Tokens are what a provider gives for later use; apps ask for them.
type Tokens struct {
	Access  string `json:"provider_token,omitempty"`
	Refresh string `json:"provider_refresh_token,omitempty"`
}

// Secrets of one flow, which the server keeps sealed until the callback.
type Secrets struct {
	Verifier string `json:"verifier"`
	Nonce    string `json:"nonce"`
}

// Provider is one of them.
type Provider interface {
	// Begin is where the user is sent.
	Begin(ctx context.Context, state string, s Secrets, scopes []string, more url.Values) (string, error)
	// Finish trades the code of the callback for who the user is.
	Finish(ctx context.Context, code string, s Secrets) (Identity, Tokens, error)
	// Issuer is what the iss of a callback must be; empty for no OpenID provider.
	Issuer() string
	// Verify checks an id_token that a client got by itself.
	Verify(ctx context.Context, t IDToken) (Identity, error)
	// EmailOptional says whether users without an e-mail may come.
	EmailOptional() bool
}

// IDToken is a token that a client got by itself, and what goes with it.
type IDToken struct {
	Raw, AccessToken, Nonce string
}

// ErrNotOpenID says that a provider makes no id_tokens; ErrNonce that the nonce
// is not the token's; ErrNonceMissing that one of the two lacks it.
var (
	ErrNotOpenID    = errors.New("the provider makes no id_tokens")
	ErrNonce        = errors.New("Nonces mismatch")                                                     //nolint:staticcheck // GoTrue's words
	ErrNonceMissing = errors.New("Passed nonce and nonce in id_token should either both exist or not.") //nolint:revive,staticcheck // GoTrue's words
)

// New makes the providers of a configuration, by name.
func New(configured []config.Provider, callback string) map[string]Provider {
	client := &http.Client{Timeout: 10 * time.Second}
	all := map[string]Provider{}
	for _, p := range configured {
		base := oauth2.Config{ClientID: p.ClientIDs()[0], ClientSecret: p.Secret, RedirectURL: callback}
		if p.GitHub {
			all[p.Name] = newGitHub(p, base, client)
		} else {
			all[p.Name] = &oidcProvider{config: p, base: base, client: client}
		}
	}
	return all
}

// options add PKCE and what the client passes on to the provider.
func options(s Secrets, more url.Values) []oauth2.AuthCodeOption {
	var out []oauth2.AuthCodeOption
	for name, values := range more {
		if len(values) > 0 {
			out = append(out, oauth2.SetAuthURLParam(name, values[0]))
		}
	}
	return append(out, oauth2.S256ChallengeOption(s.Verifier))
}
