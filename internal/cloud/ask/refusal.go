package ask

import "plumbline/internal/snapshot"

// A Refusal is why a question was not answered: the cloud's own code and words
// where it gave any, else ours, and what they mean.
type Refusal struct {
	Code, Message string
	Cause         snapshot.Cause
}

// ends is an answer that ends with the refusal.
func (r Refusal) ends(a snapshot.Answer) snapshot.Answer {
	a.Code, a.Message, a.Cause = r.Code, r.Message, r.Cause
	a.Status = snapshot.Refused
	if a.Pages > 0 {
		a.Status = snapshot.Partial
	}
	return a
}
