package ask

import (
	"net/url"
	"strings"
)

// CheckEndpoint says what is wrong with an address that is asked instead of a
// cloud, in a sentence; nil if nothing is, or none was given.
func CheckEndpoint(cloud, s string) error {
	if s == "" {
		return nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		if strings.Contains(s, "@") {
			s = "that was given" // it may hold a password
		}
		return Say(nil, "The endpoint %s is not an address. Give it as https://host or http://host:port.", s)
	}
	if u.User != nil {
		return Say(nil, "The endpoint %s names a user. %s takes credentials in no address: leave them out.", u.Redacted(), cloud)
	}
	return nil
}
