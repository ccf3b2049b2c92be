// Package words finds the word that somebody probably meant.
//
// It knows no vocabulary of its own.
package words

// Nearest is the word of list that is least unlike word, and how many letters
// must be put in, dropped or changed; "" if that is more than most.
func Nearest(word string, list []string, most int) (best string, letters int) {
	letters = most + 1
	for _, w := range list {
		if d := distance(word, w); d < letters {
			best, letters = w, d
		}
	}
	return best, letters
}

// distance is Levenshtein's.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for i := range row {
		row[i] = i
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for k := range len(b) {
			cost := 1
			if a[i] == b[k] {
				cost = 0
			}
			diagonal, row[k+1] = row[k+1], min(diagonal+cost, row[k]+1, row[k+1]+1)
		}
	}
	return row[len(b)]
}
