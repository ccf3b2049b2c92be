package ui

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"plumbline/internal/access"
	"plumbline/internal/estate"
	"plumbline/internal/listing"
	"plumbline/web/pages"
)

// mostUnconnected is how many accounts that are not connected are shown.
const mostUnconnected = 50

// unconnected are the accounts that connected ones know of; nil if there are
// none.
func (u *ui) unconnected(ctx context.Context) (*pages.Unconnected, error) {
	all, err := u.Reader.Unconnected(ctx)
	if err != nil {
		return nil, fmt.Errorf("accounts that are not connected: %w", err)
	}
	if len(all) == 0 {
		return nil, nil
	}
	p := &pages.Unconnected{}
	if n := len(all) - mostUnconnected; n > 0 {
		all = all[:mostUnconnected]
		p.More = some(n, "more is", "more are") + " not shown here, and will be as these are connected."
	}
	connect := may(ctx, access.ManageAccounts)
	if !connect {
		p.Who = "To connect one takes the role " + rolesFor(access.ManageAccounts) + "."
	}
	for _, a := range all {
		p.Rows = append(p.Rows, unconnectedRow(a, connect))
	}
	return p, nil
}

func unconnectedRow(a listing.Unconnected, connect bool) pages.UnconnectedRow {
	row := pages.UnconnectedRow{
		Provider: estate.CloudName(a.Provider), Name: printable(cmpOr(a.Name, a.External)), ID: a.External,
		By: pages.Link{Text: a.ByName, Href: accountPath(a.By)},
	}
	if a.State != "ACTIVE" { // of an account that cannot be signed in to
		row.State = printable(cmpOr(sentenceName(strings.ToLower(a.State)), "State not told"))
	}
	if connect {
		to := url.Values{"provider": {a.Provider}, "account": {a.External}}
		if name, fault := nameIn(a.Name); name != "" && fault == "" {
			to.Set("name", name)
		}
		row.Connect = "/accounts/new?" + to.Encode()
	}
	return row
}
