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
	),
}

// ledger marks the coverage ledger: a rule that reads it is about coverage,
// and each of its lines rests on an answer of its own.
func ledger(f *field) *field {
	f.cover = true
	f.item.from = func(e any) *fact.Origin { return e.(*estate.Question).From }
	return f
}
