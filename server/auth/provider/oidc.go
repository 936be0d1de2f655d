package provider

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"howdah/server/config"
)

// oidcProvider is any OpenID provider, found by discovery when it is first
// needed: that it is down must not keep this server from starting.
type oidcProvider struct {
	config config.Provider
	base   oauth2.Config
	client *http.Client

	mu    sync.Mutex
	found *oidc.Provider
}

func (p *oidcProvider) Issuer() string      { return p.config.Issuer }
func (p *oidcProvider) EmailOptional() bool { return p.config.EmailOptional }

// discover answers the provider; it is asked once, and again after a failure.
func (p *oidcProvider) discover(ctx context.Context) (*oidc.Provider, oauth2.Config, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found == nil {
		found, err := oidc.NewProvider(oidc.ClientContext(ctx, p.client), p.config.Issuer)
		if err != nil {
			return nil, p.base, fmt.Errorf("discover %s: %w", p.config.Name, err)
		}
		p.found = found
	}
	c := p.base
	c.Endpoint = p.found.Endpoint()
	return p.found, c, nil
}

func (p *oidcProvider) Begin(ctx context.Context, state string, s Secrets, scopes []string, more url.Values) (string, error) {
	_, c, err := p.discover(ctx)
	if err != nil {
		return "", err
	}
	c.Scopes = append([]string{oidc.ScopeOpenID, "email", "profile"}, p.config.Scopes...)
	c.Scopes = slices.Compact(append(c.Scopes, scopes...))
	return c.AuthCodeURL(state, append(options(s, more), oidc.Nonce(s.Nonce))...), nil
}

func (p *oidcProvider) Finish(ctx context.Context, code string, s Secrets) (Identity, Tokens, error) {
	found, c, err := p.discover(ctx)
	if err != nil {
		return Identity{}, Tokens{}, err
	}
	ctx = oidc.ClientContext(ctx, p.client)
	tokens, err := c.Exchange(ctx, code, oauth2.VerifierOption(s.Verifier))
	if err != nil {
		return Identity{}, Tokens{}, fmt.Errorf("exchange the code: %w", err)
	}
	raw, ok := tokens.Extra("id_token").(string)
	if !ok {
		return Identity{}, Tokens{}, errors.New("the provider gave no id_token")
	}
	verified, err := found.Verifier(&oidc.Config{ClientID: c.ClientID}).Verify(ctx, raw)
	if err != nil {
		return Identity{}, Tokens{}, fmt.Errorf("verify the id_token: %w", err)
	}
	unsaid := p.config.SkipNonce && verified.Nonce == ""
	if !unsaid && subtle.ConstantTimeCompare([]byte(verified.Nonce), []byte(s.Nonce)) != 1 {
		return Identity{}, Tokens{}, ErrNonce
	}
	if verified.AccessTokenHash != "" {
		if err := verified.VerifyAccessToken(tokens.AccessToken); err != nil {
			return Identity{}, Tokens{}, fmt.Errorf("verify the access token: %w", err)
		}
	}
	id, err := p.identity(ctx, found, verified, tokens)
	return id, Tokens{Access: tokens.AccessToken, Refresh: tokens.RefreshToken}, err
}

// identity is what the id_token says, and userinfo where that lacks an e-mail.
func (p *oidcProvider) identity(ctx context.Context, found *oidc.Provider, verified *oidc.IDToken, tokens *oauth2.Token) (Identity, error) {
	var claims map[string]any
	if err := verified.Claims(&claims); err != nil {
		return Identity{}, err
	}
	if claims["email"] == nil && tokens != nil && found.UserInfoEndpoint() != "" {
		info, err := found.UserInfo(ctx, oauth2.StaticTokenSource(tokens))
		if err == nil && info.Subject == verified.Subject { // OIDC Core 5.3.2: another subject's must not be used
			_ = info.Claims(&claims)
		}
	}
	if p.config.Microsoft {
		// An administrator of any tenant writes what they like into email, and Microsoft
		// never says email_verified: this claim alone says that the address is theirs.
		claims["email_verified"] = slices.Contains([]string{"true", "1"}, strings.ToLower(fmt.Sprint(claims["xms_edov"])))
	}
	return identityOf(verified.Issuer, verified.Subject, claims), nil
}

// Verify checks signature, issuer, audience and times of an id_token, that the
// nonce is the one hashed in it, and that it belongs to the access token.
func (p *oidcProvider) Verify(ctx context.Context, t IDToken) (Identity, error) {
	found, _, err := p.discover(ctx)
	if err != nil {
		return Identity{}, err
	}
	ctx = oidc.ClientContext(ctx, p.client)
	verified, err := found.Verifier(&oidc.Config{SkipClientIDCheck: true}).Verify(ctx, t.Raw)
	if err != nil {
		return Identity{}, &InvalidTokenError{"Bad ID token"}
	}
	if !slices.ContainsFunc(verified.Audience, func(aud string) bool { return slices.Contains(p.config.ClientIDs(), aud) }) {
		return Identity{}, &InvalidTokenError{fmt.Sprintf("Unacceptable audience in id_token: %v", verified.Audience)}
	}
	if !p.config.SkipNonce {
		if (t.Nonce == "") != (verified.Nonce == "") {
			return Identity{}, ErrNonceMissing
		}
		sum := sha256.Sum256([]byte(t.Nonce))
		if t.Nonce != "" && subtle.ConstantTimeCompare([]byte(hex.EncodeToString(sum[:])), []byte(verified.Nonce)) != 1 {
			return Identity{}, ErrNonce
		}
	}
	if t.AccessToken != "" && verified.AccessTokenHash != "" {
		if err := verified.VerifyAccessToken(t.AccessToken); err != nil {
			return Identity{}, &InvalidTokenError{"The access token is not the id_token's"}
		}
	}
	return p.identity(ctx, found, verified, nil)
}

// InvalidTokenError is an id_token that is refused, and why.
type InvalidTokenError struct{ Why string }

func (e *InvalidTokenError) Error() string { return e.Why }

// kept are the claims that identity_data shows under GoTrue's names.
var kept = []string{"name", "full_name", "nickname", "given_name", "family_name", "picture", "avatar_url", "preferred_username", "user_name", "locale"}

// identityOf reads claims. What is no string where one must be counts as absent.
func identityOf(issuer, subject string, claims map[string]any) Identity {
	text := func(name string) string { s, _ := claims[name].(string); return s }
	id := Identity{Subject: subject, Email: text("email"), Data: map[string]any{}}
	switch verified := claims["email_verified"].(type) {
	case bool:
		id.EmailVerified = verified
	case string:
		id.EmailVerified = verified == "true" // some providers write it so
	}
	for _, name := range kept {
		if s := text(name); s != "" {
			id.Data[name] = s
		}
	}
	for to, from := range map[string]string{"full_name": "name", "avatar_url": "picture", "user_name": "preferred_username"} {
		if id.Data[to] == nil && id.Data[from] != nil {
			id.Data[to] = id.Data[from]
		}
	}
	id.Data["iss"], id.Data["sub"], id.Data["provider_id"] = issuer, subject, subject
	id.Data["email_verified"], id.Data["phone_verified"] = id.EmailVerified, false
	if id.Email != "" {
		id.Data["email"] = id.Email
	}
	return id
}
