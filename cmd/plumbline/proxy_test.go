package main

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
)

func TestOnlyTrustedProxiesSayWhereARequestCameFrom(t *testing.T) {
	t.Parallel()
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/24"), netip.MustParsePrefix("fd00::/8")}
	for name, c := range map[string]struct {
		peer      string
		forwarded []string
		want      string
	}{
		"no proxy":                           {"192.0.2.1:99", nil, "192.0.2.1:99"},
		"somebody who claims to be another":  {"192.0.2.1:99", []string{"203.0.113.9"}, "192.0.2.1:99"},
		"a proxy":                            {"10.0.0.7:99", []string{"203.0.113.9"}, "203.0.113.9:0"},
		"a proxy behind a proxy":             {"10.0.0.7:99", []string{"203.0.113.9, 10.0.0.8"}, "203.0.113.9:0"},
		"a proxy, and a claim before it":     {"10.0.0.7:99", []string{"1.1.1.1, 203.0.113.9"}, "203.0.113.9:0"},
		"a claim in a header of its own":     {"10.0.0.7:99", []string{"1.1.1.1", "203.0.113.9"}, "203.0.113.9:0"},
		"a proxy that says nothing":          {"10.0.0.7:99", nil, "10.0.0.7:0"},
		"a proxy, and what is no address":    {"10.0.0.7:99", []string{"203.0.113.9, unknown"}, "10.0.0.7:0"},
		"a proxy that asks for itself":       {"10.0.0.7:99", []string{"10.0.0.9"}, "10.0.0.9:0"},
		"a proxy by its IPv4 address in six": {"[::ffff:10.0.0.7]:99", []string{"203.0.113.9"}, "203.0.113.9:0"},
		"IPv6":                               {"[fd00::1]:99", []string{"2001:db8::5"}, "[2001:db8::5]:0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.RemoteAddr = c.peer
			r.Header["X-Forwarded-For"] = c.forwarded
			realAddress(proxies, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				if r.RemoteAddr != c.want || r.Header.Get("X-Forwarded-For") != "" {
					t.Errorf("it came from %s, %v", r.RemoteAddr, r.Header)
				}
			})).ServeHTTP(httptest.NewRecorder(), r)
		})
	}
}
