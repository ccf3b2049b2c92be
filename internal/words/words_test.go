package words

import "testing"

func TestNearest(t *testing.T) {
	t.Parallel()
	list := []string{"severity", "state", "region"}
	for word, want := range map[string]string{"severty": "severity", "sate": "state", "regoin": "region", "state": "state", "kilimanjaro": ""} {
		if got, _ := Nearest(word, list, 3); got != want {
			t.Errorf("nearest to %q is %q, want %q", word, got, want)
		}
	}
	if _, d := Nearest("regoin", list, 3); d != 2 {
		t.Errorf("%d letters differ, want 2", d)
	}
}
