package awsfact

// Common is a string that two patterns of resources share, for tests that try
// it; false where they say they share none.
func Common(a, b string) (one string, ok bool) {
	shared, ok := common(compileGlob(a, false), compileGlob(b, false))
	return shared.one(), ok
}

// Matches says that a pattern of resources matches a string.
func Matches(pattern, s string) bool { return compileGlob(pattern, false).matches(s) }
