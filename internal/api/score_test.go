package api_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"plumbline/internal/access"
	"plumbline/internal/postgres/pgtest"
)

func TestThePostureAndWhatMovedItWithinReach(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	fill(t, s, "111122223333", 4)
	type reply struct {
		Posture *struct {
			Score float64
			Text  string
		}
		Shares []struct {
			Severity string
			Fail     int
		}
		Moved any
	}
	for name, c := range map[string]struct {
		who  *access.Viewer
		want string
	}{
		"somebody who sees the account": {&access.Viewer{Grants: []access.Grant{{Role: access.Reader, All: true}}}, "0, 100 % assessed (0–0)"},
		"somebody who sees another":     {&access.Viewer{Grants: []access.Grant{{Role: access.Reader, Accounts: []int64{99}}}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := seen(t, s, c.who)("/api/v1/posture")
			var got reply
			if err := json.Unmarshal(w.Body.Bytes(), &got); w.Code != http.StatusOK || err != nil {
				t.Fatal(w.Code, w.Body, err)
			}
			text := ""
			if got.Posture != nil {
				text = got.Posture.Text
			}
			if text != c.want || (len(got.Shares) > 0) != (c.want != "") || got.Moved != nil {
				t.Errorf("%+v", got)
			}
		})
	}
	if w := seen(t, s, &access.Viewer{Grants: []access.Grant{{Role: access.Reader, All: true}}})("/api/v1/posture?since=2099-01-01T00:00:00Z"); w.Code != http.StatusUnprocessableEntity && w.Code != http.StatusBadRequest {
		t.Errorf("a moment in the future: %d", w.Code)
	}
}
