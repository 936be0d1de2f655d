package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/oauth2"

	"howdah/server/config"
)

// gitHub speaks OAuth 2.0 and tells who the user is by its API.
type gitHub struct {
	base   oauth2.Config
	api    string
	client *http.Client
	config config.Provider
}

func newGitHub(p config.Provider, base oauth2.Config, client *http.Client) *gitHub {
	site := strings.TrimRight(p.Issuer, "/")
	base.Endpoint = oauth2.Endpoint{AuthURL: site + "/login/oauth/authorize", TokenURL: site + "/login/oauth/access_token", AuthStyle: oauth2.AuthStyleInParams}
	api := site + "/api/v3"
	if site == "https://github.com" {
		api = "https://api.github.com"
	}
	return &gitHub{base: base, api: api, client: client, config: p}
}

func (g *gitHub) Issuer() string      { return "" }
func (g *gitHub) EmailOptional() bool { return g.config.EmailOptional }

func (g *gitHub) Begin(_ context.Context, state string, s Secrets, scopes []string, more url.Values) (string, error) {
	c := g.base
	c.Scopes = append([]string{"user:email"}, scopes...)
	return c.AuthCodeURL(state, options(s, more)...), nil
}

func (g *gitHub) Verify(context.Context, IDToken) (Identity, error) {
	return Identity{}, ErrNotOpenID
}

func (g *gitHub) Finish(ctx context.Context, code string, s Secrets) (Identity, Tokens, error) {
	ctx = context.WithValue(ctx, oauth2.HTTPClient, g.client)
	tokens, err := g.base.Exchange(ctx, code, oauth2.VerifierOption(s.Verifier))
	if err != nil {
		return Identity{}, Tokens{}, fmt.Errorf("exchange the code: %w", err)
	}
	var user struct {
		ID     int64  `json:"id"`
		Login  string `json:"login"`
		Name   string `json:"name"`
		Avatar string `json:"avatar_url"`
	}
	if err := g.get(ctx, tokens, "/user", &user); err != nil {
		return Identity{}, Tokens{}, err
	}
	var emails []struct {
		Email    string `json:"email"`
		Primary  bool   `json:"primary"`
		Verified bool   `json:"verified"`
	}
	if err := g.get(ctx, tokens, "/user/emails", &emails); err != nil {
		return Identity{}, Tokens{}, err
	}
	if user.ID == 0 {
		return Identity{}, Tokens{}, fmt.Errorf("%s told no user", g.config.Name)
	}
	claims := map[string]any{"name": user.Name, "full_name": user.Name, "avatar_url": user.Avatar, "user_name": user.Login, "preferred_username": user.Login}
	for _, e := range emails {
		if e.Primary {
			claims["email"], claims["email_verified"] = e.Email, e.Verified
		}
	}
	return identityOf(g.api, strconv.FormatInt(user.ID, 10), claims), Tokens{Access: tokens.AccessToken, Refresh: tokens.RefreshToken}, nil
}

func (g *gitHub) get(ctx context.Context, tokens *oauth2.Token, path string, out any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, g.api+path, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "application/vnd.github+json")
	tokens.SetAuthHeader(req)
	res, err := g.client.Do(req)
	if err != nil {
		return fmt.Errorf("ask %s: %w", g.config.Name, err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("ask %s for %s: status %d", g.config.Name, path, res.StatusCode)
	}
	if err := json.NewDecoder(http.MaxBytesReader(nil, res.Body, 1<<20)).Decode(out); err != nil {
		return fmt.Errorf("read %s's %s: %w", g.config.Name, path, err)
	}
	return nil
}
