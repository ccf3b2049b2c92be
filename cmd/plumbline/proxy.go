package main

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// realAddress puts the address that a request came from in its RemoteAddr.
// What X-Forwarded-For says counts only as far as trusted proxies have written
// it: the last entry that none of them is. Without proxies the header is
// dropped, so that nobody can claim to be somebody else.
func realAddress(trusted []netip.Prefix, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if ip, ok := cameFrom(trusted, r); ok {
			r.RemoteAddr = net.JoinHostPort(ip.String(), "0")
		}
		for _, name := range []string{"X-Forwarded-For", "X-Real-IP", "True-Client-IP", "Forwarded"} {
			r.Header.Del(name)
		}
		next.ServeHTTP(w, r)
	})
}

func cameFrom(trusted []netip.Prefix, r *http.Request) (netip.Addr, bool) {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !among(trusted, peer.Addr()) {
		return netip.Addr{}, false
	}
	from := peer.Addr().Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		ip, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break // what stands before it was written by nobody we trust
		}
		if from = ip.Unmap(); !among(trusted, from) {
			break
		}
	}
	return from, true
}

func among(trusted []netip.Prefix, ip netip.Addr) bool {
	for _, p := range trusted {
		if p.Contains(ip.Unmap()) {
			return true
		}
	}
	return false
}
