package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"plumbline/internal/access"
	"plumbline/internal/listing"
)

const tagAccounts = "Accounts"

func (s *server) accounts() {
	add(s, get("/accounts", "list-accounts", tagAccounts, "List accounts", "In pages."), s.listAccounts)
	add(s, get("/unconnected-accounts", "list-unconnected-accounts", tagAccounts, "List accounts that are known and not connected",
		"Accounts of an enterprise that a connected account lists, whole, by name. Nothing of them is scanned. Whoever may not see all accounts is told of none."), s.listUnconnected)
	connect := act(http.MethodPost, "/accounts", "connect-account", tagAccounts, "Connect an account",
		"Signs in to the cloud, notes the account, and begins its first scan. What is sent is a reference such as a role, never a secret.", access.ManageAccounts)
	connect.status = http.StatusCreated
	add(s, connect, s.connect)
	add(s, act(http.MethodPost, "/account-trial", "try-account", tagAccounts, "Try a login",
		"Signs in to the cloud and tests each permission that a scan needs. Nothing is stored.", access.ManageAccounts), s.try)
	add(s, get("/accounts/{id}", "get-account", tagAccounts, "Get an account", "With how it is scanned, and what the last test of its permissions said."), s.getAccount)
	add(s, act(http.MethodPatch, "/accounts/{id}", "change-account", tagAccounts, "Rename an account, or set how often it is scanned",
		"What is left out of the body stays as it is.", access.ManageAccounts), s.change)
	add(s, act(http.MethodPost, "/accounts/{id}/test", "test-account", tagAccounts, "Test the permissions of an account", "Asks the cloud, and notes the result.", access.ManageAccounts), s.test)
	add(s, act(http.MethodPost, "/accounts/{id}/disconnect", "disconnect-account", tagAccounts, "Stop scanning an account", "Its evidence is kept.", access.ManageAccounts), s.disconnect)
}

func (s *server) listAccounts(ctx context.Context, in *Place) (*pageOf[account], error) {
	at, err := in.place()
	if err != nil {
		return nil, err
	}
	all, cursors, err := s.Reader.Accounts(ctx, at)
	if err != nil {
		return nil, err
	}
	return page(ctx, all, cursors, "", accountOf), nil
}

type unconnected struct {
	Provider string `json:"provider"`
	Account  string `json:"account" doc:"The provider's own id."`
	Name     string `json:"name" doc:"As the provider has it."`
	State    string `json:"state" example:"ACTIVE" doc:"In the provider's word."`
	By       int64  `json:"listed_by" doc:"Id of the account that lists it."`
}

func (s *server) listUnconnected(ctx context.Context, _ *struct{}) (*replied[list[unconnected]], error) {
	all, err := s.Reader.Unconnected(ctx)
	return reply(list[unconnected]{Items: each(all, func(a listing.Unconnected) unconnected {
		return unconnected{a.Provider, a.External, a.Name, a.State, a.By}
	})}), err
}

// AccountIn is the parameter of everything that is about one account.
type AccountIn struct {
	ID int64 `path:"id" minimum:"1" example:"3" doc:"Id of the account, as the list of accounts gives it."`
}

func (s *server) getAccount(ctx context.Context, in *AccountIn) (*replied[account], error) {
	a, err := s.Reader.Account(ctx, in.ID)
	return reply(accountOf(a)), err
}

// Every is how often an account is scanned, in minutes; 0 is on demand.
type Every struct {
	Minutes int `json:"scan_every_minutes" minimum:"0" maximum:"44640" doc:"How often it is scanned; 0 is on demand only, otherwise at least 5."`
}

func (e Every) duration() (time.Duration, error) {
	if e.Minutes > 0 && e.Minutes < 5 {
		return 0, invalid("body.scan_every_minutes", strconv.Itoa(e.Minutes), "An account can be scanned every 5 minutes at most, or on demand only, which is 0.")
	}
	return time.Duration(e.Minutes) * time.Minute, nil
}

type connectIn struct {
	Body struct {
		Provider string `json:"provider" enum:"aws,ibm,gcp"`
		Account  string `json:"account,omitempty" maxLength:"64" doc:"The provider's own id of the account that the login has to lead to; left out, it is whichever."`
		Name     string `json:"name" maxLength:"200" doc:"What people here call it."`
		Login    login  `json:"login"`
		Every
	} `nameHint:"ConnectAccount"`
}

type connected struct {
	Account int64  `json:"account" doc:"Id of the account."`
	Scan    int64  `json:"scan" doc:"Number of its first scan."`
	URL     string `json:"url" format:"uri-reference" doc:"Where to watch the scan."`
}

type connectOut struct {
	Location string `header:"Location" doc:"Address of the account."`
	Body     connected
}

func (s *server) connect(ctx context.Context, in *connectIn) (*connectOut, error) {
	often, err := in.Body.duration()
	if err != nil {
		return nil, err
	}
	id, scan, err := s.Clerk.Connect(ctx, listing.Connection{Provider: in.Body.Provider, External: in.Body.Account, Name: in.Body.Name, Login: in.Body.Login.login(), Every: often})
	if err != nil {
		return nil, err
	}
	return &connectOut{Prefix + "/accounts/" + strconv.FormatInt(id, 10), connected{id, scan, scanAddress(scan)}}, nil
}

type tryIn struct {
	Body struct {
		Provider string `json:"provider" enum:"aws,ibm,gcp"`
		Login    login  `json:"login"`
	} `nameHint:"TryAccount"`
}

type tried struct {
	Provider  string  `json:"provider"`
	Account   string  `json:"account" doc:"The provider's own id, as the cloud said."`
	Principal string  `json:"principal" doc:"Who we are there."`
	Checks    []check `json:"checks"`
}

func (s *server) try(ctx context.Context, in *tryIn) (*replied[tried], error) {
	t, err := s.Clerk.Try(ctx, in.Body.Provider, in.Body.Login.login())
	return reply(tried{t.Provider, t.Account, t.Principal, each(t.Checks, checkOf)}), err
}

type changeIn struct {
	AccountIn
	Body struct {
		Name       *string `json:"name,omitempty" maxLength:"200" doc:"What people here call it."`
		Minutes    *int    `json:"scan_every_minutes,omitempty" minimum:"0" maximum:"44640" doc:"How often it is scanned; 0 is on demand only, otherwise at least 5."`
		NoUserData *bool   `json:"no_user_data,omitempty" doc:"Whether user data is left unread, from the next scan on."`
	} `nameHint:"ChangeAccount"`
}

func (s *server) change(ctx context.Context, in *changeIn) (*replied[account], error) {
	a, err := s.Reader.Account(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := s.reaches(ctx, access.ManageAccounts, in.ID); err != nil {
		return nil, err
	}
	if in.Body.Name != nil {
		a.Name = *in.Body.Name
	}
	if in.Body.Minutes != nil {
		if a.Every, err = (Every{*in.Body.Minutes}).duration(); err != nil {
			return nil, err
		}
	}
	if in.Body.Name != nil || in.Body.Minutes != nil || in.Body.NoUserData == nil {
		if err := s.Clerk.Change(ctx, in.ID, a.Name, a.Every); err != nil {
			return nil, err
		}
	}
	if in.Body.NoUserData != nil {
		if err := s.Clerk.ReadUserData(ctx, in.ID, !*in.Body.NoUserData); err != nil {
			return nil, err
		}
	}
	return s.getAccount(ctx, &in.AccountIn)
}

type actIn struct {
	AccountIn
	Body *struct{} `required:"false" nameHint:"Nothing"`
}

func (s *server) test(ctx context.Context, in *actIn) (*replied[list[check]], error) {
	if err := s.reaches(ctx, access.ManageAccounts, in.ID); err != nil {
		return nil, err
	}
	all, err := s.Clerk.Test(ctx, in.ID)
	return reply(list[check]{Items: each(all, checkOf)}), err
}

func (s *server) disconnect(ctx context.Context, in *actIn) (*replied[account], error) {
	if err := s.reaches(ctx, access.ManageAccounts, in.ID); err != nil {
		return nil, err
	}
	if err := s.Clerk.Disconnect(ctx, in.ID); err != nil {
		return nil, err
	}
	return s.getAccount(ctx, &in.AccountIn)
}
