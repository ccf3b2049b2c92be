package ui

import (
	"plumbline/internal/estate"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

// ibm is the provider that tells other things of a server than the rest do.
const ibm = "ibm"

// metadataOfIBM is how the metadata service of a server of IBM Cloud is set, but
// for what every cloud tells. It has a protocol there; that of AWS speaks HTTP
// alone.
func metadataOfIBM(m *estate.Metadata, endpoint parts.Fact) []parts.Fact {
	tokens := known("Tokens", m.Tokens, func(s string) string { return s })
	if m.Tokens.Known() {
		tokens.Sub = "always: the service answers no request without one"
	}
	state, told := m.Endpoint.Get()
	answers := !told || state != "disabled"
	set := known("In force", m.Applied, yesNo("yes, as far as IBM Cloud tells", "no: a change was asked for and is pending"))
	if m.Applied.Known() && answers {
		set.Sub = "not told is whether the server was stopped and started after the service was switched on"
	}
	protocol := known("Protocol", m.Protocol, wordsOf(map[string]string{"http": "HTTP", "https": "HTTPS"}))
	if p, _ := m.Protocol.Get(); p == "http" && answers {
		protocol.Sub = "tokens and credentials travel unencrypted between the server and the service"
	}
	return []parts.Fact{tokens, set, endpoint, protocol}
}

// hiddenOfIBM says what no call of IBM Cloud tells of a server, in one place.
func hiddenOfIBM(w *estate.Workload) pages.Question {
	return pages.Question{
		Answer: &pages.State{Tone: "q", Icon: "eye", Word: "Not told by IBM Cloud"},
		Say:    "No call tells the user data of a server that exists, whether containers run on it, or how it is patched. Secrets in user data are looked for in instance templates, where they can be read.",
		Facts:  []parts.Fact{known("Image", w.Image, func(s string) string { return s })},
	}
}

// untold says that nothing is known of what stands hidden in a workload.
func untold(w *estate.Workload) bool {
	return !w.UserData.Present.Known() && len(w.UserData.Secrets.Items()) == 0 && !w.ContainerHost.Known() && !w.Patches.Managed.Known() && !w.Patches.State.Known()
}
