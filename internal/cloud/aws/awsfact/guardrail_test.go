package awsfact_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/estate"
	"plumbline/internal/snapshot"
)

func (w *world) account() *estate.Account {
	w.t.Helper()
	for _, o := range awsfact.Objects(w.context()) {
		if a, ok := o.(*estate.Account); ok {
			return a
		}
	}
	w.t.Fatal("there is no account")
	return nil
}

const (
	denyLaunch = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"ec2:RunInstances","Resource":"arn:aws:ec2:*:*:instance/*","Condition":{"StringNotEquals":{"ec2:MetadataHttpTokens":"required"}}}]}`
	denyModify = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"ec2:ModifyInstanceMetadataOptions","Resource":"*","Condition":{"StringNotEquals":{"ec2:Attribute/HttpTokens":"required"},"Null":{"ec2:Attribute/HttpTokens":"false"}}}]}`
)

// declare adds an effective declarative policy.
func (w *world) declare(content string) {
	w.answer(awsfact.CallEffectivePolicy, "", snapshot.Complete, "")
	w.add(awsfact.KindEffectivePolicy, awsfact.CallEffectivePolicy, "effective", "", object{"PolicyType": "DECLARATIVE_POLICY_EC2", "PolicyContent": content, "TargetId": account})
}

func TestGuardrail(t *testing.T) {
	t.Parallel()
	none := func(w *world) {
		w.answer(awsfact.CallEffectivePolicy, "", snapshot.Refused, "EffectivePolicyNotFoundException")
	}
	full := []string{allow("*", "*")}
	for _, c := range []struct {
		about string
		world func(*world)
		want  []any // member, manager, tokens, enforced, launch, modify
	}{
		{"in no organisation", func(*world) {}, []any{false, false, "no-preference", "no-preference", false, false}},
		{"no policy about it", func(w *world) { w.organise(full, full, full); none(w) }, []any{true, false, "no-preference", "no-preference", false, false}},
		{"a declarative default", func(w *world) {
			w.organise(full, full, full)
			w.declare(`{"ec2_attributes":{"instance_metadata_defaults":{"http_tokens":"required"}}}`)
		}, []any{true, false, "required", "no-preference", false, false}},
		{"enforced, as it is written", func(w *world) {
			w.organise(full, full, full)
			w.declare(`{"ec2_attributes":{"instance_metadata_defaults":{"http_tokens":{"@@assign":"required"},"http_tokens_enforced":{"@@assign":"enabled"}}}}`)
		}, []any{true, false, "required", "enabled", false, false}},
		{"a declarative policy about something else", func(w *world) {
			w.organise(full, full, full)
			w.declare(`{"ec2_attributes":{"serial_console_access":{"status":"disabled"}}}`)
		}, []any{true, false, "no-preference", "no-preference", false, false}},
		{"no preference, said", func(w *world) {
			w.organise(full, full, full)
			w.declare(`{"ec2_attributes":{"instance_metadata_defaults":{"http_tokens":"no_preference","http_tokens_enforced":"no_preference"}}}`)
		}, []any{true, false, "no-preference", "no-preference", false, false}},
		{"words nobody knows", func(w *world) {
			w.organise(full, full, full)
			w.declare(`{"ec2_attributes":{"instance_metadata_defaults":{"http_tokens":"v3","http_tokens_enforced":7}}}`)
		}, []any{true, false, "? unknown_value http_tokens", "? unknown_value http_tokens_enforced", false, false}},
		{"a declarative policy that cannot be read", func(w *world) { w.organise(full, full, full); w.declare(`{`) },
			[]any{true, false, "? unreadable /PolicyContent", "? unreadable /PolicyContent", false, false}},
		{"the declarative policy was refused", func(w *world) {
			w.organise(full, full, full)
			w.answer(awsfact.CallEffectivePolicy, "", snapshot.Refused, "AccessDeniedException")
		}, []any{true, false, "? denied AccessDeniedException", "? denied AccessDeniedException", false, false}},
		{"both denials at two levels", func(w *world) {
			w.organise([]string{allow("*", "*"), denyLaunch}, full, []string{allow("*", "*"), denyModify})
			none(w)
		}, []any{true, false, "no-preference", "no-preference", true, true}},
		{"launches alone", func(w *world) { w.organise([]string{allow("*", "*"), denyLaunch}, full, full); none(w) }, []any{true, false, "no-preference", "no-preference", true, false}},
		{"changes forbidden to all but one role", func(w *world) {
			w.organise(full, full, []string{statement("Deny", "ec2:ModifyInstanceMetadataOptions", "*", `{"StringNotLike":{"aws:PrincipalARN":"arn:aws:iam::*:role/imds-admins"}}`)})
			none(w)
		}, []any{true, false, "no-preference", "no-preference", false, true}},
		{"changes forbidden to all but every role", func(w *world) {
			w.organise(full, full, []string{statement("Deny", "ec2:ModifyInstanceMetadataOptions", "*", `{"StringNotLike":{"aws:PrincipalARN":"arn:aws:iam::*:role/*"}}`)})
			none(w)
		}, []any{true, false, "no-preference", "no-preference", false, false}},
		{"changes forbidden to all but the account's identities", func(w *world) {
			w.organise(full, full, []string{statement("Deny", "ec2:ModifyInstanceMetadataOptions", "*", `{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:*"}}`)})
			none(w)
		}, []any{true, false, "no-preference", "no-preference", false, false}},
		{"changes forbidden to all but roles that have a name", func(w *world) {
			w.organise(full, full, []string{statement("Deny", "ec2:ModifyInstanceMetadataOptions", "*", `{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/?*"}}`)})
			none(w)
		}, []any{true, false, "no-preference", "no-preference", false, false}},
		{"launches forbidden on ids, which a new instance does not have", func(w *world) {
			w.organise(full, full, []string{statement("Deny", "ec2:RunInstances", "arn:aws:ec2:*:*:instance/i-*", `{"StringNotEquals":{"ec2:MetadataHttpTokens":"required"}}`)})
			none(w)
		}, []any{true, false, "no-preference", "no-preference", false, false}},
		{"changes to optional forbidden by name", func(w *world) {
			w.organise(full, full, []string{statement("Deny", "ec2:Modify*", "*", `{"StringEquals":{"ec2:Attribute/HttpTokens":"optional"}}`)})
			none(w)
		}, []any{true, false, "no-preference", "no-preference", false, true}},
		{"launches forbidden in one region", func(w *world) {
			w.organise(full, full, []string{statement("Deny", "ec2:RunInstances", "arn:aws:ec2:eu-west-1:*:instance/*", `{"StringNotEquals":{"ec2:MetadataHttpTokens":"required"}}`)})
			none(w)
		}, []any{true, false, "no-preference", "no-preference", false, false}},
		{"launches forbidden under another condition", func(w *world) {
			w.organise(full, full, []string{statement("Deny", "ec2:RunInstances", "*", `{"StringNotEquals":{"ec2:MetadataHttpTokens":"required","aws:RequestedRegion":"eu-west-1"}}`)})
			none(w)
		}, []any{true, false, "no-preference", "no-preference", false, false}},
		{"a level that is not readable", func(w *world) {
			w.organise(full, full, []string{denyLaunch})
			w.answer(awsfact.CallPoliciesForTarget, "ou-1", snapshot.Refused, "AccessDeniedException")
			none(w)
		}, []any{true, false, "no-preference", "no-preference", true, "? denied AccessDeniedException"}},
		{"nothing is readable", func(w *world) {
			for _, call := range []string{awsfact.CallOrganization, awsfact.CallEffectivePolicy, awsfact.CallPoliciesForTarget} {
				w.answer(call, map[bool]string{true: account}[call == awsfact.CallPoliciesForTarget], snapshot.Refused, "AccessDeniedException")
			}
		}, []any{"? denied AccessDeniedException", "? denied AccessDeniedException", "? denied AccessDeniedException", "? denied AccessDeniedException", "? denied AccessDeniedException", "? denied AccessDeniedException"}},
		{"the account that is not bound", func(w *world) {
			w.answer(awsfact.CallOrganization, "", snapshot.Complete, "")
			w.add(awsfact.KindOrganization, awsfact.CallOrganization, "o", "o-1", object{"MasterAccountId": account})
			none(w)
		}, []any{true, true, "no-preference", "no-preference", false, false}},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c.world(w)
			g := w.account().Guardrail
			if diff := cmp.Diff(c.want, []any{told(g.Member), told(g.Manager), told(g.Tokens), told(g.Enforced), told(g.Launch), told(g.Modify)}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEnforcementHasToBeEverywhere(t *testing.T) {
	t.Parallel()
	defaults := func(w *world, region, enforced string) {
		w.resources = append(w.resources, resources(w.t, awsfact.CallDefaults, region, "<r><accountLevel><httpTokensEnforced>"+enforced+"</httpTokensEnforced></accountLevel></r>")...)
		w.answers = append(w.answers, answer(awsfact.CallDefaults, region, snapshot.Complete, ""))
	}
	for _, c := range []struct {
		about string
		world func(*world)
		want  any
	}{
		{"in both", func(w *world) { defaults(w, here, "enabled"); defaults(w, there, "enabled") }, true},
		{"in one", func(w *world) { defaults(w, here, "enabled"); defaults(w, there, "disabled") }, false},
		{"one refused", func(w *world) {
			defaults(w, here, "enabled")
			w.answers = append(w.answers, answer(awsfact.CallDefaults, there, snapshot.Refused, snapshot.Denied))
		}, "? denied denied"},
		{"one refused and the other not", func(w *world) {
			defaults(w, there, "disabled")
			w.answers = append(w.answers, answer(awsfact.CallDefaults, here, snapshot.Refused, snapshot.Denied))
		}, false},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.resources = append(w.resources, regionInfo(t, here, "opt-in-not-required", there, "opted-in", "af-south-1", "not-opted-in")...)
			w.answers = append(w.answers, answer(awsfact.CallRegions, snapshot.Global, snapshot.Complete, ""))
			c.world(w)
			if got := told(w.account().Guardrail.Regions); got != c.want {
				t.Errorf("want %v, got %v", c.want, got)
			}
		})
	}
}

func TestRootKeys(t *testing.T) {
	t.Parallel()
	entries := func(value string) func(*world) {
		return func(w *world) {
			w.answer(awsfact.CallAccountSummary, "", snapshot.Complete, "")
			w.add(awsfact.KindAccountSummary, awsfact.CallAccountSummary, "summary", "",
				object{"SummaryMap": []object{{"key": "AccountMFAEnabled", "value": "1"}, {"key": "AccountAccessKeysPresent", "value": value}}})
		}
	}
	for _, c := range []struct {
		about string
		world func(*world)
		want  any
	}{
		{"none", entries("0"), int64(0)},
		{"some", entries("1"), int64(1)},
		{"a number that is none", entries("-1"), "? unknown_value -1"},
		{"not told", func(w *world) {
			w.answer(awsfact.CallAccountSummary, "", snapshot.Complete, "")
			w.add(awsfact.KindAccountSummary, awsfact.CallAccountSummary, "summary", "", object{"SummaryMap": []object{{"key": "Users", "value": "1"}}})
		}, "? absent AccountAccessKeysPresent"},
		{"refused", func(w *world) { w.answer(awsfact.CallAccountSummary, "", snapshot.Refused, "AccessDenied") }, "? denied AccessDenied"},
		{"not asked", func(*world) {}, "? not_collected"},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c.world(w)
			if got := told(w.account().RootKeys); got != c.want {
				t.Errorf("want %v, got %v", c.want, got)
			}
		})
	}
}
