package estate

import "plumbline/internal/fact"

// Doubt makes everything about a workload unknown for one reason: its own
// document cannot be read.
func (w *Workload) Doubt(why *fact.Reason, from *fact.Origin) {
	word, number, yes := fact.Unknown[string](why, from, ""), fact.Unknown[int64](why, from, ""), fact.Unknown[bool](why, from, "")
	w.State, w.ManagedBy, w.Group, w.Image, w.ContainerHost = word, word, word, word, yes
	w.Metadata = Metadata{Endpoint: word, Tokens: word, Protocol: word, HopLimit: number, Applied: yes, IPv6: yes, Tags: yes, Class: word, Containers: yes, Unneeded: yes}
	w.Usage = Usage{NoToken: number, Rejected: number, Days: number, Up: number, Safe: word, Requests: number}
	w.Exposure = Exposure{Internet: word, Reached: yes, Latent: yes, Spoofing: yes, Public: yes, TCPPorts: number, UDPPorts: number,
		Open: fact.Listed[Opening](nil, from, "", why), Rules: fact.Listed[GateRule](nil, from, "", why)}
	w.Identity = Identity{Name: word, Mechanism: word, Role: word, Power: word, AtLeast: word, Grants: fact.Listed[Grant](nil, from, "", why),
		Profiles: fact.Listed[Becomes](nil, from, "", why), Count: number, Default: word, AutoLink: yes, Stale: yes}
	w.UserData = UserData{Present: yes, Secrets: fact.Listed[Secret](nil, from, "", why)}
	w.Patches = Patches{Managed: yes, State: word}
	w.Volumes, w.Tags = fact.Listed[Volume](nil, from, "", why), fact.Listed[Tag](nil, from, "", why)
}
