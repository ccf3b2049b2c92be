package reach_test

import (
	"fmt"
	"slices"
	"testing"

	"plumbline/internal/reach"
)

func TestWhatComesInIsToldPortByPort(t *testing.T) {
	t.Parallel()
	any4 := reach.Internet(reach.IPv4)
	tcp := func(from, to uint16) reach.Flow {
		return reach.Box(reach.One(reach.TCP), reach.Range{From: from, To: to}, reach.ClientPorts, any4)
	}
	answers := reach.Sure(reach.From(any4))
	for _, c := range []struct {
		name     string
		in, back reach.Both
		want     []string
	}{
		{"nothing", reach.Both{}, answers, nil},
		{"one port", reach.Sure(tcp(22, 22)), answers, []string{"tcp 22 full any"}},
		{"neighbours are one range", reach.Sure(tcp(22, 22).Union(tcp(23, 25))), answers, []string{"tcp 22–25 full any"}},
		{"one port is certain and all may be", reach.Both{Must: tcp(443, 443), May: tcp(0, 65535)}, answers,
			[]string{"tcp 443 full any", "tcp 0–442 full any perhaps", "tcp 444–65535 full any perhaps"}},
		{"replies reach some client ports", reach.Sure(tcp(22, 22).Intersect(reach.Box(reach.AllProtocols, reach.AllPorts, reach.Range{From: 32768, To: 60999}, any4))), answers,
			[]string{"tcp 22 partial any"}},
		{"datagrams without replies", reach.Sure(reach.Box(reach.One(reach.UDP), reach.One(53), reach.ClientPorts, any4)), reach.Both{}, []string{"udp 53 one_way any"}},
		{"everything", reach.Sure(reach.From(any4)), answers, []string{"tcp full any", "udp full any", "icmp full any", "0, 2-5, 7-16, 18-255 full any"}},
		{"another protocol", reach.Sure(reach.Box(reach.One(47), reach.AllPorts, reach.AllPorts, addrs("203.0.113.0/24"))), answers, []string{"47 full chosen"}},
		{"chosen sources are certain and more may be",
			reach.Both{Must: reach.Box(reach.One(reach.TCP), reach.One(22), reach.ClientPorts, addrs("203.0.113.0/24")), May: tcp(22, 22)}, answers,
			[]string{"tcp 22 full chosen", "tcp 22 full any perhaps"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, s := range reach.Spans(c.in, c.back, reach.IPv4) {
				word := fmt.Sprintf("%s %s", reach.SayPorts(s.Protocol, s.Ports), s.Return)
				word += map[bool]string{true: " any", false: " chosen"}[s.Any]
				if !s.Certain {
					word += " perhaps"
				}
				got = append(got, word)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("want %q\n got %q", c.want, got)
			}
		})
	}
}

func TestAGateSaysWhatBecomesOfPackets(t *testing.T) {
	t.Parallel()
	all, none := reach.From(reach.Internet(reach.IPv4)), reach.Flow{}
	some := reach.From(addrs("203.0.113.0/24"))
	for _, c := range []struct {
		name       string
		came, gate reach.Both
		want       reach.Passing
	}{
		{"all pass", reach.Sure(all), reach.Sure(all), reach.Open},
		{"none passes", reach.Sure(all), reach.Sure(none), reach.Closed},
		{"some pass", reach.Sure(all), reach.Sure(some), reach.Partly},
		{"all that came this far pass", reach.Sure(some), reach.Sure(some), reach.Open},
		{"it could not be looked at", reach.Sure(all), reach.Maybe(all), reach.Unknown},
		{"what is not known of it matters to nothing that came", reach.Sure(some), reach.Both{Must: some, May: all}, reach.Open},
		{"nothing came", reach.Sure(none), reach.Sure(all), reach.Closed},
	} {
		if got := c.came.Passing(c.gate); got != c.want {
			t.Errorf("%s: want %s, got %s", c.name, c.want, got)
		}
	}
}
