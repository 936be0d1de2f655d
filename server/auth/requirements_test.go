package auth

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// requirements is the map from what the standards ask to the tests that hold it:
// OWASP ASVS 5.0 (V6 authentication, V7 sessions, V9 tokens, V10 OAuth), RFC 9700
// (OAuth best practice) and RFC 8725 (JWT best practice). A path is a pgTAP file.
var requirements = []struct{ id, asks, test string }{
	{"ASVS 6.1.1", "rate limits and lockout are defined, and lock no stranger out", "TestLockoutEscalatesPerNetwork"},
	{"ASVS 6.2.1", "passwords have a minimum length", "TestPasswordPolicy"},
	{"ASVS 6.2.2", "users can change their password", "TestPasswordChange"},
	{"ASVS 6.2.3", "a change needs the current password or a fresh proof", "TestPasswordChange"},
	{"ASVS 6.2.4", "common passwords are refused", "TestPasswordPolicy"},
	{"ASVS 6.2.8", "passwords are taken as they are, neither cut nor changed", "TestPasswordPolicy"},
	{"AB-36", "hashes of other systems are verified, bounded and upgraded", "TestImportedPasswordsAreUpgraded"},
	{"AB-36", "a hash that was planted does not eat the machine", "TestHashesThatAskForTooMuch"},
	{"AB-02", "bcrypt is never given more than it sees", "TestBcryptTakesNoMoreThanItSees"},
	{"ASVS 6.2.11", "words of the context are refused", "TestPasswordPolicy"},
	{"ASVS 6.2.12", "breached passwords are refused", "TestBreachedPasswords"},
	{"ASVS 6.3.1", "guessing is slowed down", "TestLimitsRefuseAndCount"},
	{"ASVS 6.3.8", "answers do not tell whether an account exists", "TestAddressesDoNotTell"},
	{"ASVS 6.3.7", "users are told of changes to their account", "TestNoticesTellOfChanges"},
	{"ASVS 6.4.1", "links and codes of mails expire and are used once", "pgtap/auth/verify.sql"},
	{"ASVS 6.4.3", "recovery does not go around a second factor", "pgtap/auth/user_update_begin.sql"},
	{"ASVS 6.5.1", "codes are used once", "TestOneOfHundredVerificationsWins"},
	{"ASVS 6.5.2", "codes rest hashed", "pgtap/auth/_send.sql"},
	{"ASVS 6.5.5", "codes live for minutes", "pgtap/auth/verify.sql"},
	{"ASVS 6.6.3", "codes die after wrong attempts", "TestCodes"},
	{"ASVS 6.8.1", "identities of two providers are never one", "TestOAuthLinking"},
	{"ASVS 6.8.2", "signatures of id_tokens are checked", "TestIDTokens"},
	{"ASVS 7.2.2", "session ids come with 128 random bits or more", "TestCookieSessions"},
	{"ASVS 7.2.4", "signing in makes a new session", "pgtap/auth/_enter.sql"},
	{"ASVS 7.3.1", "sessions end when idle", "pgtap/auth/session_limits.sql"},
	{"ASVS 7.3.2", "sessions end after a time", "pgtap/auth/session_limits.sql"},
	{"ASVS 7.4.1", "signing out ends the session for every token", "TestSignUpInAndOut"},
	{"ASVS 7.4.2", "a ban and a deletion end sessions", "TestAdminUsers"},
	{"ASVS 7.4.3", "a new password ends other sessions", "TestPasswordChange"},
	{"ASVS 7.4.5", "admins can end sessions", "pgtap/auth/admin_sign_out.sql"},
	{"ASVS 7.5.1", "critical changes need a fresh session", "TestAccountsAreDeletedWithAFreshSession"},
	{"ASVS 7.5.2", "users see and end their sessions", "TestSessionsAreListedAndEnded"},
	{"ASVS 3.3.1", "cookies are HttpOnly, SameSite and Secure", "TestCookieSessions"},
	{"ASVS 3.5.1", "requests of other sites are refused", "TestCookieSessions"},
	{"ASVS 9.1.1", "tokens are verified before anything is believed", "TestTokensOfOthers"},
	{"ASVS 9.2.1", "expired tokens are refused", "TestIDTokens"},
	{"ASVS 9.2.3", "tokens for another audience are refused", "TestTokensOfOthers"},
	{"ASVS 10.2.1", "flows are bound by PKCE or state", "TestOAuthRefusals"},
	{"ASVS 10.2.2", "mix-up is refused", "TestOAuthRefusals"},
	{"RFC 9700 2.1", "redirect targets are matched, never open", "TestRedirectTargets"},
	{"RFC 9700 2.1.1", "codes are bound to their client by PKCE", "TestPKCE"},
	{"RFC 9700 2.1.2", "tokens reach a fragment only where the client asked for it", "TestPKCE"},
	{"RFC 9700 2.2.2", "refresh tokens rotate, reuse ends the session", "TestReuseEndsTheSession"},
	{"RFC 9700 4.4", "an answer of another issuer is refused", "TestOAuthRefusals"},
	{"RFC 9700 4.5", "codes and states cannot be replayed", "TestOAuthRefusals"},
	{"RFC 9700 4.7", "cross-site requests begin nothing", "TestCookieSessions"},
	{"RFC 9700 4.7", "a flow ends in the browser that began it", "TestFlowsEndInTheirBrowser"},
	{"RFC 9700 4.7", "a flow that a script began asks before it links", "TestLinksThatAScriptBeganAskFirst"},
	{"RFC 9700 4.8", "a flow with a challenge is not ended without it", "pgtap/auth/exchange.sql"},
	{"RFC 8725 3.1", "the key says the algorithm, not the token", "TestTokensOfOthers"},
	{"RFC 8725 3.8", "issuer and subject are checked", "TestOAuthRefusals"},
	{"RFC 8725 3.9", "the audience is checked", "TestTokensOfOthers"},
	{"RFC 8725 3.12", "one kind of token does not pass for another", "TestTokensOfOthers"},
	{"pre-takeover", "an unproved account keeps no key when its owner comes", "TestPreTakeover"},
	{"pre-takeover", "nor when its owner answers a mail", "TestNothingOfAnUnprovedAccountSurvivesItsOwner"},
	{"pre-takeover", "nor when its owner signs up too", "TestOfTwoSignUpsNeitherPasswordCounts"},
	{"pre-takeover", "nor when its owner is invited", "TestAnInviteKeepsNoStranger"},
	{"pre-takeover", "an address that a provider did not verify is nobody's", "TestAProviderThatVouchesForNothing"},
	{"races", "parallel refreshes end with one token", "TestParallelRefreshesGetOneToken"},
	{"races", "one of many sign-ups with an address wins", "TestSignUpRaces"},
	{"races", "one identity makes one account", "TestOneIdentityOneAccount"},
	{"bad input", "every endpoint refuses what it cannot read", "TestEveryEndpointRefusesWhatItCannotRead"},
}

func TestRequirementsHaveTheirTests(t *testing.T) {
	t.Parallel()
	there := map[string]bool{}
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok {
				there[f.Name.Name] = true
			}
		}
	}
	err = filepath.WalkDir("../../pgtap/auth", func(path string, _ fs.DirEntry, err error) error {
		there[strings.TrimPrefix(filepath.ToSlash(path), "../../")] = true
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range requirements {
		if !there[r.test] {
			t.Errorf("%s (%s) has no test %s", r.id, r.asks, r.test)
		}
	}
}
