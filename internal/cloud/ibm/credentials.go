package ibm

import (
	"context"
	"maps"
	"slices"

	"github.com/IBM/go-sdk-core/v5/core"
	"github.com/IBM/platform-services-go-sdk/iamidentityv1"

	"plumbline/internal/cloud"
	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// How API keys are listed: everybody's, and not only those of who asks; of a
// group of service IDs, those of its service IDs alone, since the keys of users
// are told with the default group's (ListAPIKeysOptions in iamidentityv1).
var (
	wholeAccount = iamidentityv1.ListAPIKeysOptionsScopeAccountConst
	ofServiceIDs = iamidentityv1.ListAPIKeysOptionsTypeServiceidConst
)

// credentials are service IDs and API keys: those of the default group of
// service IDs, which is meant where none is named, then those of each group that
// there is, and at last when each key was used. It is not documented whether the
// list of groups names the default one: what was told before is not told twice.
func (r *round) credentials(ctx context.Context) error {
	var groups []parent
	err := r.list(ctx, listing{
		call: ibmfact.CallServiceGroups,
		send: func(ctx context.Context, r *round, _ *string) error {
			return sent(r.api.identity.ListServiceIDGroupWithContext(ctx, &iamidentityv1.ListServiceIDGroupOptions{AccountID: &r.account}))
		},
		each: noting(&groups),
	})
	if err != nil {
		return err
	}
	told, keys := map[string]bool{}, map[string]string{}
	for _, g := range append([]parent{{}}, groups...) {
		for _, l := range ofGroup(g, keys) {
			if err := r.through(&firstTime{Sink: r.sink, told: told}).list(ctx, l); err != nil {
				return err
			}
		}
	}
	all := make([]parent, 0, len(keys))
	for _, uid := range slices.Sorted(maps.Keys(keys)) {
		all = append(all, parent{keys[uid], uid})
	}
	return each(ctx, r, all, r.keyActivity)
}

// ofGroup lists the service IDs of a group, and their API keys, which are noted
// in keys by their uid; of no group, those of the default one and the keys of
// users.
func ofGroup(g parent, keys map[string]string) []listing {
	var group, kind *string
	var about []label
	if g.id != "" {
		group, kind, about = &g.id, &ofServiceIDs, []label{{ibmfact.AboutServiceGroup, g.uid}}
	}
	return []listing{
		{call: ibmfact.CallServiceIDs, subject: g.uid, about: about, param: "pagetoken", send: func(ctx context.Context, r *round, token *string) error {
			return sent(r.api.identity.ListServiceIdsWithContext(ctx, &iamidentityv1.ListServiceIdsOptions{
				AccountID: &r.account, GroupID: group, Pagesize: r.size(), Pagetoken: token,
			}))
		}},
		{call: ibmfact.CallAPIKeys, subject: g.uid, about: about, param: "pagetoken", send: func(ctx context.Context, r *round, token *string) error {
			return sent(r.api.identity.ListAPIKeysWithContext(ctx, &iamidentityv1.ListAPIKeysOptions{
				AccountID: &r.account, GroupID: group, Type: kind, Scope: &wholeAccount, Pagesize: r.size(), Pagetoken: token,
			}))
		}, each: func(res *snapshot.Resource, v wire.Value) { keys[res.UID] = text(v, "id") }},
	}
}

// keyActivity asks when a key was used, which no list tells. IBM calls that an
// expensive question: nothing else of the account is asked so.
func (r *round) keyActivity(ctx context.Context, key parent) error {
	l := single(ibmfact.CallAPIKey, func(ctx context.Context, r *round) error {
		return sent(r.api.identity.GetAPIKeyWithContext(ctx, &iamidentityv1.GetAPIKeyOptions{ID: &key.id, IncludeActivity: core.BoolPtr(true)}))
	})
	l.subject, l.about = key.uid, []label{{ibmfact.AboutAPIKey, key.uid}}
	return r.list(ctx, l)
}

// through is the same round with another sink.
func (r *round) through(sink cloud.Sink) *round {
	other := *r
	other.sink = sink
	return &other
}

// firstTime leaves out what an earlier listing brought. Its answer counts the
// rest: as many as came to the sink.
type firstTime struct {
	cloud.Sink
	told map[string]bool // by uid
	left int
}

// Resources hands on those that are new.
func (f *firstTime) Resources(ctx context.Context, rs []snapshot.Resource) error {
	var fresh []snapshot.Resource
	for _, r := range rs {
		if f.told[r.UID] {
			f.left++
			continue
		}
		f.told[r.UID] = true
		fresh = append(fresh, r)
	}
	if len(fresh) == 0 {
		return nil
	}
	return f.Sink.Resources(ctx, fresh)
}

// Answer tells how the listing ended.
func (f *firstTime) Answer(ctx context.Context, a snapshot.Answer) error {
	a.Items -= f.left
	return f.Sink.Answer(ctx, a)
}
