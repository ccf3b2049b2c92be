package clerk

import (
	"strings"
	"testing"

	"plumbline/internal/problem"
)

// Who may name an account must not be able to make it look like another one.
func TestTheNameOfAnAccountIsTextThatIsSeen(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"":                       "",
		" payments \r\n live ":   "payments live",
		"Zürich 中央 🙂":            "Zürich 中央 🙂",
		"<b>\"lab\"</b>":         "<b>\"lab\"</b>",
		strings.Repeat("a", 100): strings.Repeat("a", 100),
	} {
		if got, err := soundName(name); got != want || err != nil {
			t.Errorf("%q: %q, %v", name, got, err)
		}
	}
	for _, name := range []string{"a\x00b", "a\x1b[31mb", "a\u202eb", "pay\u200bments", "a\ufeff", "a\xffb", "a\ufffdb", strings.Repeat("a", 101)} {
		if got, err := soundName(name); got != "" || !problem.Is(err, problem.Invalid) {
			t.Errorf("%q is kept as %q: %v", name, got, err)
		}
	}
}
