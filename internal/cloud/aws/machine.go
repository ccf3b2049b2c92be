package aws

import (
	"time"

	"plumbline/internal/cloud/ask"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// A machine is what has to be known of an instance to ask what stands beside
// it.
type machine struct {
	id, state string
	launched  time.Time // zero if the reply does not say when
	addressed bool      // it has a public IPv4 address, or an IPv6 address
}

// The states in which EC2 still knows an instance and nothing of it is left.
var over = map[string]bool{"terminated": true, "shutting-down": true}

// machinesIn reads the instances of a page. Those that another account owns are
// left out: AWS tells their owner alone what stands beside them.
func machinesIn(rs []snapshot.Resource, rd *wire.Reader) ([]machine, error) {
	list := make([]machine, 0, len(rs))
	for i := range rs {
		v, err := rd.Read(rs[i].Doc)
		if err != nil {
			return nil, &ask.BadReply{Code: snapshot.CodeUnreadable, Err: err}
		}
		if owner := text(v.Get("^"), "ownerId"); owner != "" && owner != rs[i].Account {
			continue
		}
		m := machine{id: text(v, "instanceId"), state: text(v.Get("instanceState"), "name"), addressed: isAddressed(v)}
		if t, err := time.Parse(time.RFC3339, text(v, "launchTime")); err == nil {
			m.launched = t
		}
		list = append(list, m)
	}
	return list, nil
}

// isAddressed says whether packets from the internet may be addressed to an
// instance.
func isAddressed(v wire.Value) bool {
	if text(v, "ipAddress") != "" || text(v, "ipv6Address") != "" {
		return true
	}
	for _, face := range v.Get("networkInterfaceSet").Items() {
		if text(face.Get("association"), "publicIp") != "" || holds(face.Get("ipv6AddressesSet")) || holds(face.Get("ipv6PrefixSet")) {
			return true
		}
		for _, a := range face.Get("privateIpAddressesSet").Items() {
			if text(a.Get("association"), "publicIp") != "" {
				return true
			}
		}
	}
	return false
}

// idsOf the machines that are chosen.
func idsOf(ms []machine, chosen func(machine) bool) (ids []string) {
	for _, m := range ms {
		if chosen(m) {
			ids = append(ids, m.id)
		}
	}
	return ids
}

func anyMachine(machine) bool { return true }

// holds says that a list has an item.
func holds(list wire.Value) bool {
	for range list.Items() {
		return true
	}
	return false
}
