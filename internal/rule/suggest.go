package rule

import (
	"fmt"

	"plumbline/internal/words"
)

// didYouMean is "; did you mean 'x'?" for the nearest name, or nothing where
// none is near.
func didYouMean(word string, names []string) string {
	best, _ := words.Nearest(word, names, max(2, len(word)/3))
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean '%s'?", best)
}
