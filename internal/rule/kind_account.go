package rule

import (
	"plumbline/internal/estate"
	"plumbline/internal/fact"
)

// account is the table of an account's fields.
var account = &kind{
	kind:    estate.KindAccount,
	name:    "a",
	parent:  []string{"organisation"},
	doc:     "One account of a cloud, with the questions that were asked about it.",
	blank:   func() estate.Object { return new(estate.Account) },
	live:    func(estate.Object) {},
	manager: nobody,
	risk:    noRisk,
	fields: head[*estate.Account](
		ledger(list("questions", "Every question that was put to the cloud about the account, and how it ended.", "question",
			func(a *estate.Account) *fact.List[estate.Question] { return &a.Questions },
			func(q *estate.Question) any {
				return map[string]any{"call": q.Call, "region": q.Region, "status": q.Status, "cause": q.Cause, "code": q.Code}
			},
			plain("call", "The call, as its permission is spelled.", func(q *estate.Question) *string { return &q.Call }),
			plain("region", "Where it was asked.", func(q *estate.Question) *string { return &q.Region }),
			plain("status", "How far it was answered; empty if it was not asked.",
				func(q *estate.Question) *string { return &q.Status }, "", "complete", "partial", "refused"),
			plain("cause", "Why it was not answered completely, in our words; empty if it was.",
				func(q *estate.Question) *string { return &q.Cause }),
			plain("code", "The same in the cloud's own code.", func(q *estate.Question) *string { return &q.Code }),
		)),
		list("trails", "The records of what was done in the account.", "trail",
			func(a *estate.Account) *fact.List[estate.Trail] { return &a.Trails },
			func(t *estate.Trail) any { return map[string]any{"name": t.Name} },
			plain("name", "Its name.", func(t *estate.Trail) *string { return &t.Name }),
			yes("regions", "It records all regions.", func(t *estate.Trail) *fact.Of[bool] { return &t.Regions }),
			yes("global", "It records services without a region too.", func(t *estate.Trail) *fact.Of[bool] { return &t.Global }),
			yes("logging", "It records now.", func(t *estate.Trail) *fact.Of[bool] { return &t.Logging }),
			yes("management", "It records every management event, reads and writes.", func(t *estate.Trail) *fact.Of[bool] { return &t.Management }),
			yes("validated", "Its files are signed, so that a change of them shows.", func(t *estate.Trail) *fact.Of[bool] { return &t.Validated }),
		),
		yes("change_alarm", "Somebody is told by an alarm when a security group or a network ACL is changed.",
			func(a *estate.Account) *fact.Of[bool] { return &a.ChangeAlarm }),
		everything(number("root_keys", "Access keys of the account's root user.",
			func(a *estate.Account) *fact.Of[int64] { return &a.RootKeys })),
		yes("guardrail.member", "The account belongs to an organisation.",
			func(a *estate.Account) *fact.Of[bool] { return &a.Guardrail.Member }),
		yes("guardrail.manager", "It is the account that the organisation's control policies do not bind.",
			func(a *estate.Account) *fact.Of[bool] { return &a.Guardrail.Manager }),
		text("guardrail.tokens", "Whether a declarative policy of the organisation sets a default for session tokens.",
			func(a *estate.Account) *fact.Of[string] { return &a.Guardrail.Tokens }, "required", "optional", "no-preference"),
		text("guardrail.enforced", "Whether a declarative policy refuses launches that would not require tokens.",
			func(a *estate.Account) *fact.Of[string] { return &a.Guardrail.Enforced }, "enabled", "disabled", "no-preference"),
		yes("guardrail.launch", "A control policy that binds the account denies launches that do not require tokens.",
			func(a *estate.Account) *fact.Of[bool] { return &a.Guardrail.Launch }),
		yes("guardrail.modify", "A control policy that binds the account denies making tokens optional.",
			func(a *estate.Account) *fact.Of[bool] { return &a.Guardrail.Modify }),
		yes("guardrail.regions", "The account itself refuses such launches in every region that is enabled.",
			func(a *estate.Account) *fact.Of[bool] { return &a.Guardrail.Regions }),
		number("sessions.seconds", "How long a sign-in may last, in seconds; 0 where the account sets no limit.",
			func(a *estate.Account) *fact.Of[int64] { return &a.Sessions.Seconds }),
		number("sessions.idle", "How long a sign-in lasts in which nothing is done, in seconds; 0 where the account sets no limit.",
			func(a *estate.Account) *fact.Of[int64] { return &a.Sessions.Idle }),
		number("sessions.system", "How long an access token lasts, in seconds; 0 where the account sets no limit.",
			func(a *estate.Account) *fact.Of[int64] { return &a.Sessions.System }),
		yes("create_keys", "Any member of the account may create API keys or service ids.",
			func(a *estate.Account) *fact.Of[bool] { return &a.CreateKeys }),
		text("mfa", "Of whom a second factor is asked: of nobody, of users that no directory signs in, or of every user, by whatever means, by mail, by a code or by a security key.",
			func(a *estate.Account) *fact.Of[string] { return &a.MFA },
			estate.MFANone, estate.MFANonFed, estate.MFAAll, estate.MFAAllEmail, estate.MFAAllTOTP, estate.MFAAllKey),
		yes("events_kept", "Audit events of services without a region, sign-ins and policies among them, and those of each region that was asked are sent to a target that takes them.",
			func(a *estate.Account) *fact.Of[bool] { return &a.EventsKept }),
		uncalled(yes("scans.before", "An earlier scan of it was finished, and its record is kept; false for the first, and where no record is kept.",
			func(a *estate.Account) *fact.Of[bool] { return &a.Scans.Before })),
		uncalled(number("scans.pause", "Whole days from the last finished scan to this one, from beginning to beginning.",
			func(a *estate.Account) *fact.Of[int64] { return &a.Scans.Pause })),
	),
}

// ledger marks the coverage ledger: a rule that reads it is about coverage,
// and each of its lines rests on an answer of its own.
func ledger(f *field) *field {
	f.cover = true
	f.item.from = func(e any) *fact.Origin { return e.(*estate.Question).From }
	return f
}

// everything marks what gives whoever holds it the whole account, from
// anywhere: a rule that reads it has judged exposure and power.
func everything(f *field) *field {
	f.worst = true
	return f
}
