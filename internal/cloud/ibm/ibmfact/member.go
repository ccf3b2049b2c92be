package ibmfact

import "encoding/json"

// A Member is an account as its enterprise lists it, by a document of
// KindMemberAccount.
type Member struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	State string `json:"state"` // ACTIVE and others; "" where none is said
}

// MemberOf reads one. ok is false where the document names no account.
func MemberOf(doc []byte) (m Member, ok bool) {
	err := json.Unmarshal(doc, &m)
	return m, err == nil && m.ID != ""
}
